// Writes the rows of a store by INSERT. Slower than src/store/pages, but SQLite itself lays out the pages: the tests
// compare the two stores.
import type Database from 'better-sqlite3';
import { textOrBlob } from '../../src/store/bytes.ts';
import { COMMON_COLUMNS, createTable, declare, type EventTable, quoted } from '../../src/store/event-table.ts';
import { CellType, type EventRow, FIRST } from '../../src/store/row.ts';
import type { CellValue as RowValue, RowWriter } from '../../src/store/row-writer.ts';
import { STREAMED_TABLES, type StreamedTable } from '../../src/store/schema.ts';

const ROWS = 16;

type Value = number | bigint | string | Buffer | null;

/** For `writer` of `ingest`. */
export const sqlWriter = (db: Database.Database): RowWriter => new SqlWriter(db);

class SqlWriter implements RowWriter {
  readonly #db: Database.Database;
  readonly #tables = new Map<EventTable, TableWriter>();
  readonly #streamed = new Map<StreamedTable, Database.Statement>();

  constructor(db: Database.Database) {
    this.#db = db;
    for (const [name, sql] of Object.entries(STREAMED_TABLES)) {
      db.exec(sql);
      const columns = db.pragma(`table_info(${name})`) as unknown[];
      this.#streamed.set(
        name as StreamedTable,
        db.prepare(`insert into ${name} values (${columns.map(() => '?').join(', ')})`),
      );
    }
  }

  event(row: EventRow): void {
    let writer = this.#tables.get(row.table);
    if (writer === undefined) {
      writer = new TableWriter(this.#db, row.table);
      this.#tables.set(row.table, writer);
    }
    writer.add(row);
  }

  row(table: StreamedTable, id: number, values: readonly RowValue[]): void {
    this.#streamed.get(table)?.run(id, ...values.map(bound));
  }

  flush(): void {
    for (const writer of this.#tables.values()) writer.flush();
  }
}

/** Bind sixteen rows of one table, or what is left of them. */
class TableWriter {
  readonly #db: Database.Database;
  readonly #table: EventTable;
  #columns: number;
  #many: Database.Statement | undefined;
  #values: Value[] = [];
  #rows = 0;

  constructor(db: Database.Database, table: EventTable) {
    this.#db = db;
    this.#table = table;
    this.#columns = table.columns.length;
    db.exec(createTable(table));
  }

  add(row: EventRow): void {
    if (this.#table.columns.length > this.#columns) this.#widen();
    const values = this.#values;
    values.push(row.id);
    const width = FIRST + this.#columns;
    for (let k = 0; k < width; k++) values.push(k < row.length ? cellOf(row, k) : null);
    if (++this.#rows === ROWS) this.flush();
  }

  flush(): void {
    if (this.#rows === ROWS) {
      this.#many ??= this.#prepare(ROWS);
      this.#many.run(this.#values);
    } else if (this.#rows > 0) this.#prepare(this.#rows).run(this.#values);
    this.#values = [];
    this.#rows = 0;
  }

  #prepare(rows: number): Database.Statement {
    const row = `(${new Array(COMMON_COLUMNS.length + this.#columns).fill('?').join(',')})`;
    return this.#db.prepare(`insert into ${quoted(this.#table.table)} values ${new Array(rows).fill(row).join(',')}`);
  }

  /** Lines with more arguments than those before. */
  #widen(): void {
    this.flush();
    for (const column of this.#table.columns.slice(this.#columns))
      this.#db.exec(`alter table ${quoted(this.#table.table)} add column ${declare(column)}`);
    this.#columns = this.#table.columns.length;
    this.#many = undefined;
  }
}

const bound = (v: RowValue): Value | Uint8Array =>
  typeof v === 'object' && v !== null && 'buf' in v ? textOrBlob(v.buf, v.start, v.end) : v;

function cellOf(row: EventRow, k: number): Value {
  switch (row.cells[k]) {
    case CellType.Number: {
      const hi = row.hi[k];
      const lo = row.lo[k] >>> 0;
      return hi >= -0x200000 && hi < 0x200000 ? hi * 4294967296 + lo : (BigInt(hi) << 32n) | BigInt(lo);
    }
    case CellType.Text:
      return textOrBlob(row.buf, row.start[k], row.end[k]);
    case CellType.Extra:
      return textOrBlob(row.extra, 0, row.extra.length);
    default:
      return null;
  }
}
