// The evidence of a finding as an aligned table: relative time, CPU, task, role, kernel function, what
// happened, line. One layout for every width: `what` has its own column where there is room for one,
// and goes below the step where there is not.
import type { Evidence, Finding } from '../../contract/finding.ts';
import type { TraceInfo } from '../../contract/report.ts';
import { largest } from '../../util/largest.ts';
import { clean, clip, columns, pad, padLeft, relativeTime, timeDigits, wrap } from './format.ts';
import { partingStep } from './steps.ts';
import { placeOf } from './words.ts';

/** One step, every cell safe to print; a cell is empty where the trace does not show it. */
export interface StepRow {
  time: string;
  cpu: string;
  task: string;
  role: string;
  fn: string;
  what: string;
  /** `:1042` */
  line: string;
  /** the page and the mapping part here */
  parts: boolean;
  evidence: Evidence;
}

/** A step laid out: its lines, ready to be indented and coloured. */
export interface LaidOut {
  step: StepRow;
  lines: string[];
}

/** A task name has at most 15 characters and a pid at most 7; only written-out control characters need more. */
const TASK_WIDTH = 24;
/** Below this `what` reads badly in a column of its own. */
const WHAT_WIDTH = 28;
const GAP = '  ';

export function steps(finding: Finding, trace: TraceInfo | undefined): StepRow[] {
  const parting = partingStep(finding);
  return stepsOf(finding.evidence, trace?.timeUnit ?? 'ns', (one) => one === parting);
}

/** Times are relative to the first that is known. */
export function stepsOf<E extends Evidence>(
  all: readonly E[],
  unit: TraceInfo['timeUnit'],
  parts: (one: E) => boolean,
): StepRow[] {
  const base = all.find((step) => step.time !== undefined)?.time;
  const digits = timeDigits(all.map((step) => step.time));
  return all.map((evidence) => ({
    time:
      evidence.time === undefined || base === undefined || unit === 'none'
        ? ''
        : relativeTime(evidence.time, base, unit, digits),
    cpu: evidence.cpu === undefined ? '' : `cpu${evidence.cpu}`,
    task: clip(clean(evidence.task ?? ''), TASK_WIDTH),
    role: clean(evidence.role),
    fn: clean(evidence.fn ?? ''),
    what: clean(evidence.what),
    line: placeOf(evidence),
    parts: parts(evidence),
    evidence,
  }));
}

/** Lay the steps out in at most `width` columns. `mark` is put behind the step where page and mapping part. */
export function layOut(all: readonly StepRow[], width: number, mark: string): LaidOut[] {
  // the mark stays on one line
  const whole = mark.replaceAll(' ', NO_BREAK);
  const shown = all.map((step) => ({ ...step, what: step.parts ? `${step.what}   ${whole}` : step.what }));
  return laidOut(shown, width).map(({ step, lines }) => ({
    step,
    lines: step.parts ? lines.map((line) => line.replace(whole, mark)) : lines,
  }));
}

const NO_BREAK = '\u00a0';

function laidOut(shown: readonly StepRow[], width: number): LaidOut[] {
  const size = (cell: (step: StepRow) => string) =>
    largest(
      0,
      shown.map((step) => columns(cell(step))),
    );
  const timeWidth = size((step) => step.time);
  const cpuWidth = size((step) => step.cpu);
  const taskWidth = size((step) => step.task);
  const roleWidth = size((step) => step.role);
  const fnWidth = size((step) => step.fn);
  const lineWidth = size((step) => step.line);
  const whatWidth = size((step) => step.what);

  // A column that is empty in every step is left out with its gap.
  const row = (...cells: [text: string, width: number][]) =>
    cells.flatMap(([text, cellWidth]) => (cellWidth === 0 ? [] : [pad(text, cellWidth)])).join(GAP);
  const short = (step: StepRow) =>
    row(
      [padLeft(step.time, timeWidth), timeWidth],
      [step.cpu, cpuWidth],
      [step.task, taskWidth],
      [step.role, roleWidth],
    );
  const head = (step: StepRow) => row([short(step), columns(short(step))], [step.fn, fnWidth]);

  const headWidth = size(head);
  const room = width - headWidth - lineWidth - 2 * GAP.length;
  if (room >= Math.min(WHAT_WIDTH, whatWidth)) {
    const fitted = Math.min(room, whatWidth);
    return shown.map((step) => ({ step, lines: beside(step, head(step), fitted) }));
  }
  const indent = columns(row(['', timeWidth], ['', cpuWidth], ['', 1])) - 1;
  const fits = headWidth + GAP.length + lineWidth <= width;
  return shown.map((step) =>
    fits
      ? { step, lines: below(head(step), step.line, step.what, indent, width) }
      : { step, lines: below(short(step), step.line, `${step.fn}${GAP}${step.what}`.trimStart(), indent, width) },
  );
}

function beside(step: StepRow, head: string, whatWidth: number): string[] {
  const what = wrap(step.what, whatWidth);
  const first = [head, pad(what[0] ?? '', whatWidth), step.line].join(GAP);
  return [first, ...what.slice(1).map((line) => ' '.repeat(columns(head) + GAP.length) + line)];
}

function below(head: string, line: string, what: string, indent: number, width: number): string[] {
  const first = pad(head, width - columns(line) - GAP.length) + GAP + line;
  return [first, ...wrap(what, Math.max(WHAT_WIDTH, width - indent)).map((part) => ' '.repeat(indent) + part)];
}

/** Columns the widest line takes. */
export function laidOutWidth(all: readonly LaidOut[]): number {
  return largest(
    0,
    all.flatMap((one) => one.lines.map(columns)),
  );
}

/** How arrows look: `→` and `◀`, or what ASCII has for them. */
export interface Arrows {
  parts: string;
  step: (step: StepRow) => StepRow;
}

export const arrows = (unicode: boolean): Arrows =>
  unicode
    ? { parts: '◀ drift', step: (step) => ({ ...step, what: step.what.replaceAll(' -> ', ' → ') }) }
    : { parts: '<- drift', step: (step) => step };
