// Creates a store. It is written under a temporary name and renamed when complete, so that a Ctrl-C, a full disk or a
// bug leaves no file that looks finished.
import { closeSync, existsSync, openSync, readSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { Knowledge } from '../known-lines/knowledge.ts';
import { InputError } from '../util/errors.ts';
import { release, remove, removeAtEnd, temporaryBeside } from '../util/temporary.ts';
import { storingError } from './errors.ts';
import type { TableIndex } from './event-table.ts';
import { attach, PagesWriter } from './pages/pages-writer.ts';
import type { RowWriter } from './row-writer.ts';
import { APPLICATION_ID, PAGE_SIZE, TABLES } from './schema.ts';
import { openDatabase } from './sqlite.ts';

export interface StoreOptions {
  /** replace an existing store, or an empty file */
  force?: boolean;
  /** files that must not be overwritten: the traces */
  sources?: readonly string[];
  /** makes the writer of the rows that grow with the trace; without it they are written as pages of the database */
  writer?: (db: Database.Database) => RowWriter;
  /** layouts of the lines given to the writer: it puts pages of event tables after them in memory */
  knowledge?: Knowledge | undefined;
}

/** A file being written; call `finish` or `discard` at the end. */
export class NewStore {
  readonly writer: RowWriter;
  /** database for everything not written by the writer; a separate file until {@link complete} if pages are written */
  db: Database.Database;
  readonly #path: string;
  readonly #target: string;
  readonly #force: boolean;
  readonly #file: string;
  readonly #side: string;
  readonly #pages: PagesWriter | undefined;

  constructor(path: string, options: StoreOptions = {}) {
    this.#path = path;
    this.#force = options.force ?? false;
    this.#target = existsSync(path) ? realpathSync(path) : path;
    checkTarget(path, this.#force, options.sources ?? []);
    this.#file = temporaryBeside(this.#target);
    this.#side = `${this.#file}2`;
    try {
      this.db = newDatabase(this.#file);
      if (options.writer !== undefined) this.writer = options.writer(this.db);
      else {
        this.db.exec('commit');
        this.db.close();
        this.db = newDatabase(this.#side);
        this.#pages = new PagesWriter(this.#file, options.knowledge);
        this.writer = this.#pages;
      }
    } catch (error) {
      this.discard();
      throw this.explain(error);
    }
  }

  /** Run something that writes; translates disk errors into messages. */
  guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.explain(error);
    }
  }

  explain(error: unknown): unknown {
    return error instanceof TypeError && /directory does not exist/.test(error.message)
      ? storingError(Object.assign(new Error(error.message), { code: 'ENOENT' }), this.#path)
      : storingError(error, this.#path);
  }

  /**
   * All events are written: `db` becomes the complete database.
   * @param indexes of event tables; those that could be made are in it
   */
  complete(indexes: readonly TableIndex[]): Database.Database {
    this.writer.flush?.();
    if (this.#pages === undefined) return this.db;
    const roots = this.#pages.finish(indexes);
    this.db.exec('commit');
    this.db.close();
    this.db = open(this.#file);
    attach(this.db, roots);
    this.db.close();
    this.db = open(this.#file);
    const tables = this.db.prepare("select name from sqlite_schema where type = 'table'").pluck().all() as string[];
    this.db.prepare('attach ? as side').run(this.#side);
    this.db.exec('begin');
    const own = new Set(roots.map((root) => root.name));
    for (const table of tables)
      if (!own.has(table)) this.db.exec(`insert into main.${table} select * from side.${table}`);
    this.db.exec('commit');
    this.db.exec('detach side');
    remove(this.#side);
    this.db.exec('begin');
    return this.db;
  }

  /** Everything is written: rename the file. */
  finish(version: number): void {
    this.guard(() => {
      this.db.exec('commit');
      this.db.pragma(`user_version = ${version}`);
      this.db.close();
      if (!this.#force && existsSync(this.#target)) throw exists(this.#path);
      renameSync(this.#file, this.#target);
      release(this.#file);
    });
  }

  /** Remove the temporary files. */
  discard(): void {
    try {
      this.db?.close();
      this.#pages?.close();
    } finally {
      remove(this.#file);
      remove(this.#side);
    }
  }
}

/** An empty store, in a transaction. */
function newDatabase(path: string): Database.Database {
  removeAtEnd(path);
  rmSync(path, { force: true });
  const db = open(path);
  db.pragma(`page_size = ${PAGE_SIZE}`);
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.exec('begin');
  db.exec(TABLES);
  return db;
}

function open(path: string): Database.Database {
  const db = openDatabase(path);
  // the file is not visible to others, and is deleted if it is not finished
  db.pragma('journal_mode = off');
  db.pragma('synchronous = off');
  db.pragma('locking_mode = exclusive');
  db.pragma('cache_size = -4000');
  // rows are written before the rows they refer to
  db.pragma('foreign_keys = off');
  return db;
}

function checkTarget(path: string, force: boolean, sources: readonly string[]): void {
  if (path === '-')
    throw new InputError('a store cannot be written to standard output', { tryThis: 'name a file: -o x.db' });
  if (!existsSync(path)) return;
  const stat = statSync(path);
  if (!stat.isFile()) {
    throw new InputError(
      stat.isDirectory() ? 'this is a directory; a file name is needed' : 'a store must be a regular file',
      {
        where: path,
        tryThis: stat.isDirectory() ? `-o ${join(path, 'x.db')}` : '-o x.db',
      },
    );
  }
  for (const source of sources) {
    const other = statSync(source, { throwIfNoEntry: false });
    if (other !== undefined && other.dev === stat.dev && other.ino === stat.ino) {
      throw new InputError('this is the trace itself; it would be overwritten', { where: path, tryThis: '-o x.db' });
    }
  }
  if (!force) throw exists(path);
  if (!isReplaceable(path)) throw notAStore(path);
}

/** Whether a file is empty or a store, whatever the version of its schema. */
function isReplaceable(path: string): boolean {
  const header = Buffer.alloc(100);
  let bytes: number;
  try {
    const fd = openSync(path, 'r');
    try {
      bytes = readSync(fd, header);
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
  if (bytes === 0) return true;
  // https://www.sqlite.org/fileformat2.html#the_database_header: the application ID is at offset 68
  return header.toString('latin1', 0, 16) === 'SQLite format 3\0' && header.readUInt32BE(68) === APPLICATION_ID;
}

function notAStore(path: string): InputError {
  return new InputError('this file is not a pindrift store, and --force replaces only stores', {
    where: path,
    tryThis: 'use another name, or remove the file first',
  });
}

function exists(path: string): InputError {
  return new InputError('this file already exists', {
    where: path,
    tryThis: isReplaceable(path) ? 'use --force to overwrite it, or another name' : 'use another name',
  });
}
