// Why: `diff` for people and for scripts (pindrift.diff/1).
import type { CheckReport } from '../../contract/report.ts';
import { count } from '../../util/count.ts';
import { type DiffEntry, type ReportDiff, signOf } from '../groups/diff.ts';
import { kernelOf } from '../groups/drifts.ts';
import { clean, pad, shellWord, wrap } from '../shared/format.ts';
import { painter, type Style } from '../shared/paint.ts';
import { jsonText } from '../shared/serialize.ts';
import { verdictWords } from '../shared/words.ts';

export interface DiffSource {
  source: string;
  report: CheckReport;
}

const STYLES: Readonly<Record<string, Style>> = { '+': 'red', '-': 'green', '=': 'dim' };

export function* diffText(
  diff: ReportDiff,
  [a, b]: readonly [DiffSource, DiffSource],
  look: { color: boolean; width: number | undefined },
): Iterable<string> {
  const paint = painter(look.color);
  const width = Math.max(40, look.width ?? 80);
  for (const [name, { report, source }] of [['A', a] as const, ['B', b] as const]) {
    const kernels = [...new Set(report.traces.map(kernelOf))].map((one) => clean(one)).join(', ');
    yield* hanging(`${paint('bold', name)}  `, 3, `${sourceWords(source)}, ${kernels}: ${verdictWords(report)}`, width);
  }
  yield '\n';
  for (const entry of diff.entries) {
    const sign = signOf(entry);
    const head = `${sign} ${clean(entry.rule)}  ${severityWords(entry)}  ${countWords(entry)}  ${entry.fingerprint}`;
    yield* wrap(head, width).map((line, i) => `${paint(STYLES[sign] ?? 'dim', i === 0 ? line : `  ${line}`)}\n`);
    yield* hanging('    ', 4, clean(entry.example.message), width);
    if (entry.undecided !== undefined) {
      const why = entry.undecided.map(clean).join('; ');
      yield* hanging('    ', 4, `B could not decide this rule${why === '' ? '' : `: ${why}`}`, width);
    }
    const [source, n] = entry.b === undefined ? [a.source, entry.a?.n] : [b.source, entry.b.n];
    yield `    ${paint('dim', `pindrift show ${clean(shellWord(source))} ${n}`)}\n\n`;
  }
  const signs = diff.entries.map(signOf);
  const n = (sign: string) => signs.filter((one) => one === sign).length;
  yield* hanging('', 0, `${count(n('+'), 'drift')} only in B, ${n('-')} only in A, ${n('=')} in both`, width);
}

/** `error`; where the sides differ `note in A, error in B` */
function severityWords({ a, b }: DiffEntry): string {
  if (a === undefined || b === undefined || a.severity === b.severity) return (b ?? a)?.severity ?? '';
  return `${a.severity} in A, ${b.severity} in B`;
}

const countWords = ({ a, b }: DiffEntry): string => `A ${a?.count ?? 0}, B ${b?.count ?? 0}`;

const sourceWords = (source: string): string => (source === '-' ? 'standard input' : clean(source));

function* hanging(lead: string, indent: number, text: string, width: number): Iterable<string> {
  for (const [i, line] of wrap(text, width - indent).entries()) yield `${i === 0 ? lead : pad('', indent)}${line}\n`;
}

export function diffJson(diff: ReportDiff, sides: readonly [DiffSource, DiffSource], exit: number): string {
  const [a, b] = sides.map(({ report, source }) => ({
    source,
    verdict: report.verdict,
    traces: report.traces.map(({ era, kernel, path }) => ({ path, kernel, era })),
  }));
  const entries = diff.entries.map((entry) => ({
    sign: signOf(entry),
    rule: entry.rule,
    fingerprint: entry.fingerprint,
    a: entry.a,
    b: entry.b,
    undecided: entry.undecided,
    harm: entry.example.harm,
    message: entry.example.message,
  }));
  return `${jsonText({ schema: 'pindrift.diff/1', by: diff.by, exit, a, b, entries }, 2)}\n`;
}
