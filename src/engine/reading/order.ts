// Why: copied text may contain two captures one after the other, the buffers of the CPUs one after the other, or sorted
// lines. The lines before such a place are not related to those after it, so the model is reset there, and the trace is
// reported as incomplete.
import { cellsOf, isHeaderRow } from '../../parsers/formats/csv-head.ts';
import type { TraceHead } from '../../parsers/formats/head.ts';
import { skipBlanks, startsWith, text } from '../../util/bytes.ts';
import { Kind } from '../../vocabulary/kinds.ts';
import { type RecordBatch, Slot, STRIDE } from '../../vocabulary/record.ts';

/** A place where the text is not a continuation of the previous lines. */
export interface Break {
  kind: 'second-capture' | 'out-of-order';
  line: number;
  /** ns or ticks that time goes back by; 0: not at all */
  back: number;
  /** time before it */
  ts: number;
}

/** Value of `Slot.FLAGS` in a record of lost events: reset, earlier state is not valid. */
export const NEW_BEGINNING = 1;

/** Late events of a pipe and of perf's rounds are a few ms older than the previous one; ns, or as many ticks. */
const SKEW = 20e6;

const MOST_KEPT = 1000;

/** More than one small step back per this many events: the lines are not ordered by time. */
const MANY = 50;

/** Counts of the order of events. Plain data, because it comes from several threads. */
export class Order {
  /** steps back of up to this much are late events */
  skew = SKEW;
  #isRestored = false;
  /** time of the latest event */
  high = Number.NaN;
  readonly breaks: Break[] = [];
  readonly count = { 'second-capture': 0, 'out-of-order': 0 };
  /** events slightly earlier than the previous one, and the line of the first */
  steps = 0;
  firstStep = 0;
  /** line of a second header that has not been followed by an event yet */
  header = 0;
  /** CPUs of the records in text order; each once: CPU by CPU */
  readonly cpus: number[] = [];
  isMixed = false;
  #begun = false;

  /** Whoever reads waits for late events of up to `skew` ns or ticks and puts them in order. */
  restored(skew: number): void {
    this.skew = skew;
    this.#isRestored = true;
  }

  /**
   * An event whose time is before {@link high}, or that follows a header.
   * @returns the resulting break
   */
  see(ts: number, line: number): Break | undefined {
    const back = this.high - ts;
    if (this.header > 0) {
      const found: Break = { kind: 'second-capture', line: this.header, back: Math.max(0, back || 0), ts: this.high };
      this.header = 0;
      return this.#keep(found, ts);
    }
    if (back > this.skew) return this.#keep({ kind: 'out-of-order', line, back, ts: this.high }, ts);
    if (this.steps++ === 0) this.firstStep = line;
    return undefined;
  }

  #keep(found: Break, ts: number): Break {
    this.count[found.kind]++;
    if (this.breaks.length < MOST_KEPT) this.breaks.push(found);
    this.high = ts;
    return found;
  }

  /** Records as they are passed on. */
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
    // only once
    this.#begun = true;
    return found;
  }

  /** Add the counts of the following part, which begins with an event at `firstTs`. */
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

  /** Steps back that are not late events: the lines are ordered by something else, or CPU by CPU. */
  disorder(events: number): 'steps' | 'cpus' | undefined {
    const { steps, cpus } = this;
    if (this.#isRestored) return undefined;
    if (steps > 0 && steps < cpus.length && !this.isMixed && events >= 20) return 'cpus';
    return steps >= 3 && steps * MANY > events ? 'steps' : undefined;
  }
}

/**
 * Whether a header line begins a trace: the first of ftrace, trace-cmd report, perf script --header, `pindrift capture`,
 * bpftrace, of a dump in a log, and the names of a table's columns.
 */
export function beginsTrace(buf: Uint8Array, start: number, end: number, { table }: TraceHead): boolean {
  return (
    BEGINNINGS.some((words) => startsWith(buf, skipBlanks(buf, start, end), end, words)) ||
    (table !== undefined && isHeaderRow(cellsOf(text(buf, start, end), table.delimiter), table.columns))
  );
}

const BEGINNINGS = [
  '# tracer: ',
  '# captured on',
  'cpus=',
  '# pindrift-capture: ',
  'Attaching ',
  '# Dumping ftrace ',
  'Dumping ftrace ',
];

/** Fill the record at `rows[o]`: an unknown number of events is missing here. */
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
