// Why: the output of a watch as text for a terminal or as JSON for a program: the same events in the same order.
import { type CheckReport, INSUFFICIENT_EVIDENCE, type TraceInfo } from '../contract/report.ts';
import type { Reporter } from '../report/reporter.ts';
import { clean, wrap } from '../report/shared/format.ts';
import { lossWords } from '../report/shared/loss-words.ts';
import { findingJson, jsonText } from '../report/shared/serialize.ts';
import { weight } from '../report/shared/words.ts';
import { count } from '../util/count.ts';
import type { WatchEvent } from './events.ts';

/** `pindrift.watch/1`: docs/schema/watch.schema.json */
export const SCHEMA = 'pindrift.watch/1';

/** One line of JSON. */
export function eventJson(event: WatchEvent): string {
  if (event.type !== 'finding' && event.type !== 'update') return `${jsonText(event)}\n`;
  return `{"type":"${event.type}","finding":${findingJson(event.finding)}}\n`;
}

export interface Screen {
  color: boolean;
  width: number;
}

/** Why nothing could be concluded. */
function undecidedBy({ missing, verdict }: WatchEvent & { type: 'end' }): readonly string[] {
  if (verdict !== 'could-not-be-checked') return [];
  return missing.find(({ rule }) => rule === INSUFFICIENT_EVIDENCE)?.reasons.map(clean) ?? [];
}

/** @param trace what is known about the trace so far */
export function eventText(event: WatchEvent, trace: TraceInfo, story: Reporter, screen: Screen): string {
  const { width } = screen;
  const block = (text: string) => `${wrap(text, width).join('\n')}\n`;
  switch (event.type) {
    case 'finding': {
      const { finding } = event;
      const report: CheckReport = { schema: '', verdict: 'violated', traces: [trace], rules: [], findings: [finding] };
      const pieces = story.render(report, { ...screen, finding: finding.n, more: true });
      return `${typeof pieces === 'string' ? pieces : [...pieces].join('')}\n`;
    }
    case 'update': {
      const { finding } = event;
      const harm = finding.harm.length === 0 ? '' : `; harm: ${finding.harm.map(clean).join(', ')}`;
      const doubts = finding.doubts.length === 0 ? '' : `; but ${finding.doubts.map(clean).join(', ')}`;
      return block(`finding ${finding.n}, update (${weight(finding)}): ${clean(finding.message)}${harm}${doubts}`);
    }
    case 'withdrawn':
      return block(`finding ${event.n} is part of finding ${event.by}`);
    case 'repeat':
      return block(`${event.count} more of ${clean(event.rule)} (${event.fingerprint})`);
    case 'loss': {
      const where = event.cpu === undefined ? '' : ` on CPU ${event.cpu}`;
      return block(`lost ${event.count ?? 'some'} events${where}, before line ${event.line}`);
    }
    case 'reaction': {
      const about = event.finding === undefined ? '' : ` for finding ${event.finding}`;
      const detail = event.detail === undefined ? '' : `: ${clean(event.detail)}`;
      return block(`${event.what}${about} ${event.done ? 'done' : 'failed'}${detail}`);
    }
    case 'status': {
      const { events, findings, lost, pinsHeld } = event;
      return block(
        `${count(events, 'event')}, ${lost} lost, ${count(pinsHeld, 'pin')} held, ${count(findings, 'finding')}`,
      );
    }
    case 'end': {
      const { events, findings, pins } = event.status;
      const losses = lossWords(event.trace.losses);
      const sum = `${count(findings, 'finding')} in ${count(events, 'event')}, ${count(pins, 'pin')}`;
      // a loss is a reason, too
      const reasons = undecidedBy(event).filter((reason) => !losses.some((loss) => loss.includes(reason)));
      const about = [losses.length === 0 ? 'nothing lost' : losses.join('; '), ...reasons];
      return block(`${event.verdict}: ${sum}, ${about.join('; ')}`);
    }
  }
}
