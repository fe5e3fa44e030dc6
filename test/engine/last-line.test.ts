// Why: a text whose last line has no newline may end in the middle of a value. What such a line says is used only where
// nothing can be missing; where it is not used, the verdict is never "clean".
import { expect, it } from 'vitest';
import { capture, checked } from '../journeys/capture.ts';

// a header that counts the events would tell
const LINES = capture('6.12/odirect_read_munmap.ft')
  .trimEnd()
  .split('\n')
  .filter((line) => !line.includes('entries-in-buffer'));
const verdict = async (text: string) => (await checked(text)).verdict;

/** The last line of an event up to which the trace is clean, and the text before it. */
async function cleanUpTo(event: string): Promise<{ before: string; line: string }> {
  for (let at = LINES.length - 1; at > 0; at--) {
    const before = `${LINES.slice(0, at).join('\n')}\n`;
    if (LINES[at].includes(` ${event}: `) && (await verdict(`${before}${LINES[at]}\n`)) === 'clean')
      return { before, line: LINES[at] };
  }
  throw new Error(`not clean up to any ${event}`);
}

it.each(['fault', 'wp_fault_ret', 'zap'])(
  'cut anywhere in its last %s, the trace is not clean',
  async (event) => {
    const { before, line } = await cleanUpTo(event);
    for (let end = line.indexOf(`${event}:`) + event.length; end < line.length; end++)
      expect(await verdict(before + line.slice(0, end)), line.slice(0, end)).not.toBe('clean');
  },
  60_000,
);

it.each(['wp_fault_ret'])('with a last value that has all its digits it is (%s)', async (event) => {
  const { before, line } = await cleanUpTo(event);
  const whole = line.replace(/(=)\w+$/, '$10x0');
  expect(await verdict(`${before}${whole}`)).toBe(await verdict(`${before}${whole}\n`));
});

it('an event that nobody reads may be cut as well, and then what follows is missing', async () => {
  const { before, line } = await cleanUpTo('page_fault_user');
  for (const end of [line.length, line.length - 9, line.indexOf(' ip=')])
    expect(await verdict(before + line.slice(0, end)), line.slice(0, end)).not.toBe('clean');
  // a header that counts the events says that none is
  const events = before.split('\n').filter((other) => other !== '' && !other.startsWith('#')).length + 1;
  const head = `# tracer: nop\n#\n# entries-in-buffer/entries-written: ${events}/${events}   #P:2\n`;
  expect(await verdict(head + before.replace(/^# tracer.*\n/, '') + line)).toBe('clean');
});

it('cut within the blanks before a line, or within a stack, it is not clean', async () => {
  const { before } = await cleanUpTo('fault');
  for (const end of [' ', '        ', ' => handle_mm_fa', ' => handle_mm_fault'])
    expect(await verdict(before + end), end).not.toBe('clean');
});
