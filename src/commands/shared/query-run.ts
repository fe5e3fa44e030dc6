// Why: runs SQL typed by the user, and shows the position of an error.
import { text } from 'node:stream/consumers';
import type { QueryAnswer } from '../../report/terminal/query.ts';
import type { Store } from '../../store/open.ts';
import { type QueryCell, runQuery } from '../../store/query.ts';
import { InputError } from '../../util/errors.ts';
import { placeIn, pointedAt } from './query-place.ts';

/** SQL as given; `-` is standard input. */
export async function sqlOf(argument: string, stdin: NodeJS.ReadableStream = process.stdin): Promise<string> {
  const sql = argument === '-' ? await text(stdin) : argument;
  if (sql.trim() !== '') return sql;
  throw new InputError('no SQL given', { tryThis: "select * from event limit 10; '-' reads it from a pipe" });
}

/** @throws InputError with line, column and a mark on an SQL error */
export function ask(store: Store, sql: string): QueryAnswer {
  try {
    const { columns, rows } = runQuery(store, sql);
    const iterator = rows[Symbol.iterator]();
    // an error at the first row is reported before anything is printed
    const first = iterator.next();
    return { columns, rows: first.done === true ? [].values() : guarded(first.value, iterator, store, sql) };
  } catch (error) {
    throw placed(error, store, sql);
  }
}

function* guarded(
  first: readonly QueryCell[],
  rest: Iterable<QueryCell[]>,
  store: Store,
  sql: string,
): Iterable<readonly QueryCell[]> {
  try {
    yield first;
    yield* rest;
  } catch (error) {
    throw placed(error, store, sql);
  }
}

function placed(error: unknown, store: Store, sql: string): unknown {
  if (!(error instanceof InputError)) return error;
  const offset = placeIn(sql, error.message, (other) => messageOf(store, other));
  if (offset === undefined) return error;
  const { place, lines } = pointedAt(sql, offset);
  return new InputError([`${error.message} at ${place}`, ...lines].join('\n'), {
    tryThis: error.tryThis,
    cause: error,
  });
}

function messageOf(store: Store, sql: string): string | undefined {
  try {
    runQuery(store, sql);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : undefined;
  }
}
