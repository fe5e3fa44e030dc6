// Plain text for a mailing list: 72 columns, ASCII markup, no colour. Only quoted trace lines are longer.
import type { Evidence, Finding } from '../contract/finding.ts';
import type { CheckReport, TraceInfo } from '../contract/report.ts';
import type { Reporter, ReportOptions } from './reporter.ts';
import { type Alike, alike, moreWords, worstFirst } from './shared/alike.ts';
import { clean, columns, verbatim, wrap } from './shared/format.ts';
import { lossWords } from './shared/loss-words.ts';
import { type StepRow, steps } from './shared/timeline.ts';
import { titleOf } from './shared/title.ts';
import {
  addressOf,
  clockWords,
  failureWords,
  formatWords,
  kernelWords,
  losslessWords,
  NOTE_LABELS,
  notes,
  pageWords,
  pathWords,
  pinnedElsewhere,
  pinOwner,
  pinsWords,
  placeOf,
  quotedLines,
  sizeWords,
  undecided,
  undecidedWords,
  verdictWords,
  weight,
  wholeReasons,
} from './shared/words.ts';

/** RFC 3676 and the kernel's email-clients.rst: lines that survive being quoted a few times. */
const WIDTH = 72;
/** How the kernel's submitting-patches.rst sets quoted console output and traces apart. */
const QUOTE = '  ';

export const text: Reporter = {
  *render(report: CheckReport, _options: ReportOptions): Iterable<string> {
    const title = wrap(`pindrift: ${verdictWords(report)}`, WIDTH);
    yield `${[...title, '='.repeat(Math.max(...title.map(columns)))].join('\n')}\n\n`;
    for (const group of alike(worstFirst(report.findings))) yield `${findingLines(group, report).join('\n')}\n\n`;
    yield `${summaryLines(report).join('\n')}\n`;
  },
};

function findingLines(group: Alike, report: CheckReport): string[] {
  const finding = group.first;
  const trace = report.traces[finding.trace];
  const title = hanging(`[${finding.n}] ${clean(finding.rule)} (${weight(finding)}): ${titleOf(finding)}`, '    ');
  const out = [...title, '-'.repeat(Math.max(...title.map(columns))), ''];
  out.push(...wrap(clean(finding.message), WIDTH), '');
  out.push(...facts(finding, report, trace).flatMap((fact) => hanging(`  ${fact}`, '    ')), '');
  out.push(...steps(finding, trace).flatMap(stepLines));
  const quoted = quotedLines(finding);
  if (quoted.length > 0) out.push('', 'The trace:', '', ...quoted.map((line) => QUOTE + verbatim(line)));
  for (const note of notes(finding, trace, moreWords(group))) {
    out.push('', ...wrap(`${NOTE_LABELS[note.label]}: ${note.text}`, WIDTH));
  }
  return out;
}

function facts(finding: Finding, report: CheckReport, trace: TraceInfo | undefined): string[] {
  const { pin, mapping } = finding;
  const address = addressOf(finding);
  const where = [pinOwner(finding), address === '' ? '' : `address ${address}`, ...pinnedElsewhere(finding)];
  const flags = pin.flags.map(clean).join('|');
  const held = [pageWords(pin), clean(pin.api ?? ''), flags].filter((part) => part !== undefined && part !== '');
  const now = pageWords(mapping);
  return [
    `process: ${where.filter((part) => part !== '').join(', ') || 'not shown'}`,
    `pinned:  ${held.join(', ') || 'not shown'}`,
    ...(now === undefined ? [] : [`mapped:  ${now}`]),
    ...(report.traces.length > 1 && trace !== undefined ? [`trace:   ${pathWords(trace)}`] : []),
  ];
}

/** `  +0.161775 cpu1 scn-157 copy do_wp_page (line 648)` and below it what happened. */
function stepLines(step: StepRow): string[] {
  const head = [step.time, step.cpu, step.task, step.role, step.fn].filter((cell) => cell !== '');
  const what = step.parts ? `${step.what}  <- drift` : step.what;
  return [
    ...hanging(`  ${head.join(' ')} (${lineWords(step.evidence)})`, '      '),
    ...wrap(what, WIDTH - 6).map((line) => `      ${line}`),
  ];
}

function summaryLines(report: CheckReport): string[] {
  const out = ['Input', '-------------'];
  for (const trace of report.traces) {
    const lost = lossWords(trace.losses);
    const losses = lost.length === 0 ? [losslessWords(trace)] : lost;
    const lines = [
      formatWords(trace),
      kernelWords(trace),
      clockWords(trace),
      sizeWords(trace),
      pinsWords(trace),
      ...losses,
    ];
    // The path stays whole: a broken path cannot be copied.
    out.push('', pathWords(trace), ...lines.flatMap((line) => hanging(`  ${line}`, '    ')));
  }
  for (const { path, reason } of report.unreadable ?? [])
    out.push('', clean(path), ...hanging(`  could not be read: ${clean(reason)}`, '    '));
  const whole = wholeReasons(report);
  if (whole.length > 0) {
    out.push('', 'Why the trace cannot be called clean:', '');
    for (const reason of whole) out.push(...hanging(`- ${reason}`, '  '));
  }
  const groups = undecided(report);
  for (const failure of failureWords(report)) out.push('', ...wrap(failure, WIDTH));
  if (groups.length > 0) {
    out.push('', ...wrap(`${undecidedWords(report)} could not decide:`, WIDTH), '');
    for (const group of groups) {
      out.push(...hanging(`- ${group.reason}`, '  '));
      out.push(...wrap(group.rules.join(', '), WIDTH - 2).map((line) => `  ${line}`));
    }
  }
  return out;
}

/** Wrapped text that keeps the blanks it starts with and indents the lines after the first. */
function hanging(line: string, rest: string): string[] {
  const lead = line.slice(0, line.length - line.trimStart().length);
  const [first = '', ...others] = wrap(line.trimStart(), WIDTH - Math.max(lead.length, rest.length));
  return [lead + first, ...others.map((other) => rest + other)];
}

/** `line 648`, `record 1096`, or the place in one of several files. */
const lineWords = (evidence: Evidence): string =>
  evidence.from === undefined
    ? `${evidence.record === undefined ? 'line' : 'record'} ${evidence.line}`
    : placeOf(evidence);
