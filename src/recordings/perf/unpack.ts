// Why: `perf record -z` packs its records into one stream of zstd, cut into records of its own. What comes out is written
// to a temporary file once: records can be read again there by place, as in a file that was not packed.
import { TemporaryFile } from '../temporary-file.ts';
import { unpackStream, zstd } from '../unpack.ts';
import { outside } from './file.ts';
import { RecordType } from './layout.ts';
import { type RecordRange, Records } from './records.ts';

export interface Unpacked {
  range: RecordRange;
  damage: string | undefined;
}

/** Whether there are packed records. Looks up to the first packed or plain sample. */
export function isPacked(range: RecordRange, little: boolean): boolean {
  const records = new Records(range, little);
  for (let i = 0; i < 100_000 && records.step(); i++) {
    if (records.type === RecordType.Compressed || records.type === RecordType.Compressed2) return true;
    if (records.type === RecordType.Sample) return false;
    records.skip(outside(records));
  }
  return false;
}

/** All records, those that were packed and those that were not, in their order. */
export async function unpackRecords(range: RecordRange, little: boolean): Promise<Unpacked> {
  const decoder = await zstd();
  const file = new TemporaryFile();
  const out = new Writer(file, little);
  const records = new Records(range, little);
  // the decoder asks for the next piece when it has given what was in the one before
  const wrong = unpackStream(decoder, pieces(records, out), (part) => out.unpacked(part));
  let damage = wrong === undefined ? undefined : `compressed records cannot be decompressed: ${wrong}`;
  out.flush();
  damage ??= records.damage ?? out.damage;
  const bytes = file.bytes();
  return { range: { bytes, start: 0, end: bytes.size }, damage };
}

/** The packed pieces; records between them are written on the way. */
function* pieces(records: Records, out: Writer): Generator<Uint8Array> {
  while (records.step()) {
    const { type, buf, view, at, end, little } = records;
    if (type === RecordType.Compressed) yield buf.slice(at + 8, end);
    else if (type === RecordType.Compressed2) {
      const size = Number(view.getBigUint64(at + 8, little));
      yield buf.slice(at + 16, Math.min(end, at + 16 + size));
    } else {
      const more = outside(records);
      // what has bytes behind it is nothing that comes in an order
      if (more === 0) out.plain(buf.subarray(at, end));
      else records.skip(more);
    }
  }
}

/** Records from two sources. One that came out of a piece in part waits for the rest; others do not cut it. */
class Writer {
  readonly #file: TemporaryFile;
  readonly #little: boolean;
  /** what of the next packed record is there */
  #part: Uint8Array = new Uint8Array(0);
  /** records that came while a packed one was not whole */
  #behind: Uint8Array[] = [];

  constructor(file: TemporaryFile, little: boolean) {
    this.#file = file;
    this.#little = little;
  }

  get damage(): string | undefined {
    return this.#part.length > 0 ? 'compressed records are truncated at the end' : undefined;
  }

  plain(record: Uint8Array): void {
    if (this.#part.length === 0) this.#file.write(record);
    else this.#behind.push(record.slice());
  }

  /** False: this is no record. */
  unpacked(bytes: Uint8Array): boolean {
    const all = this.#part.length === 0 ? bytes : Buffer.concat([this.#part, bytes]);
    let end = 0;
    while (end + 8 <= all.length) {
      const size = this.#little ? all[end + 6] | (all[end + 7] << 8) : (all[end + 6] << 8) | all[end + 7];
      if (size < 8) return false;
      if (end + size > all.length) break;
      end += size;
    }
    this.#file.write(all.subarray(0, end));
    this.#part = all.slice(end);
    if (this.#part.length > 0) return true;
    for (const record of this.#behind) this.#file.write(record);
    this.#behind = [];
    return true;
  }

  flush(): void {
    for (const record of this.#behind) this.#file.write(record);
    this.#behind = [];
  }
}
