// GitHub-flavoured Markdown for an issue tracker. Words from the trace are in code spans and fences that they cannot
// close; everything else is escaped, so that it cannot mention people (`@name`) or link issues (`#1`).
import type { Finding } from '../contract/finding.ts';
import type { CheckReport, TraceInfo } from '../contract/report.ts';
import type { Reporter } from './reporter.ts';
import { type Alike, alike, moreWords, worstFirst } from './shared/alike.ts';
import { clean, verbatim } from './shared/format.ts';
import { lossWords } from './shared/loss-words.ts';
import { steps } from './shared/timeline.ts';
import { titleOf } from './shared/title.ts';
import {
  addressOf,
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

export const markdown: Reporter = {
  *render(report: CheckReport): Iterable<string> {
    yield `## pindrift: ${escaped(verdictWords(report))}\n\n`;
    for (const group of alike(worstFirst(report.findings))) yield `${findingLines(group, report).join('\n')}\n\n`;
    yield `${summaryLines(report).join('\n')}\n`;
  },
};

function findingLines(group: Alike, report: CheckReport): string[] {
  const finding = group.first;
  const trace = report.traces[finding.trace];
  const out = [
    `### ${finding.n}. ${escaped(finding.rule)} (${weight(finding)}): ${escaped(titleOf(finding))}`,
    '',
    escaped(finding.message),
    '',
  ];
  out.push(...facts(finding, report, trace), '');
  out.push(...evidenceTable(finding, trace));
  const quoted = quotedLines(finding);
  if (quoted.length > 0) {
    out.push('', '<details><summary>Trace lines</summary>', '', ...fenced(quoted.map(verbatim)), '', '</details>');
  }
  for (const note of notes(finding, trace, moreWords(group))) {
    out.push('', `**${NOTE_LABELS[note.label]}:** ${escaped(note.text)}`);
  }
  return out;
}

function facts(finding: Finding, report: CheckReport, trace: TraceInfo | undefined): string[] {
  const { pin, mapping } = finding;
  const now = pageWords(mapping);
  const pinned = [pageWords(pin), pin.api, pin.flags.join('|')].filter((part) => part !== undefined && part !== '');
  const list: [string, string[]][] = [
    ['process', [pinOwner(finding), addressOf(finding), ...pinnedElsewhere(finding)]],
    ['pinned', pinned as string[]],
    ['mapped', now === undefined ? [] : [now]],
    ['trace', report.traces.length > 1 && trace !== undefined ? [pathWords(trace)] : []],
  ];
  return list.flatMap(([name, words]) => {
    const shown = words.filter((word) => word !== '').map(code);
    return shown.length === 0 ? [] : [`- ${name}: ${shown.join(', ')}`];
  });
}

function evidenceTable(finding: Finding, trace: TraceInfo | undefined): string[] {
  const rows = steps(finding, trace).map((step) => {
    const what = step.parts ? `${escaped(step.what)} **drift**` : escaped(step.what);
    return [
      step.time,
      step.cpu,
      cell(step.task),
      escaped(step.role),
      cell(step.fn),
      what,
      placeOf(step.evidence).replace(/^:/, ''),
    ];
  });
  const isRecording = finding.evidence.some(({ record }) => record !== undefined);
  const head = ['time', 'cpu', 'task', 'step', 'function', 'what', isRecording ? 'record' : 'line'];
  return [head, ['--:', '---', '---', '---', '---', '---', '--:'], ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

function summaryLines(report: CheckReport): string[] {
  const out = ['### Input', ''];
  for (const trace of report.traces) {
    const lost = lossWords(trace.losses);
    const words = [formatWords(trace), kernelWords(trace), sizeWords(trace), pinsWords(trace)];
    out.push(`- ${code(pathWords(trace))}: ${escaped(words.join('; '))}`);
    out.push(...(lost.length === 0 ? [`  - ${losslessWords(trace)}`] : lost.map((loss) => `  - ${escaped(loss)}`)));
  }
  for (const { path, reason } of report.unreadable ?? [])
    out.push(`- ${code(clean(path))}: ${escaped(`could not be read: ${reason}`)}`);
  const whole = wholeReasons(report);
  if (whole.length > 0) {
    out.push('', '### Why the trace cannot be called clean', '', ...whole.map((why) => `- ${escaped(why)}`));
  }
  const groups = undecided(report);
  if (groups.length > 0) {
    out.push('', `### ${undecidedWords(report)} could not decide`, '');
    out.push('| reason | rules |', '| --- | --- |');
    for (const group of groups) {
      out.push(`| ${escaped(group.reason)} | ${escaped(group.rules.join(', '))} |`);
    }
  }
  return out;
}

/** Prose: everything that GFM could take for markup, a mention, a reference or a link. */
function escaped(text: string): string {
  return clean(text)
    .trim()
    .replace(/[\\`*_[\]~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/^[-+=#>]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2')
    .replace(/@|#(?=\d)|:(?=\/\/)|w(?=ww\.)|\bGH(?=-\d)/gi, '$&<!-- -->')
    .replaceAll('|', '&#124;');
}

/** A code span that its own text cannot close. */
function code(text: string): string {
  const safe = clean(text);
  const ticks = '`'.repeat(longestRun(safe) + 1);
  const blank = /^[` ]|[` ]$/.test(safe) ? ' ' : '';
  return ticks + blank + safe + blank + ticks;
}

/** A code span inside a table, where a pipe would end the cell even between backticks. */
function cell(text: string): string {
  if (text === '') return '';
  return text.includes('|') ? `<code>${escaped(text)}</code>` : code(text);
}

function fenced(lines: readonly string[]): string[] {
  const fence = '`'.repeat(Math.max(3, ...lines.map((line) => longestRun(line) + 1)));
  return [`${fence}text`, ...lines, fence];
}

function longestRun(text: string): number {
  return Math.max(0, ...Array.from(text.matchAll(/`+/g), (run) => run[0].length));
}
