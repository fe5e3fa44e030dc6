// Why: one munmap() over a pinned huge page gives 512 findings, one per page. Reports for people show the first finding
// of the same drift in the same trace, and list the others in one line; reports for machines list all of them.
import type { Finding } from '../../contract/finding.ts';
import { grouped } from '../../util/count.ts';
import { clean } from './format.ts';

export interface Alike {
  first: Finding;
  /** other findings of the same drift */
  more: Finding[];
}

export function alike(findings: readonly Finding[]): Alike[] {
  const groups = new Map<string, Alike>();
  for (const finding of findings) {
    const { trace, rule, severity, confidence, fingerprint, harm, pin } = finding;
    const who = [pin.tgid ?? pin.pid, pin.mm, pin.comm];
    const key = JSON.stringify([trace, rule, severity, confidence, fingerprint, harm, ...who]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: finding, more: [] });
    else group.more.push(finding);
  }
  return [...groups.values()];
}

const RANK = { error: 0, warning: 1, note: 2 } as const;

/** For readers: errors, then warnings, then notes; each in trace order. */
export const worstFirst = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]);

/** Maximum number of numbers and addresses written out. */
const NAMED = 4;

/** `511 more: the same drift at 0x7f02b2793000 to 0x7f02b2991000 (2-512)`; undefined if there are none. */
export function moreWords({ more }: Alike): string | undefined {
  if (more.length === 0) return undefined;
  const addresses = [...new Set(more.flatMap(({ pin }) => (pin.address === undefined ? [] : [clean(pin.address)])))];
  const low = addresses.toSorted(byValue);
  const named = low.length <= NAMED ? low.join(', ') : `${low[0]} to ${low.at(-1)}`;
  return `${grouped(more.length)} more: the same drift${named === '' ? '' : ` at ${named}`} (${numberRuns(more)})`;
}

/** Hex without leading zeros: the longer number is greater. */
function byValue(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** `2-512, 514`. */
export function numberRuns(findings: readonly Finding[]): string {
  const runs: { from: number; to: number }[] = [];
  for (const { n } of findings) {
    const last = runs.at(-1);
    if (last !== undefined && last.to === n - 1) last.to = n;
    else runs.push({ from: n, to: n });
  }
  const named = runs.slice(0, NAMED).map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
  return [...named, ...(runs.length > NAMED ? ['...'] : [])].join(', ');
}
