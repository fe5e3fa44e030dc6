// Why: the words in which rules say what they could not decide, in one place. A rule cannot be clean if events were
// lost, because the event it looks for may be among them. The overall verdict and the rules use the same signs in the
// same words; pins still held at the end affect only the overall verdict.
import type { Model } from '../api/views-model.ts';
import { NO_GUP_CALL } from '../contract/report.ts';
import { count, grouped } from '../util/count.ts';

export { count, grouped, NO_GUP_CALL };

/** What is read of a model. */
type Signs = {
  facts: Partial<Pick<Model['facts'], 'damage' | 'filtered' | 'missed'>> &
    Pick<Model['facts'], 'overwritten' | 'unread'>;
  gaps: readonly { n: number | undefined }[];
  torn: Pick<Model['torn'], 'calls' | 'entries' | 'rets' | 'steps'>;
};

/** Signs that events are missing from a trace, in words; the weightiest first. */
export function missingEvents({ facts, gaps, torn }: Signs): string[] {
  const out: string[] = [];
  if (gaps.length > 0) out.push(lostWords(gaps));
  if (facts.overwritten > 0)
    out.push(`${count(facts.overwritten, 'event was', 'events were')} overwritten before the first line`);
  if (facts.damage !== undefined) out.push(facts.damage);
  if (facts.unread > 0) out.push(`${count(facts.unread, 'line')} could not be read`);
  if (facts.filtered !== undefined) out.push(`the trace was filtered (${facts.filtered})`);
  out.push(...(facts.missed ?? []));
  if (torn.rets + torn.calls + torn.entries > 0) out.push(`lines are missing in the middle: ${tornWords(torn)}`);
  if (torn.steps > 0)
    out.push(
      `${count(torn.steps, 'line contradicts the call it is', 'lines contradict the calls they are')} inside of (another address)`,
    );
  return out;
}

/** Where a loss has no number (NaN, undefined), it is a loss all the same. */
function lostWords(gaps: Signs['gaps']): string {
  const known = gaps.map(({ n = Number.NaN }) => n).filter((n) => n > 0);
  const sum = known.reduce((all, n) => all + n, 0);
  const places = `in ${count(gaps.length, 'place')}`;
  if (sum === 0) return `events were lost ${places}`;
  const least = known.length < gaps.length ? 'at least ' : '';
  return `${least}${count(sum, 'event was', 'events were')} lost ${places}`;
}

function tornWords({ calls, entries, rets }: Signs['torn']): string {
  return [
    ...(rets === 0 ? [] : [count(rets, 'return without its call', 'returns without their calls')]),
    ...(calls === 0 ? [] : [count(calls, 'call without its return', 'calls without their returns')]),
    ...(entries === 0
      ? []
      : [`${count(entries, 'page table entry that contradicts', 'page table entries that contradict')} what was seen`]),
  ].join(', ');
}
