// What is no store says so, and what to try; an ingest that does not end well leaves nothing behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { ingest } from '../../src/engine/ingest.ts';
import { openStore } from '../../src/store/open.ts';
import { readRecords } from '../../src/store/replay.ts';
import { readReport } from '../../src/store/report.ts';
import { SCHEMA_VERSION, USUAL_VERSION } from '../../src/store/schema.ts';
import { InputError } from '../../src/util/errors.ts';
import { HEADER, line, rows, scratch } from './scratch.ts';

const { dir, file, store, trace } = scratch();
const small = HEADER + line('a: x=1');

function errorOf(work: () => unknown): InputError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error as InputError;
  }
  throw new Error('nothing was thrown');
}

const rejected = async (work: Promise<unknown>): Promise<InputError> => {
  const error = await work.then(
    () => new Error('nothing was thrown'),
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  return error;
};

describe('opening', () => {
  it('a missing file', () => {
    expect(errorOf(() => openStore(file('none.db'))).message).toBe('no such file');
  });

  it('a folder, an empty file, standard input', () => {
    expect(errorOf(() => openStore(dir)).message).toBe('this is a directory');
    expect(errorOf(() => openStore(trace('empty.db', ''))).message).toBe('this file is empty');
    expect(errorOf(() => openStore('-')).message).toContain('standard input');
  });

  it('a trace', () => {
    expect(errorOf(() => openStore(trace('text.db', small.repeat(100)))).message).toBe(
      'this is not an SQLite database',
    );
  });

  it('somebody else\u2019s database', () => {
    const db = new Database(file('other.db'));
    db.exec('create table t (x)');
    db.close();
    expect(errorOf(() => openStore(file('other.db'))).message).toContain('not a pindrift store');
  });

  it('a store of a newer pindrift', async () => {
    const out = await store(small);
    const db = new Database(out);
    db.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
    db.close();
    const error = errorOf(() => openStore(out));
    expect(error.message).toContain(`schema ${SCHEMA_VERSION + 1}`);
    expect(error.tryThis).toContain('update pindrift');
  });

  it('a store of an older pindrift: all but the records of its rules', async () => {
    const out = await store(
      HEADER + line('fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff9fc2c1061540 addr=0x40d9d0 flags=0x354'),
    );
    const db = new Database(out);
    db.pragma('user_version = 1');
    db.close();
    const opened = openStore(out);
    expect(opened.db.pragma('user_version', { simple: true })).toBe(USUAL_VERSION);
    expect(readReport(opened).traces).toHaveLength(1);
    expect(errorOf(() => [...readRecords(opened, 0)]).message).toContain('rules cannot run again');
    opened.close();
  });

  it('a store of a pindrift that knew other events: its records have other numbers, or lack some', async () => {
    const out = await store(
      HEADER + line('fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff9fc2c1061540 addr=0x40d9d0 flags=0x354'),
    );
    for (const sql of [
      "update meta set value = 'x' where key = 'vocabulary'",
      "delete from meta where key = 'vocabulary'",
    ]) {
      const db = new Database(out);
      expect(db.prepare(sql).run().changes).toBe(1);
      db.close();
      const opened = openStore(out);
      expect(readReport(opened).traces).toHaveLength(1);
      expect(errorOf(() => [...readRecords(opened, 0)]).message).toContain('made by an older pindrift');
      opened.close();
    }
  });

  it('a store that was cut or damaged', async () => {
    const out = await store(HEADER + Array.from({ length: 2000 }, (_, i) => line(`a: x=${i}`)).join(''));
    const whole = fs.readFileSync(out);
    fs.truncateSync(out, whole.length - 40_000);
    expect(errorOf(() => openStore(out)).message).toBe('this store is damaged');
    // the pages of events stand behind those of the schema
    fs.writeFileSync(out, whole.fill(0xff, whole.length / 2, whole.length - 50_000));
    const opened = openStore(out);
    const error = errorOf(() =>
      opened.guard(() => opened.db.pragma('quick_check') && opened.db.exec('select sum(x) from ev_a')),
    );
    expect(error.tryThis).toContain('pindrift ingest');
    opened.close();
  });

  it('a store nobody may write to', async () => {
    const out = await store(small);
    fs.chmodSync(out, 0o444);
    const opened = openStore(out);
    expect(readReport(opened).traces).toHaveLength(1);
    opened.close();
  });
});

describe('an ingest', () => {
  const folder = () => fs.readdirSync(dir).sort();

  it('does not replace a store unless told to', async () => {
    const there = await store(small);
    const before = fs.readFileSync(there);
    expect((await rejected(ingest([trace('t', small)], { out: there }))).tryThis).toContain('--force');
    expect(fs.readFileSync(there)).toEqual(before);
    await ingest([trace('t', small + line('a: x=2'))], { out: there, force: true });
    expect(rows(there, 'select count(*) from event')).toEqual([[2n]]);
  });

  it('replaces an empty file if told to', async () => {
    const there = trace('empty.db', '');
    await ingest([trace('t', small)], { out: there, force: true });
    expect(rows(there, 'select count(*) from event')).toEqual([[1n]]);
  });

  it('never replaces what is not a store: another capture, a program, the database of another program', async () => {
    const theirs = new Database(file('theirs.db'));
    theirs.exec('create table t(x)');
    theirs.close();
    for (const there of [trace('other.txt', small), trace('short', 'x'), file('theirs.db')]) {
      const before = fs.readFileSync(there);
      expect((await rejected(ingest([trace('t', small)], { out: there }))).tryThis).toBe('use another name');
      const forced = await rejected(ingest([trace('t', small)], { out: there, force: true }));
      expect(forced.message).toContain('not a pindrift store');
      expect(forced.tryThis).toContain('another name');
      expect(fs.readFileSync(there)).toEqual(before);
    }
  });

  it('never replaces the trace', async () => {
    const path = trace('itself', small);
    expect((await rejected(ingest([path], { out: path, force: true }))).message).toContain('the trace itself');
    expect(fs.readFileSync(path, 'utf8')).toBe(small);
  });

  it('into a missing folder, below a file, or in place of a folder', async () => {
    const path = trace('t', small);
    expect((await rejected(ingest([path], { out: file('no/such/x.db') }))).message).toContain(
      'the directory for this file does not exist',
    );
    expect((await rejected(ingest([path], { out: dir }))).message).toContain('this is a directory');
    expect((await rejected(ingest([path], { out: '-' }))).message).toContain('standard output');
  });

  it('of something that is not a trace leaves nothing', async () => {
    const [headers, words] = [trace('headers', HEADER), trace('words', 'these are words\n')];
    const files = folder();
    await rejected(ingest([headers], { out: file('x.db') }));
    await rejected(ingest([trace('t', small), words], { out: file('x.db') }));
    expect(folder()).toEqual(files);
  });

  it('without enough space says so and leaves nothing', async () => {
    const path = trace('wide', HEADER + line('a: x=1').repeat(20_000));
    const files = folder();
    // a limit on the size of files stands in for a full disk
    const child = spawn('bash', ['-c', `ulimit -f 400; exec "$0" "$@"`, ...node(path, file('full.db'))], options);
    const [out] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    expect(out).toContain('too large');
    expect(folder()).toEqual(files);
  });

  it('that is interrupted leaves nothing behind', async () => {
    const path = trace('long', HEADER + line('a: x=1').repeat(400_000));
    const files = folder();
    const [program, ...args] = node(path, file('cut.db'));
    const child = spawn(program, args, options);
    await once(child.stdout, 'data');
    await wait(20);
    child.kill('SIGINT');
    const [code, signal] = await once(child, 'exit');
    expect([code, signal]).toEqual([null, 'SIGINT']);
    expect(folder()).toEqual(files);
  });
});

const options = {
  cwd: join(import.meta.dirname, '../..'),
  stdio: ['ignore', 'pipe', 'inherit'] as ['ignore', 'pipe', 'inherit'],
};

/** A process of its own that ingests, prints a dot now and then, and at the end the error if there is one. */
function node(path: string, out: string): string[] {
  const program = `import { ingest } from './src/engine/ingest.ts';
    const options = { out: ${JSON.stringify(out)}, onProgress: () => process.stdout.write('.') };
    await ingest([${JSON.stringify(path)}], options).catch((error) => process.stdout.write(error.message));`;
  return [process.execPath, '--import', 'tsx', '--input-type=module', '-e', program];
}
