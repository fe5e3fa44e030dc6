// Writes events as pages of the database file, without SQLite. sql-writer.ts writes the same tables with INSERT; a test
// holds the two against each other.
import type Database from 'better-sqlite3';
import type { EventTable } from '../event-table.ts';
import type { EventRow } from '../row.ts';
import type { OtherLine, ReplayChunk, RowWriter } from '../row-writer.ts';
import { PAGE_SIZE, STREAMED_TABLES } from '../schema.ts';
import { createTable } from '../sql-writer.ts';
import { CellWriter } from './cell.ts';
import { writeEvent } from './event-cell.ts';
import { PageFile } from './page-file.ts';
import { TablePages } from './table-pages.ts';

/** More bytes than the types and numbers of a row can take. */
const ROOM = PAGE_SIZE;

export class PagesWriter implements RowWriter {
  readonly #file: PageFile;
  readonly #cell = new CellWriter();
  readonly #events = new Map<EventTable, TablePages>();
  readonly #other: TablePages;
  readonly #replay: TablePages;
  readonly #words = new Map<string, Uint8Array>();

  /** @param path a database that no connection has open; the tables of STREAMED_TABLES are not in it */
  constructor(path: string) {
    this.#file = new PageFile(path);
    this.#other = new TablePages(this.#file);
    this.#replay = new TablePages(this.#file);
  }

  event(row: EventRow): void {
    let table = this.#events.get(row.table);
    if (table === undefined) {
      table = new TablePages(this.#file);
      this.#events.set(row.table, table);
    }
    writeEvent(row, table);
  }

  other(l: OtherLine): void {
    const cell = this.#cell;
    this.#begin(this.#other, l.end - l.start);
    cell.text(l.buf, l.start, l.end);
    this.#word(l.reason);
    this.#word(l.kind);
    cell.number(l.line);
    cell.null();
    cell.end(this.#other, l.id);
  }

  replay(chunk: ReplayChunk): void {
    const cell = this.#cell;
    this.#begin(this.#replay, chunk.data.length);
    cell.blob(chunk.data);
    cell.number(chunk.records);
    cell.number(chunk.trace);
    cell.null();
    cell.end(this.#replay, chunk.id);
  }

  /** A record that may not fit a page is built in a buffer of its own. */
  #begin(table: TablePages, text: number): void {
    if (text < PAGE_SIZE) this.#cell.begin(table.buf, table.top);
    else this.#cell.begin(new Uint8Array(text + ROOM), text + ROOM);
  }

  #word(word: string | undefined): void {
    if (word === undefined) {
      this.#cell.null();
      return;
    }
    let bytes = this.#words.get(word);
    if (bytes === undefined) {
      bytes = Buffer.from(word, 'utf8');
      this.#words.set(word, bytes);
    }
    this.#cell.text(bytes, 0, bytes.length);
  }

  /** The pages are complete; `attach` makes SQLite know them. */
  finish(): Root[] {
    const roots: Root[] = [...this.#events].map(([table, pages]) => ({
      name: table.table,
      sql: createTable(table),
      page: pages.finish(),
    }));
    roots.push({ name: 'other_line', sql: STREAMED_TABLES.other_line, page: this.#other.finish() });
    roots.push({ name: 'replay', sql: STREAMED_TABLES.replay, page: this.#replay.finish() });
    this.#file.finish();
    return roots;
  }

  close(): void {
    this.#file.close();
  }
}

/** A table that stands in the file and not yet in the schema. */
export interface Root {
  name: string;
  sql: string;
  page: number;
}

/** Enter tables into the schema. The connection does not see them before it is opened again. */
export function attach(db: Database.Database, roots: readonly Root[]): void {
  db.unsafeMode(true);
  db.pragma('writable_schema = on');
  const insert = db.prepare(
    "insert into sqlite_schema (type, name, tbl_name, rootpage, sql) values ('table', ?, ?, ?, ?)",
  );
  db.transaction(() => {
    for (const root of roots) insert.run(root.name, root.name, root.page, root.sql);
    db.pragma(`schema_version = ${(db.pragma('schema_version', { simple: true }) as number) + 1}`);
  })();
  db.pragma('writable_schema = reset');
  db.unsafeMode(false);
}
