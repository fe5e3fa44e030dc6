// Why: a trace is one sequence, a recording has one per CPU. The streams are kept in a list sorted by the time of their
// next event; the first returns its event and is inserted again. Equal times are ordered by CPU. Events within a CPU
// are not sorted: their order is the order in which they happened, whatever the clock shows.
import type { CpuStream, Position } from './cpu-stream.ts';

/** Interval of saved positions for seeking. */
const MARK_EVERY = 2048;

export class Merge {
  readonly #streams: readonly CpuStream[];
  #sorted: CpuStream[] = [];
  #started = false;
  /** the first stream's event was not returned yet */
  #waiting = false;
  /** number of events returned so far */
  count = 0;
  readonly #marks: (Position | undefined)[][] = [];
  /** streams that ended with a loss after their last event */
  readonly ended: CpuStream[] = [];

  /** @param streams sorted by CPU */
  constructor(streams: readonly CpuStream[]) {
    this.#streams = streams;
  }

  /** The stream with the next event; undefined: all have ended. */
  next(): CpuStream | undefined {
    if (!this.#started) this.#start();
    else if (this.#waiting) this.#waiting = false;
    else this.#advance();
    const stream = this.#sorted[0];
    if (stream === undefined) return undefined;
    if (this.count % MARK_EVERY === 0 && this.#marks.length === this.count / MARK_EVERY) this.#marks.push(this.#mark());
    this.count++;
    return stream;
  }

  /** The stream with the event of this number, from 1; {@link next} continues after it. */
  at(number: number): CpuStream | undefined {
    const mark = Math.min(Math.floor((number - 1) / MARK_EVERY), this.#marks.length - 1);
    if (!this.#started || number <= this.count || mark * MARK_EVERY > this.count) this.#back(mark);
    let stream: CpuStream | undefined;
    do stream = this.next();
    while (stream !== undefined && this.count < number);
    return stream;
  }

  /** Go back to the state before the event of a saved position. */
  #back(mark: number): void {
    this.ended.length = 0;
    this.count = Math.max(0, mark) * MARK_EVERY;
    this.#started = mark > 0;
    if (mark <= 0) {
      for (const stream of this.#streams) stream.rewind();
      return;
    }
    const positions = this.#marks[mark];
    this.#sorted = this.#streams.filter((stream, i) => {
      const position = positions[i];
      return position !== undefined && stream.seek(position);
    });
    this.#sorted.sort(before);
    this.#waiting = true;
  }

  #start(): void {
    this.#started = true;
    this.#sorted = [];
    for (const stream of this.#streams) {
      if (stream.next()) this.#sorted.push(stream);
      else if (stream.lost !== 0) this.ended.push(stream);
    }
    this.#sorted.sort(before);
  }

  #advance(): void {
    const sorted = this.#sorted;
    const first = sorted[0];
    if (first === undefined) return;
    if (!first.next()) {
      sorted.shift();
      if (first.lost !== 0) this.ended.push(first);
      return;
    }
    let at = 0;
    while (at + 1 < sorted.length && before(sorted[at + 1], first) < 0) {
      sorted[at] = sorted[at + 1];
      at++;
    }
    sorted[at] = first;
  }

  #mark(): (Position | undefined)[] {
    return this.#streams.map((stream) => (this.#sorted.includes(stream) ? stream.position : undefined));
  }
}

const before = (a: CpuStream, b: CpuStream): number => a.ts - b.ts || a.cpu - b.cpu;
