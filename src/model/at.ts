// Why: everything the model knows comes from some line, and reports refer to that line.
import { Slot } from '../vocabulary/record.ts';

/** Closer than this, events of two CPUs cannot be ordered. */
export const SKEW_NS = 10_000;

/** A place in the trace where something happened. */
export class At {
  offset: number;
  line: number;
  /** place in the order of the replay: a live line that arrived late comes before earlier ones */
  order: number;
  /** ns or ticks since the time base; NaN unknown */
  ts: number;
  cpu: number;
  /** thread id, -1 unknown */
  pid: number;
  tgid: number;
  /** function index (vocabulary/functions.ts) */
  fn: number;
  /** data the reader keeps for the line if it cannot be read again (live/kept-lines.ts); not used by the model */
  shown: unknown = undefined;

  constructor(row: Float64Array, o: number, tgid: number, order: number) {
    this.offset = row[o + Slot.OFFSET];
    this.line = row[o + Slot.LINE];
    this.order = order;
    this.ts = row[o + Slot.TS];
    this.cpu = row[o + Slot.CPU];
    this.pid = row[o + Slot.PID];
    this.tgid = tgid;
    this.fn = row[o + Slot.FN];
  }
}
