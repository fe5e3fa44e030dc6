// Why: what was in a trace beside its events, counted line by line and part by part: kinds of lines, losses, order.
import { CutLines } from './cut-lines.ts';
import { Nesting } from './nesting.ts';
import { Order } from './order.ts';
import { Sieve } from './sieve.ts';

export const LINE_KIND_NAMES = ['', 'event', 'header', 'blank', 'stack', 'lost', 'function', 'record', 'bad'] as const;
const BAD_SAMPLES = 5;
const MOST_LOST = 1000;

export interface BadLine {
  line: number;
  reason: string;
  text: string;
  /** it lacks its end; counted among the lines that were cut */
  isCut?: boolean;
}

export interface LostEvents {
  cpu: number;
  /** NaN: the line does not say how many */
  n: number;
  line: number;
  ts: number;
}

/** What reading a trace showed, apart from its events. */
export class ReadStats {
  lines = 0;
  bytes = 0;
  readonly kinds = new Float64Array(9);
  readonly bad: BadLine[] = [];
  readonly lost: LostEvents[] = [];
  /** events per CPU that were lost */
  lostTotal = 0;
  /** events that a filter left out */
  filtered = 0;
  firstTs = Number.NaN;
  lastTs = Number.NaN;
  /** the last line has no newline: it may be cut, and is where it did not read */
  unterminated = false;
  cut = false;
  damage: string | undefined;
  readonly order = new Order();
  /** what the records go through as they are handed over, from whatever thread */
  readonly sieve = new Sieve();
  readonly nesting = new Nesting();
  readonly cutLines = new CutLines();

  /** Events were lost here. */
  addLost(lost: LostEvents): void {
    if (!Number.isNaN(lost.n)) this.lostTotal += lost.n;
    if (this.lost.length < MOST_LOST) this.lost.push(lost);
  }

  /** A line that nobody understood; the first are kept. */
  addBad(bad: BadLine): void {
    if (this.bad.length < BAD_SAMPLES) this.bad.push(bad);
  }

  /** Add what was seen in the part of the trace behind this one. */
  add(next: ReadStats): void {
    const { lines } = this;
    this.order.add(next.order, next.firstTs, lines);
    this.nesting.add(next.nesting, lines);
    this.cutLines.add(next.cutLines, lines);
    for (const bad of next.bad) this.addBad({ ...bad, line: bad.line + lines });
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
    this.damage ??= next.damage;
  }
}
