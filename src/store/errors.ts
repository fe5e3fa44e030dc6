// Translates errors of SQLite and the disk into messages with a suggestion.
import { InputError } from '../util/errors.ts';
import { writeError } from '../util/output.ts';

/** An error while reading a store. Other exceptions mean that its content is not as it was written. */
export function readingError(error: unknown, path: string): unknown {
  if (error instanceof InputError) return error;
  const options = { where: path, cause: error };
  switch (codeOf(error)) {
    case 'SQLITE_NOTADB':
      return new InputError('this is not an SQLite database', {
        ...options,
        tryThis: 'use a store made by pindrift ingest; to read a trace, use pindrift check',
      });
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return new InputError('another program is writing this store', { ...options, tryThis: 'wait for it to finish' });
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_CANTOPEN_ISDIR':
    case 'SQLITE_PERM':
      return new InputError('this store cannot be opened', {
        ...options,
        tryThis: 'check the path and the permissions',
      });
    default:
      return new InputError(
        /^SQLITE_(CORRUPT|IOERR)/.test(codeOf(error) ?? '')
          ? 'this store is damaged'
          : `this store is damaged (${firstLine(error)})`,
        {
          ...options,
          tryThis: 'ingest the trace again: pindrift ingest; sqlite3 STORE .recover saves the rows that can be saved',
        },
      );
  }
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0];

/** An error while writing a store. */
export function storingError(error: unknown, path: string): unknown {
  const options = { where: path, cause: error };
  switch (codeOf(error)) {
    case 'SQLITE_FULL':
    case 'SQLITE_IOERR_WRITE':
    case 'SQLITE_IOERR_TRUNCATE':
    case 'ENOSPC':
    case 'EDQUOT':
      return new InputError('no space left for the store', {
        ...options,
        tryThis: 'free some space (a store takes about half the size of its traces), or use a file on another disk',
      });
    case 'EFBIG':
      return new InputError('the store is too large for this file system', {
        ...options,
        tryThis: 'use a file on another disk',
      });
    case 'SQLITE_READONLY':
    case 'SQLITE_READONLY_DIRECTORY':
    case 'SQLITE_CANTOPEN':
      return new InputError('no permission to write here', {
        ...options,
        tryThis: 'use a file in a directory of your own',
      });
    default:
      return writeError(error, path);
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
