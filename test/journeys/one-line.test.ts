// A single line that was damaged inside of what stands around a trace: it is a loss, not a part of the text around it.
import { expect, it } from 'vitest';
import { capture, checked } from './capture.ts';

// nothing counts the events
const lines = capture('6.12/odirect_read_munmap.ft')
  .trimEnd()
  .replace(/^# entries.*\n/m, '')
  .split('\n')
  .slice(0, 600);
const joined = (all: readonly string[]): string => `${all.join('\n')}\n`;
const at = lines.findIndex((line, i) => i > 200 && / page_fault_user: /.test(line) && / fault: /.test(lines[i + 1]));

const inDiv = (line: string): string => `${line.replaceAll('  ', '&nbsp; ').replaceAll('<', '&lt;')}<br>`;
const entry = (line: string): string => `_PID=12\nMESSAGE=${line}\nSYSLOG_RAW=<6>${line}\n`;

it('is what it was taken for: the text is clean, alone and in others', async () => {
  expect((await checked(joined(lines))).verdict).toBe('clean');
  expect((await checked(`<div>${joined(lines.map(inDiv))}</div>\n`)).verdict).toBe('clean');
  expect((await checked(joined(lines.map(entry)))).verdict).toBe('clean');
});

it.each([
  [
    'an event behind the arguments of a tracepoint',
    joined([...lines.slice(0, at), lines[at] + lines[at + 1], ...lines.slice(at + 2)]),
    /two events are in one line/,
  ],
  [
    'a line of a page without its beginning',
    `<div>${joined(lines.map((line, i) => (i === at + 1 ? inDiv(line).slice(70) : inDiv(line))))}</div>\n`,
    /not a line/,
  ],
  [
    'a message of the journal without its name',
    joined(lines.map((line, i) => (i === at + 1 ? entry(line).slice('_PID=12\nMESSAGE='.length + 20) : entry(line)))),
    /not a line/,
  ],
  [
    'a field of the journal without its name, where others have a length',
    joined(
      lines.map((line, i) => {
        const sized = `__CURSOR=a\nCOREDUMP\n\x01\0\0\0\0\0\0\0x\n${entry(line)}`;
        return i === at + 1 ? sized.replace('MESSAGE=', ' ') : sized;
      }),
    ),
    /lines that are no fields/,
  ],
])('%s', async (_, text, words) => {
  const { traces, verdict } = await checked(text);
  expect(verdict).not.toBe('clean');
  expect(JSON.stringify(traces[0].losses)).toMatch(words);
});
