// The losses of a trace, in words shared by all reports for people.
import type { Loss } from '../../contract/report.ts';
import { count } from '../../util/count.ts';
import { clean } from './format.ts';
import { placeOf } from './words.ts';

/** Each kind of loss once: `23 events lost on CPU 1 at :1042, :2210: the ring buffer was full`. */
export function lossWords(losses: readonly Loss[]): string[] {
  const groups = new Map<string, Loss[]>();
  for (const loss of losses) {
    const key = `${loss.kind} ${loss.cpu} ${loss.reason}`;
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [loss]);
    } else {
      group.push(loss);
    }
  }
  return [...groups.values()].map(lossGroup);
}

/** The first lines that could not be parsed, verbatim. */
export function lossSamples(losses: readonly Loss[]): { line: number; text: string }[] {
  return losses.flatMap((loss) => loss.samples ?? []).slice(0, 5);
}

/** Lines listed per loss; the rest are counted. */
const LINES_NAMED = 3;

function lossGroup(losses: Loss[]): string {
  const [first] = losses;
  if (first === undefined) return '';
  const known = losses.reduce((sum, loss) => sum + (loss.count ?? 0), 0);
  const all = losses.every((loss) => loss.count !== undefined);
  const words = [lossPhrase(first.kind, all || known > 0 ? known : undefined, all)];
  if (first.cpu !== undefined) words.push(`on CPU ${first.cpu}`);
  const lines = losses.flatMap((loss) => (loss.line === undefined ? [] : [placeOf({ ...loss, line: loss.line })]));
  if (lines.length > 0) {
    const more = lines.length - LINES_NAMED;
    const named = lines.slice(0, LINES_NAMED).join(', ');
    const at =
      known > lines.length && (first.kind === 'bad-line' || first.kind === 'truncated' || first.kind === 'out-of-order')
        ? 'from'
        : 'at';
    words.push(`${at} ${named}${more > 0 ? ` and ${count(more, 'more place')}` : ''}`);
  }
  return words.join(' ') + (first.reason === '' ? '' : `: ${clean(first.reason)}`);
}

function lossPhrase(kind: Loss['kind'], n: number | undefined, exact: boolean): string {
  const least = exact ? '' : 'at least ';
  const events = n === undefined ? 'an unknown number of events' : `${least}${count(n, 'event')}`;
  switch (kind) {
    case 'bad-line':
      return n === undefined ? 'lines not parsed' : `${least}${count(n, 'line')} not parsed`;
    case 'lost-events':
      return `${events} lost`;
    case 'overwritten':
      return `${events} overwritten`;
    case 'filtered':
      return n === undefined ? 'events filtered out' : `${events} filtered out`;
    case 'truncated':
      return n === undefined ? 'cut short' : `${least}${count(n, 'line')} cut`;
    case 'out-of-order':
      return n === undefined ? 'out of order' : `out of order in ${least}${count(n, 'place')}`;
    case 'second-capture':
      return 'more than one capture';
  }
}
