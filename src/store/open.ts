// Opens a store for reading, and explains why a file is not a store. Reading cannot change it.
import { existsSync, statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { InputError } from '../util/errors.ts';
import { storeOpened } from '../util/stores.ts';
import { readingError } from './errors.ts';
import { addFunctions } from './functions.ts';
import { APPLICATION_ID, Ids, MIGRATIONS, SCHEMA_VERSION, SHIFT_KEY, USUAL_VERSION } from './schema.ts';
import { openDatabase } from './sqlite.ts';

/** An open store. Close it when done. */
export interface Store {
  readonly path: string;
  readonly db: Database.Database;
  readonly ids: Ids;
  /** Run something that reads; translates SQLite's errors for damaged files. */
  guard<T>(work: () => T): T;
  close(): void;
}

/** Open a store for reading; its schema is upgraded first if possible. */
export function openStore(path: string): Store {
  checkFile(path);
  storeOpened(path);
  let db = open(path, true);
  try {
    const version = checkSchema(db, path);
    if (version < USUAL_VERSION) {
      db.close();
      migrate(path, version);
      db = open(path, true);
    }
    db.pragma('query_only = 1');
    addFunctions(db);
    return { path, db, ids: idsOf(db), guard: (work) => guarded(path, work), close: () => db.close() };
  } catch (error) {
    db.close();
    throw readingError(error, path);
  }
}

function idsOf(db: Database.Database): Ids {
  const shift = db.prepare<[string], { value: unknown }>('select value from meta where key = ?').get(SHIFT_KEY)?.value;
  return new Ids(shift === undefined ? undefined : Number(shift));
}

function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw readingError(error, path);
  }
}

function open(path: string, readonly: boolean): Database.Database {
  try {
    return openDatabase(path, { readonly, fileMustExist: true });
  } catch (error) {
    throw readingError(error, path);
  }
}

/** Checks that give better messages than SQLite's. */
function checkFile(path: string): void {
  if (path === '-') throw new InputError('a store cannot be read from standard input', { tryThis: 'name the file' });
  if (!existsSync(path)) {
    throw new InputError('no such file', {
      where: path,
      tryThis: /^\d+$/.test(path) ? `pindrift show STORE ${path}` : `pindrift ingest TRACE -o ${path}`,
    });
  }
  const stat = statSync(path);
  if (stat.isDirectory()) throw new InputError('this is a directory', { where: path, tryThis: 'name the store in it' });
  if (stat.isFile() && stat.size === 0) {
    throw new InputError('this file is empty', { where: path, tryThis: `pindrift ingest TRACE -o ${path}` });
  }
}

function checkSchema(db: Database.Database, path: string): number {
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    throw new InputError('this is an SQLite database, but not a pindrift store', {
      where: path,
      tryThis: 'make one from a trace: pindrift ingest TRACE -o x.db',
    });
  }
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version > SCHEMA_VERSION) {
    throw new InputError(
      `this store was made by a newer pindrift (schema ${version}; this one reads ${SCHEMA_VERSION})`,
      {
        where: path,
        tryThis: 'update pindrift, or ingest the trace again',
      },
    );
  }
  if (version < 1) throw new InputError('this store is incomplete', { where: path, tryThis: 'ingest the trace again' });
  return version;
}

function migrate(path: string, from: number): void {
  const db = open(path, false);
  try {
    db.transaction(() => {
      for (const step of MIGRATIONS.slice(from - 1)) db.exec(step);
      db.pragma(`user_version = ${USUAL_VERSION}`);
    })();
  } catch (error) {
    throw new InputError(`this store has the older schema ${from} and cannot be upgraded`, {
      where: path,
      tryThis: 'make it writable once, or ingest the trace again',
      cause: error,
    });
  } finally {
    db.close();
  }
}
