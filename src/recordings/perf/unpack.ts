// Why: `perf record -z` packs its records into one stream of zstd, cut into records of its own. What comes out is written
// to a temporary file once: records can be read again there by place, as in a file that was not packed.
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hold, remove } from '../../util/temporary.ts';
import { type Bytes, FileBytes } from '../bytes.ts';
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

const BUFFER = 1 << 20;

/** All records, those that were packed and those that were not, in their order. */
export async function unpackRecords(range: RecordRange, little: boolean): Promise<Unpacked> {
  const decoder = await zstd();
  const folder = fs.mkdtempSync(join(tmpdir(), 'pindrift-'));
  hold(folder);
  const path = join(folder, 'records');
  const fd = fs.openSync(path, 'w', 0o600);
  const out = new Writer(fd, little);
  const records = new Records(range, little);
  // the decoder asks for the next piece when it has given what was in the one before
  const wrong = unpackStream(decoder, pieces(records, out), (part) => out.unpacked(part));
  let damage = wrong === undefined ? undefined : `packed records cannot be unpacked: ${wrong}`;
  out.flush();
  fs.closeSync(fd);
  damage ??= records.damage ?? out.damage;
  const bytes = new TemporaryBytes(path, folder);
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
  readonly #fd: number;
  readonly #little: boolean;
  readonly #buffer = Buffer.allocUnsafe(BUFFER);
  #length = 0;
  /** what of the next packed record is there */
  #part: Uint8Array = new Uint8Array(0);
  /** records that came while a packed one was not whole */
  #behind: Uint8Array[] = [];

  constructor(fd: number, little: boolean) {
    this.#fd = fd;
    this.#little = little;
  }

  get damage(): string | undefined {
    return this.#part.length > 0 ? 'packed records are cut at the end' : undefined;
  }

  plain(record: Uint8Array): void {
    if (this.#part.length === 0) this.#write(record);
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
    this.#write(all.subarray(0, end));
    this.#part = all.slice(end);
    if (this.#part.length > 0) return true;
    for (const record of this.#behind) this.#write(record);
    this.#behind = [];
    return true;
  }

  flush(): void {
    for (const record of this.#behind) this.#write(record);
    this.#behind = [];
    this.#empty();
  }

  #write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#length + bytes.length > BUFFER) this.#empty();
    if (bytes.length > BUFFER) {
      writeAll(this.#fd, bytes);
      return;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #empty(): void {
    writeAll(this.#fd, this.#buffer.subarray(0, this.#length));
    this.#length = 0;
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(fd, bytes, at);
}

/** A file that is removed when nobody reads it any more. */
class TemporaryBytes extends FileBytes implements Bytes {
  readonly #folder: string;

  constructor(path: string, folder: string) {
    super(path);
    this.#folder = folder;
  }

  override close(): void {
    super.close();
    remove(this.#folder);
  }
}
