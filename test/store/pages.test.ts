// The page writer makes files that SQLite itself calls whole, at the places where its arithmetic changes: pages that are
// just full, records just too long, one child too many, and the page that SQLite never uses.
import * as fs from 'node:fs';
import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellWriter } from '../../src/store/pages/cell.ts';
import { IndexPages } from '../../src/store/pages/index-pages.ts';
import { PageFile } from '../../src/store/pages/page-file.ts';
import { attach, type Root } from '../../src/store/pages/pages-writer.ts';
import { TablePages } from '../../src/store/pages/table-pages.ts';
import { putVarint, varintLength } from '../../src/store/pages/varint.ts';
import { PAGE_SIZE } from '../../src/store/schema.ts';
import { scratch } from './scratch.ts';

const { file } = scratch();

type Row = [id: number, number: number | bigint, text: string];

/** A database with one table of these rows, written as pages; what SQLite reads from it, in the order of `by`. */
function written(rows: readonly Row[], by = 'id', atOnce?: number): unknown[][] {
  const path = file('pages.db');
  fs.rmSync(path, { force: true });
  const empty = new Database(path);
  empty.pragma(`page_size = ${PAGE_SIZE}`);
  empty.exec('create table first (x)');
  empty.close();
  const pages = new PageFile(path);
  const table = new TablePages(pages);
  const cell = new CellWriter();
  for (const [id, number, text] of rows) {
    cell.begin();
    cell.null();
    if (typeof number === 'number') cell.number(number);
    else cell.integer(Number(BigInt.asIntN(64, number) >> 32n), Number(BigInt.asIntN(32, number)));
    cell.string(text);
    cell.end(table, id);
  }
  const sql = 'CREATE TABLE t (id integer primary key, n int, s text)';
  const roots: Root[] = [{ type: 'table', name: 't', table: 't', sql, page: table.finish() }];
  const index = new IndexPages(pages, rows.length, file('index'), atOnce).write(table.pages, rows.length, 1);
  if (index !== undefined)
    roots.push({ type: 'index', name: 'by_n', table: 't', sql: 'CREATE INDEX by_n on t (n)', page: index });
  pages.finish();
  const db = new Database(path);
  attach(db, roots);
  db.close();
  const again = new Database(path);
  try {
    expect(again.pragma('integrity_check', { simple: true })).toBe('ok');
    again.exec("insert into first values ('SQLite can write to it')");
    return again.prepare(`select * from t order by ${by}`).raw().safeIntegers().all() as unknown[][];
  } finally {
    again.close();
  }
}

const asRead = (rows: readonly Row[]): unknown[][] =>
  rows.map(([id, n, s]) => [BigInt(id), BigInt.asIntN(64, BigInt(n)), s]);

function expectSame(rows: readonly Row[]): void {
  // a deep comparison of many rows takes longer than everything else
  expect(written(rows).join('\n') === asRead(rows).join('\n')).toBe(true);
}

describe('pages', () => {
  it('hold every kind of number', () => {
    const numbers = [0n, 1n, 2n];
    for (let bits = 7n; bits < 64n; bits++)
      numbers.push((1n << bits) - 1n, 1n << bits, -(1n << bits), -(1n << bits) - 1n);
    expectSame(numbers.map((n, i) => [i, n, '']));
    const doubles = [0, -1, 127, 128, -129, 2 ** 31, -(2 ** 31) - 1, 2 ** 47, -(2 ** 47), 2 ** 53, -(2 ** 53)];
    expectSame(doubles.map((n, i) => [i, n, 'x']));
  });

  it('are empty, or hold one row', () => {
    expectSame([]);
    expectSame([[7, 7, 'seven']]);
  });

  it('hold texts of every length around the lengths where the layout changes', () => {
    const lengths = [0, 57, 58, 59, 120, 127, 128, 4040, 4055, 4056, 4057, 4058, 4059, 4060, 4061, 4062, 4063, 4090];
    for (const times of [1, 2, 3])
      for (let d = -8; d <= 8; d++) lengths.push(times * (PAGE_SIZE - 4) + d, 489 + times * (PAGE_SIZE - 4) + d);
    expectSame(lengths.map((n, i) => [i * 1000, n, 'é'.repeat(n >> 1)]));
    expectSame(lengths.map((n, i) => [i, n, 'x'.repeat(n)]));
  });

  it('of one level more, with as many children as fit and a few more', () => {
    // one row per page; ids of three and of eight bytes
    for (const base of [100_000, 2 ** 52]) {
      for (const n of [2, 3, 300, 301, 338, 339, 340, 341, 342, 408, 409, 410, 411, 412, 682, 683]) {
        expectSame(Array.from({ length: n }, (_, i) => [base + i, i, 'y'.repeat(3000)]));
      }
    }
  });

  it('index a column, equal numbers by their ids, with as many entries as fit and a few more', () => {
    const column = (n: number, of: (i: number) => number) => {
      const rows = Array.from({ length: n }, (_, i): Row => [2 ** 44 + i, of(i), '']);
      const inOrder = [...rows].sort((a, b) => Number(a[1]) - Number(b[1]) || a[0] - b[0]);
      expect(written(rows, 'n, id').join('\n') === asRead(inOrder).join('\n')).toBe(true);
      // and the same in parts
      if (n > 300) expect(written(rows, 'n, id', 300).join('\n') === asRead(inOrder).join('\n')).toBe(true);
    };
    for (const n of [1, 2, 180, 202, 203, 204, 405, 406, 407, 408, 409, 30_000]) {
      column(n, () => 7);
      column(n, (i) => -(2 ** 47) + ((i * 7919) % 1000) * 64);
      column(n, (i) => (i % 2 === 0 ? -1 : 1) * 2 ** (i % 52));
    }
    // of two levels more
    column(100_000, (i) => ((i * 7919) % 65_537) * 4096 - 2 ** 40);
  });

  it('hold whatever rows there are', () => {
    const row = fc.tuple(
      fc.integer({ min: 1, max: 2 ** 40 }),
      fc.maxSafeInteger(),
      fc.oneof(
        fc.string({ maxLength: 200 }),
        fc.nat(20_000).map((n) => 'z'.repeat(n)),
      ),
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 200 }), (steps) => {
        let id = 0;
        expectSame(
          steps.map(([step, n, s]): Row => {
            id += step;
            return [id, n, s];
          }),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('are never where SQLite keeps its locks, nor is the end of a long record', () => {
    const path = file('sparse.db');
    const lock = 2 ** 30 / PAGE_SIZE + 1;
    fs.writeFileSync(path, new Uint8Array(PAGE_SIZE));
    fs.truncateSync(path, 2 ** 30 - 3 * PAGE_SIZE);
    const pages = new PageFile(path);
    expect(pages.next).toBe(lock - 3);
    const numbers = [1, 2].map((n) => pages.append((page) => page.fill(n)));
    const table = new TablePages(pages);
    table.addRecord(new Uint8Array(3 * PAGE_SIZE).fill(7), 1);
    const root = table.finish();
    pages.finish();
    expect([...numbers, root]).toEqual([lock - 3, lock - 2, lock + 3]);
    const fd = fs.openSync(path, 'r');
    const read = (number: number): Buffer => {
      const bytes = Buffer.alloc(PAGE_SIZE);
      fs.readSync(fd, bytes, 0, PAGE_SIZE, (number - 1) * PAGE_SIZE);
      return bytes;
    };
    // the chain of the long record goes around it
    expect(read(lock - 1).readUInt32BE(0)).toBe(lock + 1);
    expect(read(lock).every((byte) => byte === 0)).toBe(true);
    expect(read(lock + 1).readUInt32BE(0)).toBe(lock + 2);
    expect(read(lock + 2).readUInt32BE(0)).toBe(0);
    expect(read(1).readUInt32BE(28)).toBe(lock + 3);
    fs.closeSync(fd);
    fs.rmSync(path);
  });
});

it('a varint is what SQLite reads', () => {
  const buf = new Uint8Array(16);
  const value = fc.oneof(
    fc.nat(),
    fc.maxSafeNat(),
    fc.constantFrom(0, 127, 128, 16383, 16384, 2 ** 32 - 1, 2 ** 32, 2 ** 49, 2 ** 53),
  );
  fc.assert(
    fc.property(value, (n) => {
      const end = putVarint(buf, 3, n);
      expect(end).toBe(3 + varintLength(n));
      let back = 0n;
      for (let at = 3; at < end; at++) {
        expect(buf[at] >= 128).toBe(at < end - 1);
        back = (back << 7n) | BigInt(buf[at] & 127);
      }
      expect(back).toBe(BigInt(n));
      expect(end === 4 || buf[3] !== 128).toBe(true);
    }),
  );
});
