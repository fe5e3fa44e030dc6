// Text that is not one trace from its first column on: columns cut on the left, and a diff of two traces.
import { expect, it } from 'vitest';
import { capture, checked, kindsOfLoss, refusal, said } from './capture.ts';

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);
const each = (text: string, change: (line: string) => string): string => `${linesOf(text).map(change).join('\n')}\n`;
const text = capture('5.10/odirect_read_swap.ft');
const plain = await checked(text);
/** Another task, as every real trace has. */
const idle = text.replace(/^ {13}scn-158 {5}/m, '          <idle>-0       ');

const CUT: Record<string, (t: string) => string> = {
  'all lines': (t) => each(t, (line) => line.slice(15)),
  'the idle task only': (t) => each(t, (line) => line.slice(12)),
  'all but the header': (t) => each(t, (line) => (line.startsWith('#') ? line : line.slice(15))),
  'no header': (t) =>
    `${linesOf(t)
      .filter((line) => !line.startsWith('#'))
      .map((line) => line.slice(15))
      .join('\n')}\n`,
};

it.each(Object.keys(CUT))('the rest of a name is not a name: %s', async (way) => {
  const report = await checked(CUT[way](idle));
  expect(kindsOfLoss(report)).toContain('truncated');
  expect(report.traces[0].losses.map(({ reason }) => reason).join()).toContain('columns were cut on the left');
  expect(report.verdict).not.toBe('clean');
  for (const { pin } of report.findings) expect([undefined, 'scn']).toContain(pin.comm);
});

const WHOLE: Record<string, (t: string) => string> = {
  'spaces taken off': (t) => each(t, (line) => line.trimStart()),
  'spaces run together': (t) => each(t, (line) => line.replaceAll(/ +/g, ' ').trim()),
  'only spaces cut': (t) => each(t, (line) => (line.startsWith('#') ? line : line.slice(4))),
};

it.each(Object.keys(WHOLE))('names are whole: %s', async (way) => {
  const report = await checked(WHOLE[way](idle));
  expect(said(report)).toEqual(said(plain));
  expect(report.traces[0].losses).toEqual([]);
});

it('without name and pid it is refused', async () => {
  for (const columns of [19, 22, 25]) {
    expect(await refusal(each(text, (line) => line.slice(columns)))).toMatch(/^the columns of the task .* were cut/);
  }
});

const later = (line: string): string => line.replace(/(\d+)(?=\.\d{6}: )/, (seconds) => `${Number(seconds) + 1}`);
const sides = (mark: string, from: string, to: string): string =>
  `${mark}${each(text, (line) => `${from}${line}`)}${each(text, (line) => `${to}${later(line)}`)}`;
const count = linesOf(text).length;

it.each([
  `--- a.txt\t2026-11-01\n+++ b.txt\n${sides(`@@ -1,${count} +1,${count} @@\n`, '-', '+')}`,
  `--- a.txt\n+++ b.txt\n@@ -1,9 +1,9 @@\n${each(text, (line) => ` ${line}`)}-${linesOf(text)[20]}\n+${linesOf(text)[21]}\n`,
  `*** a.txt\n--- b.txt\n***************\n*** 1,${count} ****\n${sides('', '! ', '! ')}`,
  sides(`1,${count}c1,${count}\n`, '< ', '> '),
])('a diff of two traces is refused', async (diff) => {
  expect(await refusal(diff)).toMatch(/^this is a diff of two traces/);
});

it('a diff with one side is a trace', async () => {
  const added = `0a1,${count}\n${each(text, (line) => `> ${line}`)}`;
  expect(said(await checked(added))).toEqual(said(plain));
});

it('a diff in two columns is refused, and a document of a word processor', async () => {
  const beside = each(text, (line) => `${line.padEnd(200)} | ${later(line)}`);
  expect(await refusal(beside)).toMatch(/^most lines contain two events: a diff of two traces side by side/);
  const rtf = `{\\rtf1\\ansi\\deff0 {\\fonttbl{\\f0 Courier;}}\n${each(text, (line) => `${line}\\par`)}}`;
  expect(await refusal(rtf)).toMatch(/^this is a document of a word processor \(RTF\)/);
});
