// Why: the command as it is used: a FIFO that stays open, signals, reactions, numbers for the operators.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pindrift, root } from './run.ts';

const STORY = gunzipSync(readFileSync(`${root}/fixtures/5.10/odirect_read_swap.ft/trace.txt.gz`)).toString();
const lines = STORY.split('\n');
const COPY = 648;

let folder = '';
const running: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pindrift-watch-'));
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Following {
  /** what was said so far */
  said(): { type: string; [key: string]: unknown }[];
  logged(): string;
  until(done: () => boolean): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  ended: Promise<{ code: number | null; stderr: string }>;
}

function follow(args: readonly string[]): Following {
  const child = spawn(process.execPath, [`${root}/bin/run.js`, 'watch', ...args, '--report', 'ndjson'], {
    cwd: folder,
  });
  running.push(child);
  let out = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, stderr })),
  );
  const until = async (done: () => boolean) => {
    for (let i = 0; i < 2000 && !done(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(done(), `${out}\n${stderr}`).toBe(true);
  };
  const said = () =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  return { said, logged: () => stderr, until, kill: (signal) => child.kill(signal), ended };
}

describe('a FIFO that stays open', { timeout: 120_000 }, () => {
  it('gives its finding before the end; SIGTERM ends it in order', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const watch = follow([
      fifo,
      '--react',
      `save=${folder}/saved`,
      '--react',
      `exec=cat > ${folder}/told.json`,
      '--metrics',
      `${folder}/pindrift.prom`,
    ]);
    const fd = openSync(fifo, 'w');
    writeSync(fd, `${lines.slice(0, COPY + 2).join('\n')}\n`);
    await watch.until(() => watch.said().filter(({ type }) => type === 'reaction').length === 2);
    watch.kill('SIGTERM');
    expect(await watch.ended).toEqual({ code: 0, stderr: '' });
    closeSync(fd);
    const said = watch.said();
    expect(said.map(({ type }) => type)).toEqual([
      ...['watch', 'finding', 'reaction', 'reaction'],
      // it is over: the I/O under way will have gone to the wrong page, and the history is saved with that
      ...['update', 'reaction', 'end'],
    ]);
    const ajv = new Ajv2020({ allErrors: true, strict: false });
    const schema = (name: string) => JSON.parse(readFileSync(`${root}/docs/schema/${name}.schema.json`, 'utf8'));
    ajv.addSchema(schema('check'));
    const isValid = ajv.compile(schema('watch'));
    for (const one of said) expect(isValid(one), JSON.stringify([one, isValid.errors?.slice(0, 3)])).toBe(true);
    // what was saved says the same
    const traces = readdirSync(`${folder}/saved`).filter((name) => name.endsWith('.trace.txt'));
    expect(traces.sort().map((name) => name.replace(/^\d{4}-\d\d-\d\dT\d{6}\.\d{3}Z-/, ''))).toEqual([
      ...['0001-swapin-cow-under-pin-2.trace.txt', '0001-swapin-cow-under-pin.trace.txt'],
    ]);
    const { stdout } = pindrift(['check', '--json', `${folder}/saved/${traces[0]}`]);
    const [first, last] = [said[1], said[4]].map(({ finding }) => finding as { fingerprint: string });
    expect(JSON.parse(stdout).findings[0].fingerprint).toBe(last.fingerprint);
    expect(JSON.parse(readFileSync(`${folder}/told.json`, 'utf8')).fingerprint).toBe(first.fingerprint);
    const metrics = readFileSync(`${folder}/pindrift.prom`, 'utf8');
    expect(metrics).toContain('pindrift_findings_total{rule="swapin-cow-under-pin"} 1\n');
    expect(metrics.endsWith('# EOF\n')).toBe(true);
  });
});

describe('SIGHUP', { timeout: 120_000 }, () => {
  it('reloads the config; what needs a restart is named', async () => {
    const fifo = join(folder, 'fifo');
    const config = join(folder, 'pindrift.config.json');
    execFileSync('mkfifo', [fifo]);
    writeFileSync(config, '{}');
    const watch = follow([fifo, '--config', config, '--status', '1']);
    const fd = openSync(fifo, 'w');
    writeSync(fd, `${lines.slice(0, COPY - 100).join('\n')}\n`);
    await watch.until(() => watch.said().some(({ type }) => type === 'status'));
    writeFileSync(config, 'not JSON');
    watch.kill('SIGHUP');
    await watch.until(() => watch.logged().includes('could not be reloaded, the old one stays in use'));
    const suppress = [{ rule: 'swapin-cow-under-pin', reason: 'known' }];
    writeFileSync(config, JSON.stringify({ suppress, rules: { 'pin-leak': 'off' } }));
    watch.kill('SIGHUP');
    await watch.until(() => watch.logged().includes('apply to findings from now on'));
    writeSync(fd, lines.slice(COPY - 100).join('\n'));
    closeSync(fd);
    expect((await watch.ended).stderr).toContain('only a restart turns these rules on or off: pin-leak');
    expect(watch.said().filter(({ type }) => type === 'finding')).toEqual([]);
    expect(watch.said().at(-1)).toMatchObject({ type: 'end', status: { suppressed: 1 } });
  });
});

describe('a growing file', { timeout: 120_000 }, () => {
  it('is followed, and has ended when nothing came for so long', async () => {
    const path = join(folder, 'trace.txt');
    writeFileSync(path, `${lines.slice(0, 300).join('\n')}\n${lines[300].slice(0, 20)}`);
    const watch = follow([path, '--idle', '2']);
    await new Promise((resolve) => setTimeout(resolve, 500));
    appendFileSync(path, `${lines[300].slice(20)}\n${lines.slice(301).join('\n')}`);
    expect((await watch.ended).code).toBe(1);
    expect(watch.said().at(-1)).toMatchObject({ type: 'end', verdict: 'violated', status: { unread: 0, findings: 1 } });
  });

  it('exit: the first finding ends it', async () => {
    const path = join(folder, 'trace.txt');
    writeFileSync(path, STORY);
    const watch = follow([path, '--react', 'exit']);
    expect((await watch.ended).code).toBe(1);
  });
});

describe('options that cannot be met are refused first', { timeout: 60_000 }, () => {
  it.each([
    [['nowhere'], 'no such file'],
    [['-', '--react', 'shout'], 'no such reaction'],
    [['.'], 'this is a directory'],
    // on the day of the finding it is too late to know
    [['-', '--metrics', '/nowhere/pindrift.prom'], 'the directory for this file'],
    [['-', '--metrics', '/dev/null'], 'must be written to a regular file'],
    [['-', '--metrics', '-'], 'must be written to a regular file'],
    [['-', '--metrics', '/proc/pindrift.prom'], 'the directory for this file'],
    [['-', '--react', 'stop', '--instance', '/nowhere'], '--react stop: ENOENT'],
    [['-', '--react', 'snapshot', '--ring', '/nowhere'], '--react snapshot: ENOENT'],
    [['-', '--react', 'save=.', '--ring', '/nowhere'], '--react save: ENOENT'],
  ])('%s', (args, words) => {
    const { status, stderr } = pindrift(['watch', ...args]);
    expect(status).toBe(2);
    expect(stderr).toContain(words);
  });

  it('metrics in place of something else', () => {
    const path = join(folder, 'trace.txt');
    writeFileSync(path, STORY);
    const { status, stderr } = pindrift(['watch', path, '--metrics', path]);
    expect(status).toBe(2);
    expect(stderr).toContain('holds something other than metrics of pindrift');
    expect(readFileSync(path, 'utf8')).toBe(STORY);
    // an empty file, and metrics of the watch before
    const metrics = join(folder, 'pindrift.prom');
    writeFileSync(metrics, '');
    for (let i = 0; i < 2; i++) {
      expect(pindrift(['watch', path, '--metrics', metrics, '--idle', '1']).status).toBe(1);
      expect(readFileSync(metrics, 'utf8')).toContain('pindrift_findings_total');
    }
  });
});
