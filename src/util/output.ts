// Why: a result is complete or absent. A file is written under a temporary name beside the final one and renamed, so
// that a full disk or a Ctrl-C leaves the old file, or none; stdout waits for its reader.
import { accessSync, closeSync, constants, openSync, realpathSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from './errors.ts';
import { release, remove, removeAtEnd, temporaryBeside } from './temporary.ts';

type Pieces = Iterable<string | Uint8Array>;

/** Write everything to stdout, no faster than it is read. */
export async function writeOut(pieces: Pieces, stream: NodeJS.WriteStream = process.stdout): Promise<void> {
  try {
    for (const piece of pieces) {
      if (!stream.write(piece)) await new Promise((resolve) => stream.once('drain', resolve));
    }
  } catch (error) {
    throw writeError(error, 'standard output');
  }
}

/** Write a file, completely or not at all. */
export function writeFileWhole(path: string, pieces: Pieces): void {
  const target = follow(path);
  const isDevice = target !== undefined && !statSync(target).isFile();
  const final = target ?? path;
  // A device or a pipe is written directly: renaming would replace it by a file.
  const written = isDevice ? final : temporaryBeside(final);
  try {
    if (!isDevice) removeAtEnd(written);
    const fd = openSync(written, isDevice ? 'w' : 'wx');
    try {
      for (const piece of pieces) writeWhole(fd, typeof piece === 'string' ? Buffer.from(piece) : piece);
    } finally {
      closeSync(fd);
    }
    if (isDevice) return;
    renameSync(written, final);
    release(written);
  } catch (error) {
    if (!isDevice) remove(written);
    throw writeError(error, path);
  }
}

/** Check beforehand, as far as possible, whether a file can be written. */
export function checkWritable(path: string): void {
  const target = follow(path);
  try {
    if (target !== undefined && statSync(target).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    accessSync(target !== undefined && !statSync(target).isFile() ? target : dirname(target ?? path), constants.W_OK);
  } catch (error) {
    throw writeError(error, path);
  }
}

/** The target of the path; undefined if it does not exist yet. */
function follow(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function writeWhole(fd: number, bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.length) at += writeSync(fd, bytes, at);
}

/** An operating system error while writing `where`, with a suggestion. */
export function writeError(error: unknown, where: string): unknown {
  const options = { where, cause: error };
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new InputError('no space left to write this', {
        ...options,
        tryThis: 'free some space, or use a file on another disk',
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new InputError('no permission to write here', {
        ...options,
        tryThis: 'use a file in a directory of your own',
      });
    case 'ENOENT':
    case 'ENOTDIR':
      return new InputError('the directory for this file does not exist', {
        ...options,
        tryThis: `mkdir -p '${dirname(where)}'`,
      });
    case 'EISDIR':
      return new InputError('this is a directory; a file name is needed', {
        ...options,
        tryThis: `a name in it: ${join(where, 'NAME')}`,
      });
    case 'ELOOP':
      return new InputError('this is a symbolic link that leads back to itself', options);
    case 'ENAMETOOLONG':
      return new InputError('this file name is too long', { ...options, tryThis: 'use a shorter name' });
    default:
      return error;
  }
}
