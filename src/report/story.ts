// `show N`: one finding told step by step, each with its verbatim trace line, its stack, and the lines around
// it where the command passed them.
import type { Evidence, Finding } from '../contract/finding.ts';
import type { CheckReport, TraceInfo } from '../contract/report.ts';
import { count } from '../util/count.ts';
import type { ContextLine, Reporter, ReportOptions } from './reporter.ts';
import { clean, padLeft, verbatim, wrap } from './shared/format.ts';
import { type Paint, painter } from './shared/paint.ts';
import { type Arrows, arrows, layOut, type StepRow, steps } from './shared/timeline.ts';
import {
  addressOf,
  formatWords,
  kernelWords,
  notes,
  pageWords,
  pathWords,
  pinnedElsewhere,
  pinOwner,
  weight,
} from './shared/words.ts';

interface Look {
  paint: Paint;
  width: number;
  arrows: Arrows;
}

const LABEL_WIDTH = 12;
const MIN_WIDTH = 40;

export const story: Reporter = {
  *render(report: CheckReport, options: ReportOptions): Iterable<string> {
    const look: Look = {
      paint: painter(options.color ?? false),
      width: Math.max(MIN_WIDTH, options.width ?? 80),
      arrows: arrows(options.unicode ?? true),
    };
    const chosen = report.findings.filter((finding) => options.finding === undefined || finding.n === options.finding);
    if (chosen.length === 0) {
      yield options.finding === undefined
        ? 'no findings\n'
        : `no finding ${options.finding} in ${count(report.findings.length, 'finding')}\n`;
    }
    for (const [i, finding] of chosen.entries()) {
      const of = options.more === true ? '' : ` of ${report.findings.length}`;
      yield `${i === 0 ? '' : '\n'}${tell(finding, of, report, options.context ?? [], look).join('\n')}\n`;
    }
  },
};

function tell(
  finding: Finding,
  of: string,
  report: CheckReport,
  context: readonly ContextLine[],
  look: Look,
): string[] {
  const { paint, width } = look;
  const trace = report.traces[finding.trace];
  const title = `finding ${finding.n}${of}: ${clean(finding.rule)} (${weight(finding)})`;
  const out = [...wrap(title, width).map((line) => paint('bold', line)), ''];
  out.push(...wrap(clean(finding.message), width), '');
  out.push(...facts(finding, trace).flatMap(([label, text]) => labelled(label, text, look)), '');
  out.push(...timeline(finding, trace, context, look));
  out.push(...notes(finding, trace).flatMap((note) => labelled(note.label, note.text, look)));
  return [...out, ...labelled('fingerprint', clean(finding.fingerprint), look)];
}

function facts(finding: Finding, trace: TraceInfo | undefined): [string, string][] {
  const { pin, mapping } = finding;
  const space = pin.mm === undefined ? '' : `mm ${clean(pin.mm)}`;
  const list: [string, string[]][] = [
    ['trace', trace === undefined ? [] : [pathWords(trace), formatWords(trace), kernelWords(trace)]],
    [
      'process',
      [
        pinOwner(finding),
        pin.tgid === undefined || pin.tgid === pin.pid || pin.pid === undefined ? '' : `thread ${pin.pid}`,
        space,
      ],
    ],
    ['address', [addressOf(finding), ...pinnedElsewhere(finding)]],
    [
      'pinned',
      [
        pageWords(pin) ?? '',
        clean(pin.api ?? ''),
        pin.flags.map(clean).join('|'),
        pin.caller === undefined ? '' : `by ${clean(pin.caller)}`,
      ],
    ],
    ['mapped', [pageWords(mapping) ?? '']],
    ['cause', [clean(finding.cause)]],
  ];
  return list
    .map(([label, words]): [string, string] => [label, words.filter((word) => word !== '').join(', ')])
    .filter(([, words]) => words !== '');
}

function timeline(
  finding: Finding,
  trace: TraceInfo | undefined,
  context: readonly ContextLine[],
  look: Look,
): string[] {
  const { paint, width } = look;
  const all = steps(finding, trace);
  const around = nearest(all, context);
  const gutter = Math.max(
    5,
    ...[...all.map((step) => step.evidence.line), ...context.map((one) => one.line)].map((n) => String(n).length + 1),
  );
  const quote = (line: number | undefined, text: string) =>
    `  ${padLeft(line === undefined ? '' : String(line), gutter)} | ${verbatim(text)}`;
  return layOut(all.map(look.arrows.step), width, look.arrows.parts).flatMap(({ step, lines }) => {
    const { line, text, stack = [] } = step.evidence;
    const beside = around.get(step.evidence) ?? [];
    const dim = (one: ContextLine) => paint('dim', quote(one.line, one.text));
    return [
      ...lines.map((one) => (step.parts ? paint('bold', one) : one)),
      ...beside.filter((one) => one.line < line).map(dim),
      ...(text === '' ? [] : [quote(line, text)]),
      ...stack.map((frame) => quote(undefined, frame)),
      ...beside.filter((one) => one.line > line).map(dim),
      '',
    ];
  });
}

/** Each context line once, with the step it is closest to; the step's own lines are not repeated. */
function nearest(all: readonly StepRow[], context: readonly ContextLine[]): Map<Evidence, ContextLine[]> {
  const own = new Set(
    all.flatMap(({ evidence }) =>
      // a stack is lines of a text, and no records of a recording
      Array.from(
        { length: evidence.record === undefined ? 1 + (evidence.stack?.length ?? 0) : 1 },
        (_, i) => evidence.line + i,
      ),
    ),
  );
  const near = new Map<Evidence, ContextLine[]>();
  for (const one of context.toSorted((a, b) => a.line - b.line)) {
    const distance = (step: StepRow) => Math.abs(step.evidence.line - one.line);
    const [first, ...rest] = all;
    if (first === undefined || own.has(one.line)) continue;
    const step = rest.reduce((best, next) => (distance(next) < distance(best) ? next : best), first);
    near.set(step.evidence, [...(near.get(step.evidence) ?? []), one]);
  }
  return near;
}

function labelled(label: string, text: string, { paint, width }: Look): string[] {
  return wrap(text, width - LABEL_WIDTH).map(
    (line, i) => (i === 0 ? paint('dim', label.padEnd(LABEL_WIDTH)) : ' '.repeat(LABEL_WIDTH)) + line,
  );
}
