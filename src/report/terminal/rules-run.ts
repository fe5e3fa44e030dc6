// Why: `rules run` for people and for scripts (pindrift.rules-run/1): a row for each source and rule, and what they add up to.
import type { CheckReport } from '../../contract/report.ts';
import { count } from '../../util/count.ts';
import { groupBy } from '../../util/group-by.ts';
import { clean, wrap } from '../shared/format.ts';
import { painter } from '../shared/paint.ts';
import { jsonText } from '../shared/serialize.ts';
import { tableText } from './table.ts';

/** A rule on a source. */
export interface Hits {
  source: string;
  rule: string;
  /** traces of the source */
  captures: number;
  findings: number;
  /** why it could not decide; empty where it could */
  undecided: readonly string[];
  /** ms inside the rule */
  ms: number;
}

export function hitsOf(source: string, report: CheckReport, times: readonly { rule: string; ms: number }[]): Hits[] {
  return report.rules.map(({ findings, id, missing }) => ({
    source,
    rule: id,
    captures: report.traces.length,
    findings,
    undecided: missing,
    ms: times.find(({ rule }) => rule === id)?.ms ?? 0,
  }));
}

export function* runText(hits: readonly Hits[], look: { color: boolean; width: number | undefined }): Iterable<string> {
  const paint = painter(look.color);
  const width = Math.max(40, look.width ?? 80);
  const heads = [
    { head: 'findings', right: true },
    { head: 'ms', right: true },
    { head: 'says' },
    { head: 'rule' },
    { head: 'source' },
  ];
  const rows = hits.map((one) => [
    String(one.findings),
    one.ms.toFixed(1),
    wordOf(one),
    clean(one.rule),
    clean(one.source),
  ]);
  yield* tableText(heads, rows, { paint, width: look.width === undefined ? undefined : width });
  yield '\n';
  for (const [rule, of] of groupBy(hits, (one) => one.rule)) {
    const with_ = of.filter(({ findings }) => findings > 0);
    const quiet = of.filter((one) => wordOf(one) === 'miss').length;
    const blind = of.filter((one) => wordOf(one) === 'undecided').length;
    const total = (what: (one: Hits) => number) => of.reduce((sum, one) => sum + what(one), 0);
    const words = [
      `${count(
        total((one) => one.findings),
        'finding',
      )} in ${with_.length} of ${count(of.length, 'source')}`,
      `no finding in ${quiet}`,
      `undecided in ${blind}`,
      `${total((one) => one.ms).toFixed(1)} ms`,
    ];
    yield* wrap(`${paint('bold', clean(rule))}: ${words.join(', ')}`, width).map((line) => `${line}\n`);
  }
}

/** `miss`: it could decide, and found nothing. */
const wordOf = ({ findings, undecided }: Hits): 'hit' | 'miss' | 'undecided' =>
  findings > 0 ? 'hit' : undecided.length > 0 ? 'undecided' : 'miss';

export const runJson = (hits: readonly Hits[]): string =>
  `${jsonText({ schema: 'pindrift.rules-run/1', runs: hits.map((one) => ({ ...one, says: wordOf(one) })) }, 2)}\n`;
