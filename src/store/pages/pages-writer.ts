// Writes events as pages of the database file, without SQLite. sql-writer.ts writes the same tables with INSERT; a test
// holds the two against each other.
import type Database from 'better-sqlite3';
import type { EventTable } from '../event-table.ts';
import type { EventRow } from '../row.ts';
import type { RowWriter, Value } from '../row-writer.ts';
import { PAGE_SIZE, STREAMED_TABLES, type StreamedTable } from '../schema.ts';
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
  /** by the table's id, which counts from 1 */
  readonly #events: { table: EventTable; pages: TablePages }[] = [];
  readonly #streamed = new Map<StreamedTable, TablePages>();

  /** @param path a database that no connection has open; the tables of STREAMED_TABLES are not in it */
  constructor(path: string) {
    this.#file = new PageFile(path);
    for (const name of Object.keys(STREAMED_TABLES))
      this.#streamed.set(name as StreamedTable, new TablePages(this.#file));
  }

  event(row: EventRow): void {
    const { table } = row;
    const known = this.#events[table.id - 1] ?? this.#add(table);
    writeEvent(row, known.pages);
  }

  row(name: StreamedTable, id: number, values: readonly Value[]): void {
    const table = this.#streamed.get(name) as TablePages;
    const cell = this.#cell;
    let length = 0;
    for (const value of values) length += lengthOf(value);
    // a record that may not fit a page is built in a buffer of its own
    if (length < PAGE_SIZE) cell.begin(table.buf, table.top);
    else cell.begin(new Uint8Array(length + ROOM), length + ROOM);
    for (let i = values.length - 1; i >= 0; i--) {
      const value = values[i];
      if (value === null) cell.null();
      else if (typeof value === 'number') cell.number(value);
      else if (typeof value === 'string') cell.string(value);
      else if ('buf' in value) cell.text(value.buf, value.start, value.end);
      else cell.blob(value);
    }
    cell.null();
    cell.end(table, id);
  }

  /** The pages are complete; `attach` makes SQLite know them. */
  finish(): Root[] {
    const roots: Root[] = [];
    for (const { table, pages } of this.#events)
      roots.push({ name: table.table, sql: createTable(table), page: pages.finish() });
    for (const [name, pages] of this.#streamed) roots.push({ name, sql: STREAMED_TABLES[name], page: pages.finish() });
    this.#file.finish();
    return roots;
  }

  #add(table: EventTable): { table: EventTable; pages: TablePages } {
    const made = { table, pages: new TablePages(this.#file) };
    this.#events[table.id - 1] = made;
    return made;
  }

  close(): void {
    this.#file.close();
  }
}

/** Bytes of a value, or more. */
function lengthOf(value: Value): number {
  if (value === null || typeof value === 'number') return 0;
  if (typeof value === 'string') return 3 * value.length;
  return 'buf' in value ? value.end - value.start : value.length;
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
