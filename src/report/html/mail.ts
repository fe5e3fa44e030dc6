// Why: a finding as a mail to a mailing list: what happened, the lines that prove it, the kernel, how to reproduce it.
// The same text is used by the page's button and `show --mail`; prose has 72 columns, trace lines are not wrapped.
import { shellWord, wrap } from '../shared/format.ts';
import type { Fact, FindingView, Payload } from './payload.ts';

/** RFC 3676 and the kernel's email-clients.rst. */
const WIDTH = 72;
/** Is the subject, or part of the command at the end. */
const LEFT_OUT: ReadonlySet<string> = new Set(['cause', 'trace']);

export function mailOf(finding: FindingView, payload: Payload): string {
  const trace = payload.traces[finding.trace];
  const quoted = finding.life.steps
    .flatMap(({ stack, text }) => [text, ...(stack ?? [])])
    .filter((line) => line !== '');
  const about = (trace?.facts ?? [])
    .filter(([label]) => label === 'kernel' || label === 'time' || label === 'format')
    .map(([label, text]): Fact => [label, text.replace(/^kernel /, '')]);
  const out = [
    `Subject: ${finding.title}`,
    '',
    ...wrap(`${finding.message}.`, WIDTH),
    '',
    ...aligned(finding.facts.filter(([label]) => !LEFT_OUT.has(label))),
    ...(quoted.length === 0 ? [] : ['', 'The trace:', '', ...quoted.map((line) => `  ${line}`)]),
    '',
    ...aligned(finding.notes.filter(([label]) => label !== 'more')),
    '',
    ...aligned([...about, ...lossFacts(trace?.losses ?? [])]),
    '',
    ...wrap(
      `Found by pindrift${version(payload)}, rule ${finding.rule} (${finding.severity}, ${finding.confidence}). To reproduce:`,
      WIDTH,
    ),
    '',
    `  ${command(finding, payload)}`,
  ];
  return `${out.join('\n')}\n`;
}

const version = ({ version }: Payload): string => (version === undefined ? '' : ` ${version}`);

const lossFacts = (losses: readonly string[]): Fact[] => losses.map((loss): Fact => ['lost', loss]);

/** With the number that the finding has where its trace is checked alone. */
function command({ inTrace, trace }: FindingView, { traces }: Payload): string {
  const name = traces[trace]?.name ?? '';
  return `pindrift show ${name === 'standard input' ? 'TRACE' : shellWord(name)} ${inTrace}`;
}

/** Labels in a column of their own, what they say beside them. */
function aligned(facts: readonly Fact[]): string[] {
  const room = facts.reduce((most, [label]) => Math.max(most, label.length), 0) + 2;
  return facts.flatMap(([label, text]) =>
    wrap(text, WIDTH - room).map((line, i) => (i === 0 ? `${label}:` : '').padEnd(room) + line),
  );
}
