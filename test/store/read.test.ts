// What commands ask a store: reports, pins, events, SQL; of one trace and of several.
import * as fs from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CheckReport } from '../../src/contract/report.ts';
import { check } from '../../src/engine/check.ts';
import { ingest } from '../../src/engine/ingest.ts';
import { StoredReading } from '../../src/engine/reading/stored-reading.ts';
import { rerun } from '../../src/engine/rerun.ts';
import { type EventRange, readEvents } from '../../src/store/events.ts';
import { rebuilt, stackOf } from '../../src/store/lines.ts';
import { openStore, type Store } from '../../src/store/open.ts';
import { runQuery } from '../../src/store/query.ts';
import { readPins } from '../../src/store/read-pins.ts';
import { listTraces, readMeta, readReport } from '../../src/store/report.ts';
import { readLines } from './plain-loader.ts';
import { HEADER, line, plain, scratch } from './scratch.ts';

const fixture = (name: string) => join(import.meta.dirname, '../../fixtures', name, 'trace.txt.gz');
const STORY = fixture('5.10/odirect_read_swap.ft');
const OTHER = fixture('6.1/odirect_read_swap.ft-zram');
const STACKS = fixture('6.12/vmsplice_self_fork.ft-stack');

const { file, trace } = scratch();
const open: Store[] = [];
let store: Store;
let report: CheckReport;

beforeAll(async () => {
  report = await ingest([STORY, OTHER], { out: file('two.db'), meta: { version: '1.2.3' } });
  store = openStore(file('two.db'));
  open.push(store);
  return () => {
    for (const one of open) one.close();
  };
});

describe('several traces in one store', () => {
  it('make one report, as `check` of all of them does', async () => {
    const checked = plain(await check([STORY, OTHER]));
    expect(plain(report)).toEqual(checked);
    expect(plain(readReport(store))).toEqual(checked);
    expect(plain(await rerun(store.path))).toEqual(checked);
  });

  it('know their sources', () => {
    expect(listTraces(store).map((t) => [t.id, t.path, t.compression, t.sha256?.length])).toEqual([
      [0, STORY, 'gzip', 64],
      [1, OTHER, 'gzip', 64],
    ]);
    expect(readMeta(store).get('version')).toBe('1.2.3');
  });

  it('share the tables of their events, each with its own places', () => {
    const [first, second] = report.traces;
    expect([...readEvents(store, { trace: 0 })]).toHaveLength(first.events);
    expect([...readEvents(store)]).toHaveLength(first.events + second.events);
    const [event] = readEvents(store, { trace: 1, limit: 1 });
    expect([event.trace, event.offset < 100_000]).toEqual([1, true]);
  });
});

describe('findings', () => {
  it('are stored whole, with their evidence word for word', () => {
    const [finding] = report.findings;
    const stored = readReport(store).findings[0];
    expect(JSON.parse(JSON.stringify(stored))).toEqual(JSON.parse(JSON.stringify(finding)));
    const { evidence } = stored;
    const lines = readLines(STORY);
    expect(evidence.map(({ text }) => text)).toEqual(evidence.map((e) => lines[e.line - 1]));
  });
});

describe('pins', () => {
  it('have a life, and the finding about it', () => {
    const [pin] = readPins(store).filter(({ finding }) => finding === 1);
    const { time, ...said } = report.findings[0].pin;
    expect(pin).toMatchObject({ ...said, from: time, state: 'released', trace: 0, finding: 1 });
    expect(pin.steps.map(({ role }) => role)).toContain('copy');
  });
});

describe('events', () => {
  const found = (range: EventRange) => [...readEvents(store, range)];

  it('come in the order of the trace', () => {
    const ids = found({ trace: 0 }).map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(ids).toHaveLength(report.traces[0].events);
  });

  it('by name, after an event, up to a number', () => {
    const all = found({ trace: 0 });
    const wanted = all.filter(({ event }) => event === 'gup_fast' || event === 'wp_fault');
    const events = ['gup_fast', 'wp_fault', 'no_such_event'];
    expect(found({ trace: 0, events })).toEqual(wanted);
    expect(found({ trace: 0, events, afterId: wanted[0].id, limit: 2 })).toEqual(wanted.slice(1, 3));
  });
});

describe('lines', () => {
  it('are rebuilt when the trace is gone, and this is stated', async () => {
    const copy = trace('copy.txt', readLines(STORY).join('\n'));
    await ingest([copy], { out: file('gone.db') });
    const gone = openStore(file('gone.db'));
    open.push(gone);
    const [stored] = listTraces(gone);
    const events = [...readEvents(gone, { limit: 400 })].filter(({ at }) => at !== '');
    const offsets = events.map(({ offset }) => offset);
    const reading = new StoredReading(gone, stored);
    const verbatim = await reading.lines(offsets);
    expect(reading.rebuilt).toBe(false);
    fs.appendFileSync(copy, 'more\n');
    const again = await reading.lines(offsets);
    expect(reading.rebuilt).toBe(true);
    // only irq-info and blanks differ
    const bare = (text = '') => text.replace(/(\[\d+\]) .{4,5} +/, '$1 ').replace(/ +/g, ' ');
    for (const offset of offsets) expect(bare(again.get(offset)?.text)).toBe(bare(verbatim.get(offset)?.text));
    // what findings quote is in the store
    const judged = await rerun(file('gone.db'));
    expect(judged.findings[0].evidence.map((e) => e.text)).toEqual(report.findings[0].evidence.map((e) => e.text));
    expect(rebuilt(events[0], stored)).toContain(events[0].event);
  });

  it('of a call chain belong to the event before', async () => {
    await ingest([STACKS], { out: file('stacks.db') });
    const stacks = openStore(file('stacks.db'));
    open.push(stacks);
    const lines = readLines(STACKS);
    const [event] = [...readEvents(stacks, { limit: 200 })].filter((e) => stackOf(stacks, e).length > 0);
    const chain = stackOf(stacks, event);
    expect(chain).toEqual(lines.slice(event.line, event.line + chain.length).map((text) => text));
    expect(chain.at(-1)).toMatch(/=> /);
  });
});

describe('rules on a store', () => {
  it('can be told another kernel', async () => {
    const other = await rerun(file('two.db'), { kernel: '6.12' });
    expect(other.traces.map(({ era, eraFrom }) => [era, eraFrom])).toEqual([
      ['6.12', 'given'],
      ['6.12', 'given'],
    ]);
    expect(plain(other)).toEqual(plain(await check([STORY, OTHER], { kernel: '6.12' })));
  });

  it('run again after events were lost', async () => {
    const text = `${HEADER}${line('fault: mm=0xffff8dd4c1061dc0 addr=0x40d9d0')}CPU:1 [LOST 23 EVENTS]\nnonsense\n${line('fault: mm=0xffff8dd4c1061dc0 addr=0x40d9d0', 2)}`;
    const path = trace('lost.txt', text);
    const saved = await ingest([path], { out: file('lost.db') });
    expect(plain(await rerun(file('lost.db')))).toEqual(plain(saved));
    expect(saved.traces[0].losses).toHaveLength(2);
  });
});

describe('SQL', () => {
  const all = (sql: string) => [...runQuery(store, sql).rows];

  it('has hex64() and pfn()', () => {
    expect(all('select hex64(-1), hex64(null), hex64(255)')).toEqual([['0xffffffffffffffff', null, '0xff']]);
    const { pfn } = report.findings[0].pin;
    expect(all('select distinct hex64(pfn(page)) from finding where n = 1')).toEqual([[pfn]]);
    expect(all('select pfn(page, trace) = pfn from finding where n = 1')).toEqual([[1]]);
  });

  it('keeps 64 bits and names the columns', () => {
    const { columns, rows } = runQuery(store, 'select pte as entry, 1 as one from ev_wp_fault limit 1');
    expect(columns).toEqual(['entry', 'one']);
    expect([...rows][0].map((cell) => typeof cell)).toEqual(['bigint', 'number']);
  });

  it('says what is wrong with a statement', () => {
    expect(() => all('select * from nowhere')).toThrow(/no such table: nowhere/);
    expect(() => all('delete from trace')).toThrow(/read-only/);
    expect(() => all('select 1; select 2')).toThrow(/one statement/);
    expect(() => all('selekt')).toThrow(/SQL: near "selekt"/);
  });
});
