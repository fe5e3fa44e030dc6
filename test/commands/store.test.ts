// Why: a trace read once into a store says the same as the trace itself, and a store is whole or not there.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckReport } from '../../src/contract/report.ts';
import type { IngestSummary } from '../../src/report/terminal/ingest.ts';
import { bin, fixture, LOOK_ALIKE, pindrift, root, STORY, scratch } from './run.ts';

const { clean, dir, file } = scratch();
afterAll(clean);

const store = file('story.db');
beforeAll(() => {
  expect(pindrift(['ingest', STORY, '-o', store, '-q'])).toEqual({ status: 0, stdout: '', stderr: '' });
});

describe('ingest', () => {
  it('ends with a table of what is in the store', () => {
    const { status, stderr, stdout } = pindrift(['ingest', STORY, '-o', file('table.db')]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/\n +\d+ {2}wp_copy\n/);
    expect(stdout).toContain('nothing lost');
    expect(stdout).toContain('violated, 1 finding');
  });

  it('of several traces says which rules could be decided in each, and which in some', () => {
    const { stdout } = pindrift(['ingest', STORY, LOOK_ALIKE, '-o', file('decided.db')]);
    const [, all, more] = /^(\d+) of \d+ rules can be decided in every trace, (\d+) more in some /m.exec(stdout) ?? [];
    expect(Number(all)).toBeGreaterThan(0);
    expect(Number(more)).toBeGreaterThan(0);
  });

  it('--json: every event is in one of the tables', () => {
    const summary: IngestSummary = JSON.parse(
      pindrift(['ingest', STORY, LOOK_ALIKE, '-o', file('two.db'), '--json']).stdout,
    );
    expect(summary.traces.map(({ path }) => path)).toEqual([STORY, LOOK_ALIKE]);
    const stored = summary.events.reduce((sum, { events }) => sum + events, 0);
    expect(stored).toBe(summary.traces.reduce((sum, { events }) => sum + events, 0));
    const db = new Database(file('two.db'), { readonly: true });
    for (const { events, table } of summary.events) {
      expect(db.prepare(`select count(*) from "${table}"`).pluck().get()).toBe(events);
    }
    db.close();
  });

  it('--no-check: events only, and the rules run on request', () => {
    const out = file('unchecked.db');
    const { status, stderr, stdout } = pindrift(['ingest', '--no-check', STORY, '-o', out]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('not checked');
    expect(stdout).not.toContain(' pins');
    expect(pindrift(['report', out, '--json'])).toEqual(pindrift(['report', store, '--json']));
    expect(pindrift(['show', out, '1']).stdout).toBe(pindrift(['show', store, '1']).stdout.replaceAll(store, out));
    const pins = pindrift(['pins', out]);
    expect(pins.status).toBe(2);
    expect(pins.stderr).toContain('--no-check');
  });

  it('report: several stores are one report, and each trace keeps what it could not decide', () => {
    const other = file('other.db');
    pindrift(['ingest', LOOK_ALIKE, '-o', other, '-q']);
    const { status, stdout } = pindrift(['report', store, other, '--json']);
    expect(status).toBe(1);
    const { findings, rules, traces, verdict } = JSON.parse(stdout) as CheckReport;
    expect({ verdict, paths: traces.map(({ path }) => path) }).toEqual({
      verdict: 'violated',
      paths: [STORY, LOOK_ALIKE],
    });
    expect(findings.map(({ n, trace }) => [n, trace])).toEqual([[1, 0]]);
    const both = JSON.parse(pindrift(['check', STORY, LOOK_ALIKE, '--json']).stdout) as CheckReport;
    const said = (all: CheckReport['rules']) =>
      all.map(({ id, undecidedIn, verdict }) => ({ id, undecidedIn, verdict }));
    expect(said(rules)).toEqual(said(both.rules));
  });

  it('does not replace a store that is there, until it is told to, and another file never', () => {
    const there = file('there.db');
    expect(pindrift(['ingest', STORY, '-o', there, '-q']).status).toBe(0);
    const { status, stderr } = pindrift(['ingest', STORY, '-o', there]);
    expect(status).toBe(2);
    expect(stderr).toContain('--force');
    expect(pindrift(['ingest', STORY, '-o', there, '--force', '-q']).status).toBe(0);
    writeFileSync(there, 'precious');
    expect(pindrift(['ingest', STORY, '-o', there, '--force']).status).toBe(2);
    expect(readFileSync(there, 'utf8')).toBe('precious');
  });

  it('never writes over the trace', () => {
    copyFileSync(`${root}/${STORY}`, file('trace.gz'));
    const { status, stderr } = pindrift(['ingest', file('trace.gz'), '-o', file('trace.gz'), '--force']);
    expect(status).toBe(2);
    expect(stderr).toContain('the trace itself');
  });
});

describe('check --save', () => {
  it('judges as check does, and leaves a store that says the same', () => {
    expect(pindrift(['check', STORY, '--save', file('saved.db'), '--json'])).toEqual(
      pindrift(['check', STORY, '--json']),
    );
    expect(pindrift(['report', file('saved.db'), '--json'])).toEqual(pindrift(['check', STORY, '--json']));
  });
});

describe('report', () => {
  it.each(['pretty', 'json', 'text', 'csv', 'markdown'])('says what check said, as %s', (format) => {
    expect(pindrift(['report', store, '--report', format])).toEqual(pindrift(['check', STORY, '--report', format]));
  });

  it('--format is another name of --report where no trace is read', () => {
    expect(pindrift(['report', store, '--format', 'json'])).toEqual(pindrift(['report', store, '--json']));
  });
});

describe('show', () => {
  it('prints the story of a finding, from a store or from a trace', () => {
    const told = pindrift(['show', store, '1']);
    expect(told).toMatchObject({ status: 0, stderr: '' });
    expect(told.stdout).toContain('◀ drift');
    expect(told.stdout).toContain('328 |');
    expect(pindrift(['show', STORY, '1'])).toEqual(told);
  });

  it('--context shows the lines around each step', () => {
    const lines = (stdout: string) => stdout.split('\n').filter((line) => /^ +\d+ \| /.test(line)).length;
    const bare = pindrift(['show', store, '1']);
    const wide = pindrift(['show', store, '1', '-C', '2']);
    expect(wide).toMatchObject({ status: 0, stderr: '' });
    expect(lines(wide.stdout)).toBeGreaterThan(lines(bare.stdout) + 10);
    expect(pindrift(['show', STORY, '1', '-C', '2'])).toEqual(wide);
  });

  it('--context without the trace: a message, and the story without context', () => {
    copyFileSync(`${root}/${STORY}`, file('moved.gz'));
    pindrift(['ingest', 'moved.gz', '-o', 'moved.db', '-q'], { cwd: dir });
    copyFileSync(`${root}/${LOOK_ALIKE}`, file('moved.gz'));
    const { status, stderr, stdout } = pindrift(['show', 'moved.db', '1', '-C', '1'], { cwd: dir });
    expect(status).toBe(0);
    expect(stderr).toBe('pindrift: warning: no context: moved.gz is missing or has changed\n');
    expect(stdout).toContain('◀ drift');
  });

  it.each([
    ['99', 'no finding 99: there is 1'],
    ['0', 'is neither the number of a finding nor of a record'],
    ['one', 'is neither the number of a finding nor of a record'],
  ])('a number that is none: %s', (n, what) => {
    const { status, stderr, stdout } = pindrift(['show', store, n]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(what);
  });
});

describe('what is not a store', () => {
  it.each<[string, string, string | RegExp]>([
    ['a trace', STORY, /not an SQLite database.*\n.*pindrift check/],
    ['nothing', 'no/such.db', 'no such file'],
    ['a directory', '.', 'directory'],
  ])('%s', (_name, path, what) => {
    const { status, stderr, stdout } = pindrift(['report', path]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(what);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('an empty file', () => {
    writeFileSync(file('empty.db'), '');
    expect(pindrift(['report', file('empty.db')]).stderr).toContain('empty');
  });

  it('a database of another program, and a store of a newer pindrift', () => {
    const db = new Database(file('foreign.db'));
    db.exec('create table t (x)');
    db.close();
    expect(pindrift(['report', file('foreign.db')])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('not a pindrift store'),
    });
    copyFileSync(store, file('newer.db'));
    const newer = new Database(file('newer.db'));
    newer.pragma('user_version = 999');
    newer.close();
    expect(pindrift(['show', file('newer.db')])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('newer pindrift'),
    });
  });

  it('a store that was cut', () => {
    writeFileSync(file('cut.db'), readFileSync(store).subarray(0, 50_000));
    const { status, stderr } = pindrift(['report', file('cut.db')]);
    expect(status).toBe(2);
    expect(stderr).toContain('damaged');
  });
});

describe('nothing half-written', () => {
  it.skipIf(process.platform !== 'linux')('on a full disk', () => {
    const place = file('full');
    mkdirSync(place);
    const script = `trap '' XFSZ; ulimit -f 64; "${process.execPath}" "${bin}" ingest ${root}/${fixture('5.10/mixed.ft')} -o x.db`;
    const { status, stderr } = spawnSync('bash', ['-c', script], { cwd: place, encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^pindrift: .+\n( {2}try: .+\n)?$/);
    expect(readdirSync(place)).toEqual([]);
  });

  it('after Ctrl-C', async () => {
    const place = file('interrupted');
    mkdirSync(place);
    const args = ['ingest', fixture('5.10/big-base'), '-o', `${place}/x.db`];
    const child = spawn(process.execPath, [bin, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'close');
    while (readdirSync(place).length === 0 && child.exitCode === null) await wait(5);
    child.kill('SIGINT');
    const [status, signal] = await ended;
    expect({ status, signal }).toEqual({ status: null, signal: 'SIGINT' });
    expect(readdirSync(place)).toEqual([]);
  });

  it('when none of the traces is one', () => {
    expect(pindrift(['ingest', `${root}/package.json`, `${root}/README.md`, '-o', file('broken.db')]).status).toBe(2);
    expect(existsSync(file('broken.db'))).toBe(false);
    expect(readdirSync(dir).filter((name) => name.includes('broken'))).toEqual([]);
  });
});
