// SQL that a user typed: what comes back in each form, and what is said when it is wrong.
import { Readable } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { placeIn, pointedAt } from '../../src/commands/shared/query-place.ts';
import { ask, sqlOf } from '../../src/commands/shared/query-run.ts';
import { withStore } from '../../src/commands/shared/stored.ts';
import { painter } from '../../src/report/shared/paint.ts';
import { answerText, type QueryFormat } from '../../src/report/terminal/query.ts';
import { evilCapture, joined, SWAP, store, UNSAFE, widest } from './captures.ts';

let path: string;
beforeAll(async () => {
  path = await store('query.db', SWAP, evilCapture());
});

const plain = painter(false);
const query = (sql: string, format: QueryFormat = 'csv', width?: number): string =>
  withStore(path, (open) => joined(answerText(ask(open, sql), format, { paint: plain, width })));

describe('forms', () => {
  it('CSV has a line of names, and quotes what needs it', () => {
    expect(query(`select 1 as a, 'x,"y' as "b c", null as d`)).toBe('a,b c,d\n1,"x,""y",\n');
  });

  it('integers are exact in all of them', () => {
    const sql = 'select 9007199254740993 as big, -9223372036854775808 as least, 7 as small';
    expect(query(sql)).toBe('big,least,small\n9007199254740993,-9223372036854775808,7\n');
    expect(query(sql, 'table')).toContain('9007199254740993');
    expect(JSON.parse(query(sql, 'json'))).toEqual([
      { big: '9007199254740993', least: '-9223372036854775808', small: 7 },
    ]);
  });

  it('JSON is one array, NDJSON one object a line; no rows are an empty array', () => {
    const sql = 'select n, rule from finding where trace = 0';
    const [row] = JSON.parse(query(sql, 'json'));
    expect(row).toEqual({ n: 1, rule: 'swapin-cow-under-pin' });
    expect(JSON.parse(query(sql, 'ndjson'))).toEqual(row);
    expect(query('select 1 where 0', 'json')).toBe('[]\n');
    expect(query('select 1 where 0', 'ndjson')).toBe('');
    expect(query('select 1 as a where 0')).toBe('a\n');
  });

  it('columns of the same name are all there', () => {
    expect(JSON.parse(query('select 1 as a, 2 as a, 3 as a', 'json'))).toEqual([{ a: 1, 'a:1': 2, 'a:2': 3 }]);
  });

  it('bytes that are not text are shown as such', () => {
    expect(query("select x'41ff00' as b")).toBe('b\nA\\xff\\x00\n');
  });

  it.each([80, 160])('a table fits %i columns, numbers to the right', (width) => {
    const text = query(
      'select line, time, comm, event, args from event where line between 590 and 599',
      'table',
      width,
    );
    expect(widest(text)).toBeLessThanOrEqual(width);
    expect(text.split('\n')[0]).toMatch(/^line {2}time/);
  });

  it('a table in a pipe cuts nothing', () => {
    expect(query(`select '${'x'.repeat(300)}' as long`, 'table')).toContain('x'.repeat(300));
  });

  it('a table of many rows begins before the last is read', () => {
    const sql = 'with recursive n(i) as (select 1 union all select i + 1 from n limit 2000) select i from n';
    expect(query(sql, 'table').trimEnd().split('\n')).toHaveLength(2001);
  });
});

describe('helpers', () => {
  it('hex64 and pfn print as the kernel does', () => {
    expect(query('select hex64(addr), hex64(pfn(page)), hex64(page) from pin where trace = 0')).toContain(
      '0x7f02b2792000,0x7fb7d,0xfffff334c1fedf40',
    );
    expect(query('select count(*) as n from pin where page = 0xfffff334c1fedf40')).toBe('n\n2\n');
  });

  it('- reads standard input', async () => {
    expect(await sqlOf('-', Readable.from(['select 1']))).toBe('select 1');
    await expect(sqlOf('-', Readable.from([' \n']))).rejects.toThrow('no SQL');
  });
});

describe('what a trace says stays text', () => {
  it.each(['table', 'csv', 'json', 'ndjson'] as const)('%s', (format) => {
    const text = query('select distinct comm from event where trace = 1', format);
    expect(text).toMatch(/=1\+1(\\x07|\\u0007)/);
    expect(text).not.toMatch(UNSAFE);
    if (format === 'csv') expect(text).toContain(`\n"'=1+1`);
  });
});

describe('an error is reported with its place', () => {
  it.each([
    ['select * fro pin', 'near "fro": syntax error at 1:10\nselect * fro pin\n         ^'],
    ['select a,\n  b\nfrom pin', 'no such column: a at 1:8\nselect a,\n       ^'],
    ["select 'nope', nope\nfrom pin", "no such column: nope at 1:16\nselect 'nope', nope\n               ^"],
    ['select 1\nfrom nope', 'no such table: nope at 2:6\nfrom nope\n     ^'],
    ['select 1 from pin where', 'incomplete input at 1:24'],
    ['select fro, fro fro fro from pin', 'near "fro": syntax error at 1:21'],
  ])('%s', (sql, message) => {
    expect(() => query(sql)).toThrow(message);
  });

  it('a statement that changes something, several, and none', () => {
    expect(() => query('delete from pin')).toThrow('read-only');
    expect(() => query('pragma query_only = 0')).toThrow('read-only');
    expect(() => query('select 1; select 2')).toThrow('one statement at a time');
    expect(() => query('select 1 where ?')).toThrow('parameter');
  });

  it('shows the part of a long line around the place', () => {
    const sql = `select ${'1, '.repeat(100)}2 fro pin`;
    const { lines, place } = pointedAt(sql, sql.indexOf('fro'));
    expect(place).toBe('1:310');
    expect(lines[0]?.length).toBeLessThanOrEqual(70);
    expect(lines[0]?.slice(lines[1]?.indexOf('^'))).toMatch(/^fro/);
  });

  it('no place rather than a wrong one', () => {
    expect(placeIn('select 1', 'SQL: something else', () => undefined)).toBeUndefined();
  });
});
