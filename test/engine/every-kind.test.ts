// Why: half of the lines of a trace are of events that change nothing in the model (rmap_del). A line of them that was
// damaged shows as well as any other that the text is not what the kernel printed: it is counted, and never clean.
import { describe, expect, it } from 'vitest';
import { capture, checked } from '../journeys/capture.ts';

const LINES = capture('6.12/odirect_read_munmap.ft').trimEnd().split('\n');
const AT = LINES.findLastIndex((line) => line.includes(' rmap_del: '));
const LINE = LINES[AT];
const within = (text: string) => LINE.indexOf(text) + Math.floor(text.length / 2);

const look = async (lines: readonly string[], end = '\n') => {
  const { verdict, traces, rules } = await checked(lines.join('\n') + end);
  return {
    verdict,
    losses: traces[0].losses,
    missing: rules.find(({ id }) => id === 'insufficient-evidence')?.missing,
  };
};
const instead = (...lines: string[]) => [...LINES.slice(0, AT), ...lines, ...LINES.slice(AT + 1)];
const PRINTK = '[   61.512345] usb 1-1: new device';

it('whole, the trace is clean', async () => {
  expect((await look(LINES)).verdict).toBe('clean');
});

describe('a line of an event that changes nothing', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['is cut in its location', instead(LINE.slice(0, within('remove_rmap'))), /the probe location/],
    ['is cut in a name', instead(LINE.slice(0, within(' page='))), /text between or after|are missing/],
    ['is cut behind a value', instead(LINE.slice(0, LINE.indexOf(' nr='))), /arguments of this event are missing/],
    [
      'has a message of the console in it',
      instead(LINE.slice(0, within('folio=0xff')) + PRINTK),
      /not one|text between/,
    ],
    [
      'is in two, with a message between',
      instead(LINE.slice(0, within(' nr=')) + PRINTK, LINE.slice(within(' nr='))),
      /text between|not a line/,
    ],
  ])('that %s is a loss', async (_, lines, words) => {
    const { verdict, losses } = await look(lines);
    expect(losses.map(({ reason }) => reason).join('\n')).toMatch(words);
    expect(verdict).not.toBe('clean');
  });

  it('that is cut in its last pointer has a number that no kernel prints', async () => {
    const { verdict, missing } = await look(instead(LINE.slice(0, -5)));
    expect(missing).toContainEqual(expect.stringContaining('no kernel prints'));
    expect(verdict).not.toBe('clean');
  });

  it('and ends the text, cut, leaves it undecided', async () => {
    const from = LINES.findIndex((line) => !line.startsWith('#'));
    expect((await look([...LINES.slice(from, AT), LINE.slice(0, -6)], '')).verdict).not.toBe('clean');
  });
});
