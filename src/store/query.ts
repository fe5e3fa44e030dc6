// Runs SQL written by the user, on a read-only store. All other SQL in this directory is our own with bound values;
// here the text is the user's, and the connection is read-only in two ways.
import { InputError } from '../util/errors.ts';
import { readingError } from './errors.ts';
import type { Store } from './open.ts';

export type QueryCell = null | number | bigint | string | Uint8Array;

export interface QueryResult {
  columns: string[];
  /** integers beyond 2^53 are bigint */
  rows: IterableIterator<QueryCell[]>;
}

/** Run one statement; rows are read lazily. */
export function runQuery(store: Store, sql: string): QueryResult {
  let statement: ReturnType<Store['db']['prepare']>;
  try {
    // an endless query must not fill the disk
    store.db.pragma(`hard_heap_limit = ${HEAP}`);
    store.db.pragma('temp_store = memory');
    statement = store.db.prepare(sql);
  } catch (error) {
    throw queryError(store, error);
  }
  if (!statement.reader) {
    throw new InputError('this statement returns no rows; a store is read-only', { tryThis: 'select ... from event' });
  }
  const columns = statement.columns().map((c) => c.name);
  return { columns, rows: rows(store, statement) };
}

function* rows(store: Store, statement: ReturnType<Store['db']['prepare']>): IterableIterator<QueryCell[]> {
  try {
    for (const row of statement.raw().safeIntegers().iterate() as IterableIterator<QueryCell[]>) {
      yield row.map((cell) => (typeof cell === 'bigint' && Number.isSafeInteger(Number(cell)) ? Number(cell) : cell));
    }
  } catch (error) {
    throw queryError(store, error);
  }
}

/** Memory limit for a query, in bytes: sorting all events of a large store needs less. */
const HEAP = 2 ** 30;

/** Errors for results that are too large. */
const TOO_MUCH = {
  SQLITE_NOMEM: 'this needs more than 1 GB of memory',
  SQLITE_TOOBIG: 'a value is larger than 1 GB',
  ERR_STRING_TOO_LONG: 'a value is longer than a string can be',
  SQLITE_FULL: 'no space left for sorting',
} as const;

/** Uses SQLite's own messages, and adds the available names. */
function queryError(store: Store, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (error instanceof RangeError && /more than one statement/.test(error.message)) {
    return new InputError('one statement at a time', { tryThis: 'remove everything after the first ;' });
  }
  if (code === 'SQLITE_READONLY') {
    return new InputError('a store is read-only', {
      tryThis: 'to change data, use sqlite3 on a copy',
      cause: error,
    });
  }
  if (code === 'SQLITE_NOMEM' || code === 'SQLITE_TOOBIG' || code === 'ERR_STRING_TOO_LONG' || code === 'SQLITE_FULL') {
    return new InputError(`SQL: ${TOO_MUCH[code]}`, {
      where: store.path,
      tryThis: 'reduce the result: where, limit, substr(); a recursive query needs a limit',
      cause: error,
    });
  }
  // TypeError: a parameter without a value
  if (code !== 'SQLITE_ERROR' && !(error instanceof RangeError || error instanceof TypeError))
    return readingError(error, store.path);
  const missing = /no such table: (.*)/.exec(error.message);
  return new InputError(`SQL: ${error.message}`, {
    where: store.path,
    tryThis: missing === null ? undefined : "select name from sqlite_master where type = 'view'",
    cause: error,
  });
}
