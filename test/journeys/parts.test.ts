// Why: the log format of Kubernetes (CRI) splits long lines into parts; a part is no event.
import { expect, it } from 'vitest';
import { capture, checked, said } from './capture.ts';

const text = capture('5.10/odirect_read_swap.ft');
const lines = text.trimEnd().split('\n');
const plain = await checked(text);

const log = (entries: (line: string) => readonly string[]): string =>
  `${lines
    .flatMap(entries)
    .map((entry, i) => `2026-11-29T18:10:${String(i % 60).padStart(2, '0')}.000000001Z stdout ${entry}`)
    .join('\n')}\n`;
const split = (line: string, at: number): string[] =>
  line.length <= at ? [`F ${line}`] : [`P ${line.slice(0, at)}`, ...split(line.slice(at), at)];

it.each([60, 90, 200])('lines in parts of %i characters are joined', async (at) => {
  const report = await checked(log((line) => split(line, at)));
  expect(said(report)).toEqual(said(plain));
  expect(report.verdict).toBe(plain.verdict);
  expect(report.traces[0].losses).toEqual(plain.traces[0].losses);
  expect(report.traces[0].events).toBe(plain.traces[0].events);
});

it.each([
  ['the end of each line', (line: string) => split(line, 90).filter((entry) => entry.startsWith('P '))],
  ['a part in the middle', (line: string) => split(line, 60).filter((_, i) => i !== 1)],
])('without %s it is not clean', async (_, entries) => {
  const clean = capture('6.12/odirect_read_munmap.ft').trimEnd().split('\n');
  const some = `${clean
    .flatMap((line, i) => (i % 50 === 0 ? entries(line) : split(line, 90)))
    .map((entry) => `2026-11-29T18:10:01.000000001Z stdout ${entry}`)
    .join('\n')}\n`;
  expect((await checked(some)).verdict).not.toBe('clean');
});
