// Why: evidence is quoted from the trace after the replay, so a trace must be readable twice. Other inputs (standard
// input, a FIFO, `<(zcat x)`) are first copied to a temporary file, as compressed as they are.
import { createReadStream, createWriteStream, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InputError } from './errors.ts';
import { removeAtEnd, temporaryFolder } from './temporary.ts';

/** Whether a path has to be copied before it can be read twice. Errors are reported when it is opened. */
export function readOnce(path: string): boolean {
  if (path === '-') return true;
  try {
    const stat = statSync(path);
    return stat.isFIFO() || stat.isCharacterDevice();
  } catch {
    return false;
  }
}

/** Checks the first bytes of an input; returns why they are not a trace. `bytes` of the input have arrived. */
export type Look = (head: Uint8Array, bytes: number) => { problem: string; tryThis: string } | undefined;

/**
 * Number of bytes passed to {@link Look}, and the interval after which it is called again: endless input is not copied.
 */
const HEAD = 64 * 1024;
const AGAIN = 64 << 20;
/** Free space that a copy leaves on the disk; a twentieth of a small one. */
const LEFT_FREE = 1 << 30;

/** Copy the path's bytes to a file that is removed at the end of the process. */
export async function spool(path: string, onProgress: (bytes: number) => void, look?: Look): Promise<string> {
  if (path === '-' && process.stdin.isTTY) {
    throw new InputError('standard input is a terminal, not a trace', {
      tryThis: 'name the file of the trace, or pipe one in',
    });
  }
  const folder = temporaryFolder();
  removeAtEnd(folder);
  const copy = join(folder, 'input');
  let bytes = 0;
  let head = Buffer.alloc(0);
  let next = HEAD;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (head.length < HEAD) head = Buffer.concat([head, chunk.subarray(0, HEAD - head.length)]);
      bytes += chunk.length;
      onProgress(bytes);
      const unusable = bytes >= next ? (look?.(head, bytes) ?? tooLarge(folder, bytes)) : undefined;
      while (bytes >= next) next = next < AGAIN ? AGAIN : next + AGAIN;
      done(unusable && new InputError(unusable.problem, { where: path, tryThis: unusable.tryThis }), chunk);
    },
  });
  try {
    const from = path === '-' ? process.stdin : createReadStream(path);
    await pipeline(from, counted, createWriteStream(copy));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    throw new InputError('no space left for a copy of this input', {
      where: path === '-' ? 'standard input' : path,
      tryThis: MORE_ROOM,
      cause: error,
    });
  }
  return copy;
}

const MORE_ROOM =
  'save the trace to a file and name that, or set TMPDIR to a directory with more space; `pindrift watch -` needs no copy';

/** A copy must not fill the disk of the machine it runs on. (statfs(2)) */
function tooLarge(folder: string, copied: number): ReturnType<Look> {
  const { bavail, blocks, bsize } = statfsSync(folder);
  if (bavail * bsize >= Math.min(LEFT_FREE, (blocks * bsize) / 20)) return undefined;
  const problem = `no space for a copy of this input: the disk of ${folder} is nearly full after ${Math.round(copied / 1e6)} MB`;
  return { problem, tryThis: MORE_ROOM };
}
