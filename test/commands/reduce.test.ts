// What is left of a trace still shows it, and none of it can go.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { reduce, reduceToFinding, textOf } from '../../src/engine/reduce.ts';
import { fixture, pindrift, root, STORY, scratch } from './run.ts';

const { clean, dir } = scratch();
afterAll(clean);

it('finds the smallest set, whatever it is, and keeps the head', async () => {
  const lines = ['# head', ...Array.from({ length: 40 }, (_, i) => `line ${i}`)].map((text) =>
    Buffer.from(`${text}\n`),
  );
  const wanted = [4, 17, 18, 40];
  const kept = await reduce(lines, async (_, at) => wanted.every((i) => at.includes(i)));
  expect(kept).toEqual([0, ...wanted]);
  await expect(reduce(lines, async () => false)).rejects.toThrow('does not show this');
});

it('a finding of a real capture in a few lines: the same story, severity and confidence', {
  timeout: 120_000,
}, async () => {
  const trace = join(root, STORY);
  const { at, finding, lines } = await reduceToFinding(trace, 1, {});
  expect(lines.length).toBeLessThan(40);
  expect(at).toEqual(at.toSorted((a, b) => a - b));
  const [again] = (await check([memoryInput('small', textOf(lines))])).findings;
  const { fingerprint, severity, confidence, rule } = finding;
  expect(again).toMatchObject({ fingerprint, severity, confidence, rule });
  await expect(reduceToFinding(trace, 2, {})).rejects.toThrow('there is no finding 2; there is 1');
});

it('a recording is not a text', () => {
  const { status, stderr } = pindrift(['reduce', fixture('5.10/odirect_read_swap.tc-v6', 'trace.dat.gz')]);
  expect(status).toBe(2);
  expect(stderr).toContain('only text can be reduced');
});

it('a rule begins with what happened at a line; its test passes at once', { timeout: 240_000 }, () => {
  const made = pindrift(['rules', 'new', 'mine', '--dir', dir, '--from', STORY, '--line', '648']);
  expect(made).toMatchObject({ status: 0, stderr: '' });
  expect(readFileSync(join(dir, 'mine.ts'), 'utf8')).toContain('cow({ pins, at })');
  expect(pindrift(['rules', 'test', join(dir, 'mine.test.ts')])).toMatchObject({ status: 0, stderr: '' });
  const run = pindrift(['rules', 'run', STORY, fixture('6.12/odirect_read_swap.ft'), '--rules', join(dir, 'mine.ts')]);
  expect(run).toMatchObject({ status: 0, stderr: '' });
  expect(run.stdout).toMatch(/1 +[\d.]+ +hit +mine/);
  expect(run.stdout).toMatch(/mine: 1 finding in 1 of 2 sources, no finding in 1, undecided in 0/);
  const none = pindrift(['rules', 'new', 'other', '--dir', dir, '--from', STORY, '--line', '1']);
  expect(none.status).toBe(2);
  expect(none.stderr).toContain('no transition concerning a pinned page');
});
