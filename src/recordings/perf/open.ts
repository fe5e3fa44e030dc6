// Why: opens the forms of a perf recording: a file, compressed or not, a stream, a directory.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../util/errors.ts';
import { type Bytes, Damaged, FileBytes } from '../bytes.ts';
import type { Recording } from '../contract.ts';
import { Kallsyms } from '../kallsyms.ts';
import { isPerfData, openPerfFile, type PerfFile, tracepoints } from './file.ts';
import { PerfRecording } from './recording.ts';
import type { RecordRange } from './records.ts';
import { isPacked, unpackRecords } from './unpack.ts';

/**
 * Open a perf.data.
 * @param symbols kallsyms given by the user, for a file without symbols
 */
export async function openPerfRecording(
  path: string,
  bytes: Bytes,
  head: Uint8Array,
  symbols?: () => Uint8Array,
): Promise<Recording | undefined> {
  return isPerfData(head) ? await open(path, bytes, [], symbols) : undefined;
}

/** Open a directory of `perf record --threads`: `data`, `data.0` and so on. */
export async function openPerfDirectory(path: string, symbols?: () => Uint8Array): Promise<Recording | undefined> {
  const main = join(path, 'data');
  if (!fs.existsSync(main)) return undefined;
  const bytes = new FileBytes(main);
  const head = new Uint8Array(8);
  bytes.readAt(head, 0);
  if (!isPerfData(head)) {
    bytes.close();
    return undefined;
  }
  const names = fs.readdirSync(path).filter((name) => /^data\.\d+$/.test(name));
  names.sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)));
  const more = names.map((name): RecordRange => {
    const file = new FileBytes(join(path, name));
    return { bytes: file, start: 0, end: file.size };
  });
  return await open(path, bytes, more, symbols, missingIn(names));
}

/** Files of threads are numbered from 0; a missing number is a file that was not copied. */
function missingIn(names: readonly string[]): string[] {
  const there = new Set(names);
  const last = Number(names.at(-1)?.slice(5) ?? -1);
  if (last > MOST_THREADS) return [];
  const missing = Array.from({ length: last }, (_, n) => `data.${n}`).filter((name) => !there.has(name));
  if (missing.length === 0) return [];
  return [`${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ' and more' : ''} not in its directory`];
}

const MOST_THREADS = 1 << 16;

async function open(
  path: string,
  bytes: Bytes,
  more: readonly RecordRange[],
  symbols: (() => Uint8Array) | undefined,
  missing: readonly string[] = [],
): Promise<Recording> {
  const file = openHead(path, bytes);
  file.damage.push(...missing);
  if (file.isDirectory && more.length === 0) {
    file.damage.push(
      'it is the head of a directory, and the files of its threads (data.0 and so on) are not beside it',
    );
  }
  if (tracepoints(file).length === 0 || (file.meta?.formats.size ?? 0) === 0) {
    const why =
      tracepoints(file).length === 0
        ? 'no tracepoint was recorded'
        : `it does not describe its events${file.damage.length > 0 ? ` (${file.damage[0]})` : ''}`;
    throw new InputError(`this perf.data has no readable event: ${why}`, {
      where: path,
      tryThis:
        file.damage.length > 0
          ? 'copy the file again from its origin, and end perf record with Ctrl-C'
          : "record tracepoints or probes, such as perf record -a -e 'pindrift:*'",
    });
  }
  const ranges: RecordRange[] = [];
  for (const range of [file.data, ...more]) {
    if (!isPacked(range, file.little)) ranges.push(range);
    else {
      const unpacked = await unpackRecords(range, file.little);
      ranges.push(unpacked.range);
      if (unpacked.damage !== undefined) file.damage.push(unpacked.damage);
    }
  }
  const own = file.meta?.kallsyms;
  const kallsyms = own === undefined || own.empty ? symbols && new Kallsyms(symbols) : own;
  return new PerfRecording(file, ranges, kallsyms);
}

function openHead(path: string, bytes: Bytes): PerfFile {
  try {
    return openPerfFile(bytes);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    throw new InputError(`this perf.data cannot be read: ${error.message}`, {
      where: path,
      tryThis: 'copy the file again from its origin',
    });
  }
}
