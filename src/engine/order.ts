// Why: text that was on a journey may hold two captures one after the other, the buffers of the CPUs one after the other,
// or lines that somebody sorted. Nothing that was seen before such a place says anything about what stands behind it, so
// the model is told there to begin anew, and the report that the trace is not whole.
import { startsWith } from '../util/bytes.ts';
import { Kind } from '../vocabulary/kinds.ts';
import { type RecordBatch, Slot, STRIDE } from '../vocabulary/record.ts';

/** A place where the text does not go on with what stood before. */
export interface Break {
  kind: 'second-capture' | 'out-of-order';
  line: number;
  /** ns or ticks that time goes back by; 0: not at all */
  back: number;
  /** time before it */
  ts: number;
}

/** Value of `Slot.FLAGS` in a record of lost events: nothing that was seen before holds. */
export const NEW_BEGINNING = 1;

/** Late events of a pipe and of perf's rounds come a few ms after others; ns, and as many ticks. */
const SKEW = 20e6;

const MOST_KEPT = 1000;

/** More small steps back than one in so many events: the lines are in another order than time. */
const MANY = 50;

/** What was seen of the order of the events. Plain data: it comes from several threads. */
export class Order {
  /** time of the latest event */
  high = Number.NaN;
  readonly breaks: Break[] = [];
  readonly count = { 'second-capture': 0, 'out-of-order': 0 };
  /** events a little earlier than the one before them, and the line of the first */
  steps = 0;
  firstStep = 0;
  /** line of a second header that no event has followed yet */
  header = 0;
  /** CPUs of the records in the order of the text; each once: CPU after CPU */
  readonly cpus: number[] = [];
  isMixed = false;
  #begun = false;

  /**
   * An event whose time is before {@link high}, or that follows a header.
   * @returns the break it makes
   */
  see(ts: number, line: number): Break | undefined {
    const back = this.high - ts;
    if (this.header > 0) {
      const found: Break = { kind: 'second-capture', line: this.header, back: Math.max(0, back || 0), ts: this.high };
      this.header = 0;
      return this.#keep(found, ts);
    }
    if (back > SKEW) return this.#keep({ kind: 'out-of-order', line, back, ts: this.high }, ts);
    if (this.steps++ === 0) this.firstStep = line;
    return undefined;
  }

  #keep(found: Break, ts: number): Break {
    this.count[found.kind]++;
    if (this.breaks.length < MOST_KEPT) this.breaks.push(found);
    this.high = ts;
    return found;
  }

  /** Records as they are handed over. */
  records({ rows, length }: RecordBatch): void {
    if (this.isMixed) return;
    const { cpus } = this;
    let last = cpus.at(-1);
    for (let o = Slot.CPU, end = length * STRIDE; o < end; o += STRIDE) {
      const cpu = rows[o];
      if (cpu === last || cpu < 0) continue;
      if (cpus.includes(cpu)) {
        this.isMixed = true;
        return;
      }
      cpus.push(cpu);
      last = cpu;
    }
  }

  /** A part of the text begins with an event at `ts`. */
  begin(ts: number, line: number): Break | undefined {
    const found = this.header > 0 || ts < this.high ? this.see(ts, line) : undefined;
    // said once
    this.#begun = true;
    return found;
  }

  /** Add what was seen in the part behind this one, which begins with an event at `firstTs`. */
  add(next: Order, firstTs: number, lines: number): void {
    if (!this.#begun) this.begin(firstTs, lines + 1);
    this.#begun = false;
    for (const b of next.breaks) if (this.breaks.length < MOST_KEPT) this.breaks.push({ ...b, line: b.line + lines });
    for (const kind of ['second-capture', 'out-of-order'] as const) this.count[kind] += next.count[kind];
    if (this.steps === 0 && next.steps > 0) this.firstStep = next.firstStep + lines;
    this.steps += next.steps;
    if (next.header > 0) this.header = next.header + lines;
    if (!Number.isNaN(next.high)) this.high = next.high;
    this.isMixed ||= next.isMixed;
    for (const cpu of next.cpus) {
      if (cpu === this.cpus.at(-1)) continue;
      if (this.cpus.includes(cpu)) this.isMixed = true;
      else this.cpus.push(cpu);
    }
  }

  /** Steps back that are no late events: the lines are sorted by something else, or come CPU after CPU. */
  disorder(events: number): 'steps' | 'cpus' | undefined {
    const { steps, cpus } = this;
    if (steps > 0 && steps < cpus.length && !this.isMixed && events >= 20) return 'cpus';
    return steps >= 3 && steps * MANY > events ? 'steps' : undefined;
  }
}

/** Whether a header line begins a trace: the first of ftrace, trace-cmd report, perf script --header, and of a dump in a log. */
export function beginsTrace(buf: Uint8Array, start: number, end: number): boolean {
  return (
    startsWith(buf, start, end, '# tracer: ') ||
    startsWith(buf, start, end, '# captured on') ||
    startsWith(buf, start, end, 'cpus=') ||
    startsWith(buf, start, end, '# Dumping ftrace ') ||
    startsWith(buf, start, end, 'Dumping ftrace ')
  );
}

/** Fill the record at `rows[o]`: nobody knows what is missing here. */
export function putBreak(rows: Float64Array, o: number, found: Break, offset: number): void {
  rows.fill(Number.NaN, o, o + STRIDE);
  rows[o] = Kind.lost;
  rows[o + Slot.CPU] = -1;
  rows[o + Slot.PID] = -1;
  rows[o + Slot.TS] = found.ts;
  rows[o + Slot.OFFSET] = offset;
  rows[o + Slot.LINE] = found.line;
  rows[o + Slot.FLAGS] = NEW_BEGINNING;
}
