// Why: `triage` for people and for scripts (pindrift.triage/1): each drift once, however many captures show it.
import { type DriftGroup, driftGroups, kernelOf, type NamedReport, type Sighting } from '../drifts.ts';
import { clean, count, relativeTime, wrap } from '../format.ts';
import { painter, type Style } from '../paint.ts';
import { jsonText } from '../serialize.ts';
import { pathWords } from '../words.ts';

const STYLES: Readonly<Record<string, Style>> = { error: 'red', warning: 'yellow', note: 'cyan' };
const LABEL = 9;

export function* triageText(
  reports: readonly NamedReport[],
  look: { color: boolean; width: number | undefined },
): Iterable<string> {
  const paint = painter(look.color);
  const width = Math.max(40, look.width ?? 80);
  const groups = driftGroups(reports);
  const labelled = (label: string, text: string) =>
    wrap(text, width - LABEL - 2).map(
      (line, i) => `  ${i === 0 ? paint('dim', label.padEnd(LABEL)) : ' '.repeat(LABEL)}${line}\n`,
    );
  for (const group of groups) {
    const { captures, findings, fingerprint, first, harm, last, rule, severity } = group;
    const head = `${clean(rule)}  ${severity}  ${count(findings, 'finding')} in ${count(captures, 'capture')}`;
    yield* wrap(head, width).map((line) => `${paint([STYLES[severity] ?? 'cyan', 'bold'], line)}\n`);
    yield* wrap(clean(first.finding.message), width - 2).map((line) => `  ${line}\n`);
    if (harm.length > 0) yield* labelled('harm', harm.map(clean).join(', '));
    yield* labelled('kernels', group.kernels.map(shareWords).join('; '));
    yield* labelled('first', placeWords(first));
    if (last !== first) yield* labelled('last', placeWords(last));
    yield* labelled('same as', fingerprint);
    yield* labelled('story', `pindrift show ${clean(first.source)} ${first.n}`);
    yield '\n';
  }
  const traces = reports.flatMap(({ report }) => report.traces.map((_, i) => ({ report, i })));
  const quiet = traces.filter(({ i, report }) => !report.findings.some(({ trace }) => trace === i)).length;
  const closing = `${count(groups.length, 'drift')} in ${count(traces.length, 'capture')}, ${quiet} of them without findings`;
  yield* wrap(closing, width).map((line) => `${line}\n`);
}

/** `6.1.0-18-amd64: 3 in 2 of 4 captures` */
const shareWords = ({ captures, findings, kernel, of }: DriftGroup['kernels'][number]): string =>
  `${clean(kernel)}: ${findings} in ${captures} of ${count(of, 'capture')}`;

/** `host1.txt.gz:328 (odirect[157], 0.385083 s into the trace)` */
function placeWords({ finding, trace }: Sighting): string {
  const { comm, pid, tgid, time } = finding.pin;
  const who = comm === undefined && pid === undefined ? '' : `${clean(comm ?? '')}[${tgid ?? pid ?? '?'}]`;
  const into =
    time === undefined || trace.timeUnit !== 'ns' || trace.firstTime === undefined
      ? ''
      : `${relativeTime(time, trace.firstTime, 'ns', 6)} s into the trace`;
  const more = [who, into].filter((word) => word !== '').join(', ');
  return `${pathWords(trace)}:${finding.evidence[0]?.line ?? '?'}${more === '' ? '' : ` (${more})`}`;
}

export function triageJson(reports: readonly NamedReport[]): string {
  const groups = driftGroups(reports).map(({ first, last, ...group }) => ({
    ...group,
    message: first.finding.message,
    first: sightingData(first),
    last: sightingData(last),
  }));
  const captures = reports.flatMap(({ report, source }) =>
    report.traces.map((trace, i) => ({
      source,
      path: trace.path,
      kernel: kernelOf(trace),
      findings: report.findings.filter((finding) => finding.trace === i).length,
    })),
  );
  return `${jsonText({ schema: 'pindrift.triage/1', captures, drifts: groups }, 2)}\n`;
}

const sightingData = ({ finding, n, source, trace }: Sighting) => ({
  ...{ source, n, path: trace.path, kernel: kernelOf(trace), line: finding.evidence[0]?.line, time: finding.pin.time },
});
