// Why: a queue promises that nothing is lost and nothing is done twice; that holds only if it is tried with workers that die.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openQueue } from '../../src/fleet/queue.ts';
import { bin, pindrift, root, scratch } from '../commands/run.ts';
import { KINDS, makeCaptures, makePoison, POISON_RULE } from './captures.ts';
import { type CaptureSeen, capturesIn } from './results.ts';
import { SERVERS, type Server, until } from './servers.ts';

/** More, where somebody wants to wait for it. */
const CAPTURES = Number(process.env.PINDRIFT_FLEET_CAPTURES ?? 100);

const { clean, file } = scratch();
afterAll(clean);

describe.each(SERVERS)('a queue on $name', { timeout: 1_200_000 }, ({ name, start, there }) => {
  let server: Server;
  const workers: ChildProcess[] = [];
  beforeAll(async () => {
    if (there) server = await start();
  }, 120_000);
  afterAll(async () => {
    for (const worker of workers) worker.kill('SIGKILL');
    await server?.stop();
  });

  const work = (results: string, ...args: string[]): ChildProcess => {
    const all = ['fleet', 'work', '--queue', server.url, '-o', results, '--lock', '3', ...args];
    const worker = spawn(process.execPath, [bin, ...all], { cwd: root, stdio: 'ignore' });
    workers.push(worker);
    return worker;
  };
  const ended = (worker: ChildProcess) => new Promise((resolve) => worker.once('exit', resolve));

  it.runIf(there)('a worker that is killed loses nothing and doubles nothing', async () => {
    const [folder, results] = [file(`${name}-captures`), file(`${name}-results`)];
    const paths = makeCaptures(folder, CAPTURES);
    const submit = () => pindrift(['fleet', 'plan', folder, '--queue', server.url]).stderr;
    expect(submit()).toContain(`${CAPTURES} added to the queue, 0 already there`);
    expect(submit()).toContain(`0 added to the queue, ${CAPTURES} already there`);
    const first = work(results, '--jobs', '1');
    await until(() => existsSync(results) && readdirSync(results).some((one) => one.includes('captures')), 120);
    first.kill('SIGKILL');
    await ended(first);
    const second = work(results, '--jobs', '2', '--until-empty');
    expect(await ended(second)).toBe(0);
    const rows = await capturesIn(results);
    expect(new Set(rows.map(({ path }) => path)).size).toBe(CAPTURES);
    // what the first had written and not yet reported may have been done again; `fleet report` counts it once
    const report = JSON.parse(pindrift(['fleet', 'report', results, '--json']).stdout);
    expect(report.captures).toBe(CAPTURES);
    expectAsChecked(paths, rows);
    expect(submit()).toContain(`0 added to the queue, ${CAPTURES} already there`);
  });

  it.runIf(there)('a capture at which checks die is parked, and the worker goes on', async () => {
    const [folder, results, rule] = [file(`${name}-poison`), file(`${name}-poisoned`), file('poison.ts')];
    makeCaptures(folder, 4);
    makePoison(`${folder}/dies.gz`, 'dies');
    writeFileSync(rule, POISON_RULE);
    const rules = ['--queue-name', 'poison', '--rules', rule];
    pindrift(['fleet', 'plan', folder, '--queue', server.url, ...rules]);
    expect(await ended(work(results, '--until-empty', ...rules))).toBe(0);
    const rows = await capturesIn(results);
    expect(rows.map(({ status }) => status).sort()).toEqual(['checked', 'checked', 'checked', 'checked', 'fault']);
    const queue = await openQueue({ url: server.url, name: 'poison' });
    expect(await queue.counts()).toMatchObject({ completed: 4, failed: 1, waiting: 0, active: 0 });
    await queue.close();
  });

  it.runIf(there)('a worker that is told to stop finishes what it has in hand', async () => {
    const [folder, results] = [file(`${name}-stop`), file(`${name}-stopped`)];
    makeCaptures(folder, 30);
    pindrift(['fleet', 'plan', folder, '--queue', server.url, '--queue-name', 'stop']);
    const worker = work(results, '--queue-name', 'stop');
    const queue = await openQueue({ url: server.url, name: 'stop' });
    await until(async () => (await queue.counts()).active > 0);
    worker.kill('SIGTERM');
    expect(await ended(worker)).toBe(0);
    const { active, completed, failed } = await queue.counts();
    expect({ active, failed }).toEqual({ active: 0, failed: 0 });
    expect(completed === 0 ? 0 : (await capturesIn(results)).length).toBe(completed);
    await queue.close();
  });
});

describe('a queue that is not there', () => {
  it.each([
    ['redis://127.0.0.1:1', 'cannot be reached'],
    ['postgres://x:secret@127.0.0.1:1/x', 'postgres://x:***@127.0.0.1:1/x'],
    ['amqp://h', '--queue must be the address of a Redis or PostgreSQL server'],
  ])('%s is an error', { timeout: 60_000 }, (url, words) => {
    const { status, stderr } = pindrift(['fleet', 'work', '--queue', url, '-o', file('nowhere')]);
    expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining(words) });
    expect(stderr).not.toContain('secret');
  });
});

/** Every row says what `check` says of a capture of its kind. */
function expectAsChecked(paths: readonly string[], rows: readonly CaptureSeen[]): void {
  const checked = paths.slice(0, KINDS.length).map((path) => {
    const { findings, verdict } = JSON.parse(pindrift(['check', path, '--json']).stdout);
    return { verdict, fingerprints: findings.map(({ fingerprint }: { fingerprint: string }) => fingerprint) };
  });
  for (const { path, verdict, fingerprints } of rows) {
    expect({ verdict, fingerprints }, path).toEqual(checked[paths.indexOf(path) % KINDS.length]);
  }
}
