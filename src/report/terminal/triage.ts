// Why: `triage` for people and for scripts (pindrift.triage/1): each story once, its variants below, however many captures
// show it.

import type { Verdict } from '../../contract/finding.ts';
import { type CheckReport, INSUFFICIENT_EVIDENCE } from '../../contract/report.ts';
import { count, grouped } from '../../util/count.ts';
import type { Baseline } from '../groups/baseline.ts';
import {
  type DriftGroup,
  driftGroups,
  type GroupKey,
  type HostOf,
  kernelOf,
  type NamedReport,
  type Sighting,
  type StoryGroup,
  storyGroups,
} from '../groups/drifts.ts';
import { type Matrix, missingFrom, stateOf } from '../groups/matrix.ts';
import { variantWords } from '../groups/variants.ts';
import { clean, relativeTime, shellWord, wrap } from '../shared/format.ts';
import { type Paint, painter, type Style } from '../shared/paint.ts';
import { jsonText } from '../shared/serialize.ts';
import { pathWords } from '../shared/words.ts';

export interface TriageOptions {
  by: GroupKey;
  hostOf: HostOf;
  baseline?: Baseline | undefined;
}

const STYLES: Readonly<Record<string, Style>> = { error: 'red', warning: 'yellow', note: 'cyan' };
const LABEL = 13;
/** Variants of a group that are told; the others are counted. */
const TOLD = 8;

const ERA_MEANS =
  'era: the trace does not name its kernel; its functions and arguments are those of this release and later ones, up to the next era (--kernel names it)';

export function* triageText(
  reports: readonly NamedReport[],
  options: TriageOptions,
  look: { color: boolean; width: number | undefined },
): Iterable<string> {
  const paint = painter(look.color);
  const width = Math.max(40, look.width ?? 80);
  const groups = storyGroups(reports, options.by, options.hostOf);
  for (const group of groups) yield* groupText(group, options, paint, width);
  const missing = missingFrom(options.baseline, reports);
  if (missing.length > 0) yield `${paint('bold', 'In the baseline, but not seen here')}\n`;
  for (const { cause, comment, rule, state } of missing)
    yield* wrap(
      `${clean(rule)}: ${clean(cause)} (${state}${comment === '' ? '' : `: ${clean(comment)}`})`,
      width - 4,
    ).map((line, i) => `${i === 0 ? '  ' : '    '}${line}\n`);
  if (missing.length > 0) yield '\n';
  yield* wrap(closing(reports, groups, options.by), width).map((line) => `${line}\n`);
  if (reports.some(({ report }) => report.traces.some(({ era, kernel }) => kernel === undefined && era !== undefined)))
    yield* wrap(ERA_MEANS, width).map((line) => `${line}\n`);
}

function closing(reports: readonly NamedReport[], groups: readonly StoryGroup[], by: GroupKey): string {
  const verdicts = reports.flatMap(({ report }) => report.traces.map((_, i) => verdictIn(report, i)));
  const often = (verdict: Verdict, words: string): string[] => {
    const number = verdicts.filter((one) => one === verdict).length;
    return number === 0 ? [] : [`${grouped(number)} ${words}`];
  };
  const each = [
    ...often('violated', 'with findings'),
    ...often('clean', 'clean'),
    ...often('could-not-be-checked', 'that could not be checked'),
  ];
  const drifts = driftGroups(reports).length;
  const inGroups = by === 'fingerprint' || drifts === groups.length ? '' : ` (${count(groups.length, 'group')})`;
  return `${count(drifts, 'drift')}${inGroups} in ${count(verdicts.length, 'capture')}: ${each.join(', ')}`;
}

/** What a report of one or more captures says about one of them. */
function verdictIn({ findings, rules }: CheckReport, trace: number): Verdict {
  if (findings.some((finding) => finding.trace === trace)) return 'violated';
  const evidence = rules.find(({ id }) => id === INSUFFICIENT_EVIDENCE);
  const isOpen =
    evidence !== undefined && evidence.missing.length > 0 && evidence.undecidedIn?.includes(trace) !== false;
  return isOpen ? 'could-not-be-checked' : 'clean';
}

function* groupText(group: StoryGroup, options: TriageOptions, paint: Paint, width: number): Iterable<string> {
  const { captures, findings, harm, rules, severity, title, variants } = group;
  const labelled = (label: string, text: string, lines = wrap(text, width - LABEL - 2)) =>
    lines.map((line, i) => `  ${i === 0 ? paint('dim', label.padEnd(LABEL)) : ' '.repeat(LABEL)}${line}\n`);
  // a path is copied, so it is never broken
  const place = (label: string, text: string) => labelled(label, text, wrap(text, width - LABEL - 2, 'whole'));
  const { comment, state } = stateOf(options.baseline, group);
  const head = `${clean(title)}  ${severity}  ${count(findings, 'finding')} in ${count(captures, 'capture')}${state === undefined ? '' : `  ${state}`}`;
  yield* wrap(head, width).map((line) => `${paint([STYLES[severity] ?? 'cyan', 'bold'], line)}\n`);
  const example = findings === 1 ? '' : 'for example: ';
  yield* wrap(`${example}${clean(group.first.finding.message)}`, width - 2).map((line) => `  ${line}\n`);
  if (rules[0] !== title) yield* labelled(rules.length === 1 ? 'rule' : 'rules', rules.map(clean).join(', '));
  if (harm.length > 0) yield* labelled('harm', harm.map(clean).join(', '));
  yield* labelled('kernels', group.kernels.map(shareWords).join('; '));
  if (comment !== undefined) yield* labelled('comment', clean(comment));
  const [only] = variants;
  if (variants.length === 1 && only !== undefined) {
    yield* place('first', placeWords(only.first));
    if (only.last !== only.first) yield* place('last', placeWords(only.last));
    yield* labelled('fingerprint', only.fingerprint);
    yield* labelled('story', storyOf(only), [storyOf(only)]);
  } else yield* variantsText(group, paint, width);
  yield '\n';
}

/** What separates them, and where to read on. */
function* variantsText(group: StoryGroup, paint: Paint, width: number): Iterable<string> {
  const { variants } = group;
  const words = variantWords(group);
  const indented = (text: string, by: number) => wrap(text, width - by).map((line) => `${' '.repeat(by)}${line}\n`);
  yield `  ${paint('dim', count(variants.length, 'variant'))}\n`;
  for (const [i, variant] of variants.slice(0, TOLD).entries()) {
    const often = `${count(variant.findings, 'finding')} in ${count(variant.captures, 'capture')}`;
    yield* indented(`${words[i]}: ${often}`, 4);
    yield `${' '.repeat(6)}${variant.fingerprint}  ${storyOf(variant)}\n`;
  }
  if (variants.length > TOLD) yield* indented(`and ${variants.length - TOLD} more: --json lists them all`, 4);
}

const storyOf = ({ first }: DriftGroup): string => `pindrift show ${clean(shellWord(first.source))} ${first.n}`;

/** `6.1.0-18-amd64: 3 in 2 of 4 captures` */
const shareWords = ({ captures, findings, kernel, of }: DriftGroup['kernels'][number]): string =>
  `${clean(kernel)}: ${grouped(findings)} in ${grouped(captures)} of ${count(of, 'capture')}`;

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

export function triageJson(reports: readonly NamedReport[], options: TriageOptions, matrix?: Matrix): string {
  const groups = storyGroups(reports, options.by, options.hostOf).map((group) => ({
    ...dataOf(group),
    ...stateOf(options.baseline, group),
    variants: group.variants.map(({ fingerprint }, i) => ({ fingerprint, words: variantWords(group)[i] })),
  }));
  const captures = reports.flatMap(({ report, source }) =>
    report.traces.map((trace, i) => ({
      source,
      path: trace.path,
      kernel: kernelOf(trace),
      host: options.hostOf(trace.path),
      findings: report.findings.filter((finding) => finding.trace === i).length,
    })),
  );
  const missing = options.baseline === undefined ? undefined : missingFrom(options.baseline, reports);
  const drifts = driftGroups(reports).map(dataOf);
  return `${jsonText({ schema: 'pindrift.triage/1', captures, by: options.by, groups, missing, matrix, drifts }, 2)}\n`;
}

const dataOf = <T extends { first: Sighting; last: Sighting }>({ first, last, ...group }: T) => ({
  ...group,
  message: first.finding.message,
  first: sightingData(first),
  last: sightingData(last),
});

const sightingData = ({ finding, n, source, trace }: Sighting) => ({
  ...{ source, n, path: trace.path, kernel: kernelOf(trace), line: finding.evidence[0]?.line, time: finding.pin.time },
});
