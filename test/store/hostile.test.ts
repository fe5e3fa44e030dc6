// A trace is text that somebody else wrote. Whatever its events, arguments and tasks are called, a store is made, holds
// all of it, answers SQL, and nothing of it is ever taken for SQL.
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { checkOne } from '../../src/engine/check.ts';
import { ingest } from '../../src/engine/ingest.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { readEvents } from '../../src/store/events.ts';
import { openStore } from '../../src/store/open.ts';
import { listEventTypes } from '../../src/store/report.ts';
import { expectSame } from './same.ts';
import { HEADER, line, rows, scratch } from './scratch.ts';
import { sqlWriter } from './sql-writer.ts';

const { file, store, trace } = scratch();

/** Both writers, which must agree; the path of one. */
async function both(text: string | Uint8Array): Promise<string> {
  const pages = await store(text);
  const sql = await store(text, { writer: sqlWriter, rules: [] });
  const same = await store(text, { rules: [] });
  const db = new Database(sql);
  const source = rows(same, 'select path, mtime_ms, head, info from trace')[0];
  db.prepare('update trace set path = ?, mtime_ms = ?, head = ?, info = ?').run(...(source as string[]));
  db.close();
  expectSame(same, sql);
  return pages;
}

describe('event names', () => {
  it('that differ only in case, are SQL, or are names of our tables get tables of their own', async () => {
    const names = ['Fault', 'fault', 'FAULT', 'select', 'event', 'trace', 'pin', 'ev_fault', 'sqlite_master', 'order'];
    const out = await both(HEADER + names.map((name, i) => line(`${name}: x=${i}`)).join(''));
    const opened = openStore(out);
    expect(
      listEventTypes(opened)
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...names].sort());
    expect([...readEvents(opened)].map((e) => [e.event, e.args[0].value])).toEqual(names.map((n, i) => [n, BigInt(i)]));
    for (const { view } of listEventTypes(opened)) {
      expect(rows(out, `select count(*) from "${view}"`)).toEqual([[1n]]);
    }
    opened.close();
    expect(rows(out, 'select count(*) from event')).toEqual([[BigInt(names.length)]]);
  });

  it('more than any kernel has share a type, and keep their names', { timeout: 60_000 }, async () => {
    const others = Array.from({ length: 10_000 }, (_, i) => line(`ev${i}: (func${i}+0x4/0x180) x=${i}`));
    const known = (name: string) => line(`${name}: (folio_add_new_anon_rmap+0x0/0x180) page=0xffffea0001000000`);
    const text = HEADER + known('a') + others.join('') + known('b') + known('c');
    const { types } = await checkOne(memoryInput('names', Buffer.from(text)), 0, {});
    expect(types.length).toBeLessThan(9000);
    expect(types.reduce((sum, { count }) => sum + count, 0)).toBe(10_003);
    expect(types.filter(({ fn }) => fn > 0).map(({ name, count }) => [name, count])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    const out = await store(text, { rules: [] });
    expect(rows(out, `select name, extra from ev_more_events where name in ('ev9999', 'c')`)).toEqual([
      ['ev9999', expect.stringContaining('x=9999')],
      ['c', expect.stringContaining('page=')],
    ]);
  });

  it('with a NUL, long after the part of the file that decides its format', async () => {
    const out = await both(HEADER + line('fault: x=1').repeat(2000) + line("swap\0'in: x=2"));
    expect(rows(out, `select event from event where args = 'x=2'`)).toEqual([["swap\0'in"]]);
  });

  it('with quotes, semicolons and everything else are data', async () => {
    const csv = trace(
      'names.csv',
      [
        'time,cpu,comm,pid,event,"a""; drop table trace; --",x y',
        `1.0,0,"x'); drop table task; --",1,"ev""il'; drop table event; --",1,2`,
        '1.1,0,"\u00fc\u4e2d",2,ev\u00fc,3,4',
        '',
      ].join('\n'),
    );
    await ingest([csv], { out: file('names.db') });
    const out = file('names.db');
    expect(rows(out, 'select event from event order by id').map(([e]) => e)).toHaveLength(2);
    expect(rows(out, 'select count(*) from trace')).toEqual([[1n]]);
    expect(rows(out, 'select name from event_type order by id')).toEqual([
      ['ev"il\'; drop table event; --'],
      ['evü'].map((s) => Buffer.from(s).toString('latin1')),
    ]);
    expect(rows(out, 'select comm from task order by id')).toEqual([["x'); drop table task; --"], ['ü中']]);
    for (const [name] of rows(out, "select name from sqlite_schema where name like 'ev!_%' escape '!'")) {
      expect(name).toMatch(/^ev_\w+$/);
    }
  });

  it('are as many as they like', async () => {
    const names = Array.from({ length: 1200 }, (_, i) => `sys_enter_${i}`);
    const out = await store(HEADER + names.map((name) => line(`${name}: nr=1`)).join(''));
    expect(rows(out, 'select count(*), count(distinct event) from event')).toEqual([[1200n, 1200n]]);
    expect(rows(out, 'select count(*) from arg')).toEqual([[1200n]]);
    expect(rows(out, 'select args from event where event = ?'.replace('?', "'sys_enter_1199'"))).toEqual([['nr=1']]);
  });

  // 2,048 tables are made: seconds, and more where all cores are busy
  it('beyond the number of tables share one, with their arguments as text', async () => {
    const names = Array.from({ length: 2100 }, (_, i) => `e${i}`);
    const out = await store(HEADER + names.map((name) => line(`${name}: nr=1`)).join('') + line('e2099:'));
    expect(rows(out, 'select count(*) from event')).toEqual([[2101n]]);
    expect(rows(out, "select name, extra from ev_more_events where name = 'e2099'")).toEqual([
      ['e2099', 'nr=1'],
      ['e2099', null],
    ]);
  }, 60_000);
});

describe('argument names', () => {
  it('that are columns of ours, or differ only in case, keep their key', async () => {
    const keys = ['id', 'ts', 'pid', 'comm', 'rowid', 'X', 'x', 'select', 'extra', 'at', 'a.b', 'a[0]'];
    const out = await both(HEADER + line(`a: ${keys.map((key, i) => `${key}=${i}`).join(' ')}`));
    expect(rows(out, 'select key, value from arg order by position')).toEqual(
      keys.map((key, i) => [key, key === 'comm' ? String(i) : BigInt(i)]),
    );
    expect(rows(out, 'select pid, arg_pid from a')).toEqual([[133n, 2n]]);
  });

  it('may be given twice', async () => {
    const out = await both(HEADER + line('a: x=1 x=2') + line('a: x=3 x=4') + line('a: y=1 y=2'));
    expect(rows(out, 'select x, x_2, extra from ev_a order by id')).toEqual([
      [1n, 2n, null],
      [3n, 4n, null],
      [null, null, 'y=2'],
    ]);
  });

  it('that change in every line end in `extra`, not in a table of a million columns', async () => {
    const lines = Array.from({ length: 500 }, (_, i) => line(`a: key${i}=${i}`, 1 + i / 1000));
    const out = await both(HEADER + lines.join(''));
    expect(rows(out, 'select count(*) from event_column')).toEqual([[240n]]);
    expect(rows(out, 'select count(*) from ev_a where extra is not null')).toEqual([[260n]]);
    expect(rows(out, "select extra from ev_a where extra like 'key499%'")).toEqual([['key499=499']]);
  });
});

describe('bytes', () => {
  it('that are not UTF-8 are kept unchanged, and those that are can be read', async () => {
    const text = Buffer.concat([
      Buffer.from(HEADER),
      Buffer.from(line('a: x=1', 1, { comm: 'b\u00e4r' }), 'utf8'),
      Buffer.from(line('a: x=1', 1.1, { comm: 'b\u00e4r' }), 'latin1'),
      Buffer.from(line('open: path=\u00e9\u0001 n=1', 1.2), 'latin1'),
    ]);
    const out = await both(text);
    const [[utf8], [latin1]] = rows(out, 'select comm from a order by id');
    expect(utf8).toBe('bär');
    expect(latin1).toEqual(Buffer.from('b\u00e4r', 'latin1'));
    expect(rows(out, 'select path from ev_open')).toEqual([[Buffer.from('\u00e9\u0001', 'latin1')]]);
    const opened = openStore(out);
    expect([...readEvents(opened)].map((e) => e.comm)).toEqual([
      Buffer.from('bär').toString('latin1'),
      'b\u00e4r',
      'scn',
    ]);
    opened.close();
  });

  it('of a line longer than a page, or than a parser reads, are all there', async () => {
    const long = 'y'.repeat(100_000);
    const out = await both(
      `${HEADER}${line(`a: x=${long} n=7`)}${line(`b: ${long}`)}${'z'.repeat(3 << 20)}\n${line('a: x=1 n=8')}`,
    );
    expect(rows(out, 'select length(x), n from ev_a order by id')).toEqual([
      [100_000n, 7n],
      [1n, 8n],
    ]);
    expect(rows(out, 'select length(extra) from ev_b')).toEqual([[100_000n]]);
    expect(rows(out, "select reason, length(text) > 1000000 from other_line where kind = 'bad'")).toEqual([
      ['the line is longer than 1 MiB', 1n],
    ]);
  });
});

it('SQL of a user cannot change a store', async () => {
  const out = await store(HEADER + line('a: x=1'));
  const opened = openStore(out);
  for (const sql of ['delete from trace', 'create table t (x)', "attach 'x.db' as x", 'pragma query_only = 0']) {
    try {
      opened.db.exec(sql);
    } catch {}
  }
  expect(() => opened.db.exec('delete from trace')).toThrow(/readonly/);
  opened.close();
});
