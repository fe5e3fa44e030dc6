// The buffers of the CPUs of one capture, each in a file of its own: merged they say what the one file says, line by line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pageStories } from '../../src/commands/shared/page-stories.ts';
import { storyOf } from '../../src/commands/shared/story-of.ts';
import { check } from '../../src/engine/check.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { isOneTime, type Merged, mergeCpus, sharedCpus } from '../../src/engine/reading/merge-cpus.ts';
import { storySelection } from '../../src/story/selection.ts';
import { traceDat } from '../recordings/write/trace-dat.ts';
import { writtenOf } from '../recordings/written.ts';
import { capture, checked, said } from './capture.ts';

/** What `cat per_cpu/cpuN/trace` gives of a text: the head, and one CPU's lines with the stacks and losses that are theirs. */
function cpuOf(text: string, cpu: number): string {
  let isMine = true;
  const lines = text.split('\n').slice(0, -1);
  return `${lines
    .filter((line) => {
      const of = /\[(\d{3})\]|^ *CPU:(\d+) \[|^ *\S+-\d+ +(\d)[^\s\d:]/.exec(line);
      if (of !== null) isMine = Number(of[1] ?? of[2] ?? of[3]) === cpu;
      return isMine || line.startsWith('#');
    })
    .join('\n')}\n`;
}

async function merge(texts: readonly string[]): Promise<{ text: string; merged: Merged }> {
  const out: Buffer[] = [];
  const inputs = texts.map((text, i) => memoryInput(`cpu${i}.txt`, Buffer.from(text, 'latin1')));
  const merged = await mergeCpus(inputs, (bytes) => out.push(Buffer.from(bytes)));
  return { text: Buffer.concat(out).toString('latin1'), merged };
}

test.each([
  '5.10/odirect_read_swap.ft',
  '5.10/odirect_read_swap.tc',
  '5.10/odirect_read_swap.perf',
  '5.10/odirect_read_swap.perf-callchain',
  '5.10/iouring_fixed_uffdwp.ft-stack',
  '5.10/iouring_fixed_uffdwp.ft-latency',
  '6.12/mixed.ft-lost',
])('%s', async (name) => {
  const whole = capture(name);
  const texts = [0, 1].map((cpu) => cpuOf(whole, cpu));
  const { text, merged } = await merge(texts);
  expect(sharedCpus(merged)).toEqual([]);
  expect(isOneTime(merged)).toBe(true);
  const report = await checked(text);
  const plain = await checked(whole);
  expect({ said: said(report), verdict: report.verdict }).toEqual({ said: said(plain), verdict: plain.verdict });
  expect(report.traces[0]).toMatchObject({ events: plain.traces[0].events, mmEvents: plain.traces[0].mmEvents });
  // each line is where it was said to be
  const lines = text.split('\n');
  const parts = texts.map((part) => part.split('\n'));
  for (let i = 1; i < lines.length; i++) {
    const { path, line } = merged.origin(i) ?? { path: '', line: 0 };
    expect(parts[path === 'cpu0.txt' ? 0 : 1][line - 1]).toBe(lines[i - 1]);
  }
  expect(merged.origin(lines.length)).toBeUndefined();
});

test('evidence names the file and its line, in whatever order the files are named', async () => {
  const whole = capture('5.10/odirect_read_swap.ft');
  const texts = [1, 0].map((cpu) => cpuOf(whole, cpu));
  const { text, merged } = await merge(texts);
  const report = await check([{ ...memoryInput('both', Buffer.from(text, 'latin1')), origin: merged.origin }]);
  expect(report.traces[0].losses).toEqual([]);
  for (const { from, text: shown } of report.findings[0].evidence)
    expect(texts[from?.path === 'cpu0.txt' ? 0 : 1].split('\n')[(from?.line ?? 0) - 1]).toBe(shown);
});

test('a CPU without an event, a last line without its end, another CPU twice', async () => {
  const whole = capture('5.10/odirect_read_swap.ft');
  const [one, two] = [0, 1].map((cpu) => cpuOf(whole, cpu));
  const head = whole.split('\n').filter((line) => line.startsWith('#'));
  const idle = await merge([`${head.join('\n')}\n`, one, two]);
  expect(said(await checked(idle.text))).toEqual(said(await checked(whole)));
  const open = await merge([one, two.slice(0, -1)]);
  const { verdict, traces } = await checked(open.text);
  expect(verdict).not.toBe('clean');
  expect(traces[0].losses).toMatchObject([{ kind: 'bad-line', count: 1 }]);
  expect(sharedCpus((await merge([one, one])).merged)).toEqual([0]);
});

test('the file of a CPU that ends early looks like that of an idle one, but for the count of events', async () => {
  const whole = capture('6.12/odirect_read_munmap.ft');
  const verdictOf = async (texts: readonly string[]) => {
    const { text, merged } = await merge(texts);
    const input = memoryInput('both', Buffer.from(text, 'latin1'));
    return (await check([{ ...input, origin: merged.origin, files: merged.parts.length }])).verdict;
  };
  const both = [0, 1].map((cpu) => cpuOf(whole, cpu));
  const early = (text: string) => `${text.split('\n').slice(0, -60).join('\n')}\n`;
  const without = (text: string) => text.replace(/^# entries-in-buffer.*\n/m, '');
  expect(await verdictOf(both)).toBe('clean');
  expect(await verdictOf([both[0], early(both[1])])).toBe('could-not-be-checked');
  expect(await verdictOf([early(both[0]), both[1]].map(without))).toBe('could-not-be-checked');
});

test('texts of different tools are not merged', async () => {
  const texts = ['5.10/odirect_read_swap.ft', '5.10/odirect_read_swap.perf'].map(capture);
  await expect(merge(texts)).rejects.toThrow(/unlike /);
});

test('recordings are not merged, and nobody is sent to their tools', async () => {
  const recording = traceDat(writtenOf('6.12/none_quick.capture', {})).toString('latin1');
  await expect(merge([recording, recording])).rejects.toMatchObject({
    message: expect.stringContaining('only text is merged'),
    tryThis: '--no-merge checks each recording alone',
  });
});

test('show prints a finding and a page of several files, and never merges two captures', async () => {
  const whole = capture('5.10/odirect_read_swap.ft');
  const folder = mkdtempSync(join(tmpdir(), 'pindrift-merged-'));
  const files = [0, 1].map((cpu) => join(folder, `cpu${cpu}.txt`));
  try {
    for (const [cpu, file] of files.entries()) writeFileSync(file, cpuOf(whole, cpu), 'latin1');
    const options = { context: 0, quiet: true, warn: () => undefined };
    const { report } = await storyOf(files, 1, options);
    expect(said(report)).toEqual(said(await checked(whole)));
    const wish = storySelection({ pfn: '0x7fb7d' });
    expect(wish).toBeDefined();
    if (wish !== undefined) expect((await pageStories(files, wish, options)).length).toBe(1);
    await expect(storyOf(files, 1, { ...options, merge: false })).rejects.toThrow(
      /several traces given; only one is possible/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
