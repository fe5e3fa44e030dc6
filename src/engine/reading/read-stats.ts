// Why: counts of everything in a trace besides its events, line by line and part by part: kinds of lines, losses,
// order.
import { LineKind } from '../../parsers/formats/line.ts';
import { Around, type BadLine, firstOf } from './around.ts';
import { CutLines } from './cut-lines.ts';
import { Nesting } from './nesting.ts';
import { OddColumns } from './odd-columns.ts';
import { Order } from './order.ts';
import { Repeated } from './repeated.ts';
import { Sieve } from './sieve.ts';

export const LINE_KIND_NAMES = ['', 'event', 'header', 'blank', 'stack', 'lost', 'function', 'record', 'bad'] as const;
const MOST_LOST = 1000;

export interface LostEvents {
  cpu: number;
  /** NaN: unknown */
  n: number;
  line: number;
  ts: number;
}

/** Result of reading a trace, besides its events. */
export class ReadStats {
  lines = 0;
  bytes = 0;
  readonly kinds = new Float64Array(9);
  readonly bad: BadLine[] = [];
  readonly around = new Around();
  readonly lost: LostEvents[] = [];
  /** events per CPU that were lost */
  lostTotal = 0;
  /** events removed by a filter */
  filtered = 0;
  firstTs = Number.NaN;
  lastTs = Number.NaN;
  /** the last line has no newline: it may be truncated, and is if it cannot be parsed */
  unterminated = false;
  cut = false;
  /** it ends what surrounds the text: a fence */
  framed = false;
  /** it is an event whose last value may be incomplete: an mm event, which was not used, or another */
  half: 'record' | 'other' | undefined;
  /** first line that says where the buffer of a CPU begins; 0: none */
  bufferStart = 0;
  damage: string | undefined;
  /** why lines may be missing, if the header does not count them */
  doubt: string | undefined;
  readonly order = new Order();
  /** filter that all records pass, from any thread */
  readonly sieve = new Sieve();
  readonly nesting = new Nesting();
  readonly cutLines = new CutLines();
  readonly oddColumns = new OddColumns();
  readonly repeated = new Repeated();

  /** Events were lost here. */
  addLost(lost: LostEvents): void {
    if (!Number.isNaN(lost.n)) this.lostTotal += lost.n;
    if (this.lost.length < MOST_LOST) this.lost.push(lost);
  }

  /** A line that could not be parsed; the first ones are kept. */
  addBad(bad: BadLine): void {
    firstOf(this.bad, [bad]);
  }

  /** The same of a line that may be text around the trace. */
  addUnknown(bad: BadLine, isPadded: boolean): void {
    firstOf(this.bad, this.around.see(bad, this.kinds, isPadded));
  }

  /** Number of lines of the trace that could not be parsed, and the first of them. */
  get unread(): number {
    return this.kinds[LineKind.Bad] - this.around.count(this.kinds);
  }

  get samples(): BadLine[] {
    return firstOf([...this.bad], this.around.followed(this.kinds));
  }

  /** Add the counts of the following part of the trace. */
  add(next: ReadStats): void {
    const { lines } = this;
    this.order.add(next.order, next.firstTs, lines);
    this.nesting.add(next.nesting, lines);
    this.cutLines.add(next.cutLines, lines);
    this.oddColumns.add(next.oddColumns, lines);
    this.repeated.add(next.repeated, lines);
    firstOf(this.bad, this.around.add(next.around, this.kinds, next.kinds, lines));
    firstOf(
      this.bad,
      next.bad.map((bad) => ({ ...bad, line: bad.line + lines })),
    );
    for (const lost of next.lost) {
      if (this.lost.length === MOST_LOST) break;
      this.lost.push({ ...lost, line: lost.line + lines, ts: Number.isNaN(lost.ts) ? this.lastTs : lost.ts });
    }
    for (const [kind, n] of next.kinds.entries()) this.kinds[kind] += n;
    this.lines += next.lines;
    this.bytes += next.bytes;
    this.lostTotal += next.lostTotal;
    this.filtered += next.filtered;
    if (Number.isNaN(this.firstTs)) this.firstTs = next.firstTs;
    if (!Number.isNaN(next.lastTs)) this.lastTs = next.lastTs;
    this.unterminated ||= next.unterminated;
    this.cut ||= next.cut;
    this.framed ||= next.framed;
    this.half ??= next.half;
    if (this.bufferStart === 0 && next.bufferStart > 0) this.bufferStart = next.bufferStart + lines;
    this.damage ??= next.damage;
    this.doubt ??= next.doubt;
  }
}
