// Why: `perf record -z` compresses its records into one zstd stream, split into records of its own. The output is
// written to a temporary file once, so that records can be read by position as in an uncompressed file.
import { TemporaryFile } from '../temporary-file.ts';
import { unpackStream, zstd } from '../unpack.ts';
import { outside } from './file.ts';
import { RecordType } from './layout.ts';
import { type RecordRange, Records } from './records.ts';

export interface Unpacked {
  range: RecordRange;
  damage: string | undefined;
}

/** Whether there are compressed records. Reads up to the first compressed or plain sample. */
export function isPacked(range: RecordRange, little: boolean): boolean {
  const records = new Records(range, little);
  for (let i = 0; i < 100_000 && records.step(); i++) {
    if (records.type === RecordType.Compressed || records.type === RecordType.Compressed2) return true;
    if (records.type === RecordType.Sample) return false;
    records.skip(outside(records));
  }
  return false;
}

/** All records, compressed or not, in order. */
export async function unpackRecords(range: RecordRange, little: boolean): Promise<Unpacked> {
  const decoder = await zstd();
  const file = new TemporaryFile();
  const out = new Writer(file, little);
  const records = new Records(range, little);
  // the decoder requests the next piece after it has returned the previous one
  const wrong = unpackStream(decoder, pieces(records, out), (part) => out.unpacked(part));
  let damage = wrong === undefined ? undefined : `compressed records cannot be decompressed: ${wrong}`;
  out.flush();
  damage ??= records.damage ?? out.damage;
  const bytes = file.bytes();
  return { range: { bytes, start: 0, end: bytes.size }, damage };
}

/** The compressed pieces; records between them are written on the way. */
function* pieces(records: Records, out: Writer): Generator<Uint8Array> {
  while (records.step()) {
    const { type, buf, view, at, end, little } = records;
    if (type === RecordType.Compressed) yield buf.slice(at + 8, end);
    else if (type === RecordType.Compressed2) {
      const size = Number(view.getBigUint64(at + 8, little));
      yield buf.slice(at + 16, Math.min(end, at + 16 + size));
    } else {
      const more = outside(records);
      // records with bytes after them have no order
      if (more === 0) out.plain(buf.subarray(at, end));
      else records.skip(more);
    }
  }
}

/**
 * Writes records from two sources. A record that is incomplete in a piece waits for its rest; other records are not
 * inserted into it.
 */
class Writer {
  readonly #file: TemporaryFile;
  readonly #little: boolean;
  /** the incomplete compressed record */
  #part: Uint8Array = new Uint8Array(0);
  /** records that arrived while a compressed one was incomplete */
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

  /** False: this is not a record. */
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
