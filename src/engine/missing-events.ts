// Why: a rule cannot be clean if events were lost, because the event it looks for may be among them. The overall
// verdict and the rules use the same signs; pins still held at the end affect only the overall verdict.
import { plural } from '../contract/plural.ts';
import type { Model } from '../model/model.ts';

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
  if (torn.steps > 0) out.push('lines of one call name different addresses');
  out.push(...(facts.missed ?? []));
  return out;
}
