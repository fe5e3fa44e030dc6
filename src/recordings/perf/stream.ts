// Why: a recording has one file of records or several (record --threads); each consists of rounds in order of time.
import { outside } from './file.ts';
import { RecordType } from './layout.ts';
import { RecordOrder } from './order.ts';
import { type RecordRange, Records } from './records.ts';
import type { Samples } from './samples.ts';

/** One file of records, in the order of time. */
export class Stream {
  readonly records: Records;
  readonly order = new RecordOrder();
  ended = false;
  /** samples were read since the last round */
  open = false;
  /** samples were read */
  sampled = false;

  constructor(range: RecordRange, little: boolean) {
    this.records = new Records(range, little);
  }
}

/** Selects the stream with the earliest next record. */
export class Turns {
  readonly #streams: readonly Stream[];
  readonly #advance: (stream: Stream) => boolean;
  /** streams with a next record that has not been returned */
  readonly #waiting = new Set<Stream>();

  /** @param advance moves a stream to its next record; false: there is none */
  constructor(streams: readonly Stream[], advance: (stream: Stream) => boolean) {
    this.#streams = streams;
    this.#advance = advance;
  }

  /** The stream with the next record. */
  next(): Stream | undefined {
    const streams = this.#streams;
    if (streams.length === 1) return this.#advance(streams[0]) ? streams[0] : undefined;
    let best: Stream | undefined;
    for (const stream of streams) {
      if (!this.#waiting.has(stream)) {
        if (!this.#advance(stream)) continue;
        this.#waiting.add(stream);
      }
      if (best === undefined || stream.order.time < best.order.time) best = stream;
    }
    if (best !== undefined) this.#waiting.delete(best);
    return best;
  }
}

/** Number of samples examined to find the earliest time. */
const LOOKED_AT = 200_000;

/** The earliest time of the first rounds. */
export function earliestTime(ranges: readonly RecordRange[], little: boolean, samples: Samples): bigint {
  let first: bigint | undefined;
  for (const range of ranges) {
    const records = new Records(range, little);
    let rounds = 0;
    for (let i = 0; i < LOOKED_AT && rounds < 2 && records.step(); ) {
      if (records.type === RecordType.FinishedRound && first !== undefined) rounds++;
      if (records.type !== RecordType.Sample) {
        records.skip(outside(records));
        continue;
      }
      i++;
      const time = samples.timeOf(records);
      const at = records.at + 8 + time;
      if (time < 0 || at + 8 > records.end) continue;
      const ts = records.view.getBigUint64(at, little);
      if (first === undefined || ts < first) first = ts;
    }
  }
  return first ?? 0n;
}
