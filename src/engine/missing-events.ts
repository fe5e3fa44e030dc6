// Why: a rule that looked on while events were lost has not held: what it looks for may be among them. Overall verdict and
// rules follow the same signs; what is open at the end (pins still held) speaks against the whole, not against a rule.
import type { Model } from '../model/model.ts';

const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** Signs that events are missing from a trace, in words. */
export function missingEvents({ facts, gaps, torn }: Model): string[] {
  const out: string[] = [];
  if (gaps.length > 0) out.push(`events were lost in ${plural(gaps.length, 'place')}`);
  if (facts.overwritten > 0)
    out.push(`${plural(facts.overwritten, 'event was', 'events were')} overwritten before the first line`);
  if (facts.unread > 0) out.push(`${plural(facts.unread, 'line')} could not be read`);
  if (facts.filtered !== undefined) out.push(`the trace was filtered (${facts.filtered})`);
  if (facts.damage !== undefined) out.push(facts.damage);
  if (torn.rets + torn.entries > 0) out.push('lines are missing in the middle');
  out.push(...(facts.missed ?? []));
  return out;
}
