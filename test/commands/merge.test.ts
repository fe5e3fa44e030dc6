// Why: who copies per_cpu/cpu*/trace has one capture in several files, and must not be told that each alone is clean.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { LOOK_ALIKE, pindrift, root, STORY, scratch } from './run.ts';

const { clean, file } = scratch();
afterAll(clean);

const lines = gunzipSync(readFileSync(`${root}/${STORY}`))
  .toString('latin1')
  .split('\n')
  .slice(0, -1);
const cpu = (n: number): string[] => lines.filter((line) => line.startsWith('#') || line.includes(`[00${n}]`));
const write = (name: string, some: string[]): string => {
  writeFileSync(file(name), `${some.join('\n')}\n`, 'latin1');
  return file(name);
};
const files = [write('a.txt', cpu(0)), write('b.txt', cpu(1))];
const ASKED = { timeout: 120_000 };

it('files with the counts of one capture are merged without being asked', ASKED, () => {
  const { status, stderr, stdout } = pindrift(['check', ...files, '--json']);
  const { findings, traces } = JSON.parse(stdout);
  expect(status).toBe(1);
  expect(stderr).toContain('merged by time');
  expect(traces).toMatchObject([{ path: files.join(' + '), losses: [] }]);
  expect(findings[0].evidence[0].from.path).toBe(files[0]);
  expect(pindrift(['check', ...files, '--report', 'line']).stdout).toMatch(/a\.txt:\d+: error, /);
  expect(pindrift(['check', ...files, '--no-merge', '-q']).status).toBe(3);
});

it('files named by their CPU too, and others when asked', ASKED, () => {
  const bare = [0, 1].map((n) => cpu(n).filter((line) => !line.startsWith('#')));
  mkdirSync(file('cpu0'));
  mkdirSync(file('cpu1'));
  const named = bare.map((some, n) => write(`cpu${n}/trace`, some));
  expect(pindrift(['check', ...named, '-q']).status).toBe(1);
  expect(pindrift(['check', ...named]).stdout).toContain('cpu0/trace:');
  const unnamed = [write('x.txt', bare[0]), write('y.txt', bare[1])];
  expect(pindrift(['check', ...unnamed, '-q']).status).toBe(3);
  expect(pindrift(['check', ...unnamed, '-q', '--merge']).status).toBe(1);
});

it('the file of an idle CPU may be empty', ASKED, () => {
  const bare = [0, 1].map((n) => cpu(n).filter((line) => !line.startsWith('#')));
  const some = ['p-cpu0', 'p-cpu1'].map((name, n) => write(name, bare[n]));
  const merged = JSON.parse(pindrift(['check', ...some, '--json']).stdout);
  for (const [name, more] of [
    ['p-cpu2', []],
    ['other', ['--merge']],
  ] as const) {
    writeFileSync(file(name), '');
    const { status, stdout } = pindrift(['check', file(name), ...some, ...more, '--json']);
    expect(status).toBe(1);
    expect(JSON.parse(stdout).traces).toMatchObject([{ events: merged.traces[0].events, losses: [] }]);
  }
  writeFileSync(file('other'), '');
  expect(pindrift(['check', file('other'), ...some, '-q']).status).not.toBe(1);
});

it('stores and coverage take the merged trace', ASKED, () => {
  expect(pindrift(['ingest', ...files, '-o', file('x.db')]).stdout).toContain('violated');
  expect(pindrift(['report', file('x.db')]).stdout).toContain('a.txt:');
  expect(JSON.parse(pindrift(['coverage', ...files, '--json']).stdout).traces).toHaveLength(1);
});

it('what is not one capture is not made one', ASKED, () => {
  expect(JSON.parse(pindrift(['check', STORY, LOOK_ALIKE, '--json']).stdout).traces).toHaveLength(2);
  const { status, stderr } = pindrift(['check', '--merge', STORY, LOOK_ALIKE]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/CPU 0 is in more than one/);
});
