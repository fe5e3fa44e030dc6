// Writes events as pages of the database file, without SQLite. Tests compare them with those that SQLite makes of INSERTs
// (test/store/sql-writer.ts).
import type Database from 'better-sqlite3';
import type { EventCells } from '../../known-lines/cells.ts';
import type { Knowledge } from '../../known-lines/knowledge.ts';
import type { TraceLine } from '../../parsers/formats/line.ts';
import type { EventType } from '../../vocabulary/vocabulary.ts';
import type { EventDecoder } from '../decode.ts';
import { COMMON_COLUMNS, createTable, type EventTable, type TableIndex } from '../event-table.ts';
import { CellType, type EventRow } from '../row.ts';
import type { CellValue, RowWriter } from '../row-writer.ts';
import { STREAMED_TABLES, type StreamedTable } from '../schema.ts';
import { CellWriter } from './cell.ts';
import { IndexPages } from './index-pages.ts';
import { PageFile } from './page-file.ts';
import { TableCells } from './table-cells.ts';
import { TablePages } from './table-pages.ts';

export class PagesWriter implements RowWriter {
  readonly #path: string;
  readonly #file: PageFile;
  readonly #cell = new CellWriter();
  readonly #knowledge: Knowledge | undefined;
  /** by the decoder's number */
  readonly #cells: TableCells[] = [];
  /** by the table's id, which counts from 1 */
  readonly #events: { table: EventTable; pages: TablePages }[] = [];
  readonly #streamed = new Map<StreamedTable, TablePages>();

  /**
   * @param path a database that is not open in any connection; the tables of STREAMED_TABLES are not in it
   * @param knowledge layouts of the lines given to {@link line}
   */
  constructor(path: string, knowledge?: Knowledge) {
    this.#path = path;
    this.#file = new PageFile(path);
    this.#knowledge = knowledge;
    for (const name of Object.keys(STREAMED_TABLES))
      this.#streamed.set(name as StreamedTable, new TablePages(this.#file));
  }

  line(decoder: EventDecoder, type: EventType, line: TraceLine, id: number, number: number, task: number): boolean {
    const cells = this.cells(decoder);
    return cells !== undefined && this.#knowledge?.writeCell(line, type, cells, task, number, id) === true;
  }

  cells(decoder: EventDecoder): EventCells | undefined {
    const known = this.#cells[decoder.number];
    if (known !== undefined || this.#knowledge === undefined) return known;
    const pages = this.#pagesOf(decoder.table);
    if (pages.address === 0) return undefined;
    this.#cells[decoder.number] = new TableCells(decoder, pages);
    return this.#cells[decoder.number];
  }

  event(row: EventRow): void {
    const { cells, hi, lo, start, end } = row;
    const cell = this.#cell;
    cell.begin();
    cell.null();
    for (let k = 0; k < row.length; k++) {
      switch (cells[k]) {
        case CellType.Number:
          cell.integer(hi[k], lo[k]);
          break;
        case CellType.Text:
          cell.text(row.buf, start[k], end[k]);
          break;
        case CellType.Extra:
          cell.text(row.extra, 0, row.extra.length);
          break;
        default:
          cell.null();
      }
    }
    cell.end(this.#pagesOf(row.table), row.id);
  }

  row(name: StreamedTable, id: number, values: readonly CellValue[]): void {
    const cell = this.#cell;
    cell.begin();
    cell.null();
    for (const value of values) {
      if (value === null) cell.null();
      else if (typeof value === 'number') cell.number(value);
      else if (typeof value === 'string') cell.string(value);
      else if ('buf' in value) cell.text(value.buf, value.start, value.end);
      else cell.blob(value);
    }
    cell.end(this.#streamed.get(name) as TablePages, id);
  }

  /** The pages are complete; `attach` enters them into the schema. SQLite makes the other indexes. */
  finish(indexes: readonly TableIndex[]): Root[] {
    const roots: Root[] = [];
    for (const { table, pages } of this.#events)
      roots.push({
        type: 'table',
        name: table.table,
        table: table.table,
        sql: createTable(table),
        page: pages.finish(),
      });
    for (const [name, pages] of this.#streamed)
      roots.push({ type: 'table', name, table: name, sql: STREAMED_TABLES[name], page: pages.finish() });
    const largest = Math.max(0, ...indexes.map(({ table }) => table.events));
    const writer = new IndexPages(this.#file, largest, `${this.#path}-index`);
    for (const { table, name, column, sql } of indexes) {
      const page = writer.write(this.#pagesOf(table).pages, table.events, COMMON_COLUMNS.length + column);
      if (page !== undefined) roots.push({ type: 'index', name, table: table.table, sql, page });
    }
    this.#file.finish();
    return roots;
  }

  #pagesOf(table: EventTable): TablePages {
    return this.#events[table.id - 1]?.pages ?? this.#add(table);
  }

  #add(table: EventTable): TablePages {
    const pages = new TablePages(this.#file, this.#knowledge?.memory);
    this.#events[table.id - 1] = { table, pages };
    return pages;
  }

  close(): void {
    this.#file.close();
  }
}

/** A table or an index that is in the file but not in the schema yet. */
export interface Root {
  type: 'table' | 'index';
  name: string;
  /** its own name, or that of the table it indexes */
  table: string;
  sql: string;
  page: number;
}

/** Enter tables and indexes into the schema. The connection sees them only after it is opened again. */
export function attach(db: Database.Database, roots: readonly Root[]): void {
  db.unsafeMode(true);
  db.pragma('writable_schema = on');
  const insert = db.prepare('insert into sqlite_schema (type, name, tbl_name, rootpage, sql) values (?, ?, ?, ?, ?)');
  db.transaction(() => {
    for (const root of roots) insert.run(root.type, root.name, root.table, root.page, root.sql);
    db.pragma(`schema_version = ${(db.pragma('schema_version', { simple: true }) as number) + 1}`);
  })();
  db.pragma('writable_schema = reset');
  db.unsafeMode(false);
}
