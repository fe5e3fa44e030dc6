// Flags that a tracepoint prints with `%lx` are hexadecimal without 0x, whether or not a letter is among their digits.
import { expect, test } from 'vitest';
import { readBytes } from '../recordings/written.ts';

const line = (time: number, flags: string): string =>
  `             scn-264     [001] ....    77.6597${time}: task_newtask: pid=${200 + time} comm=scn clone_flags=${flags} oom_score_adj=0\n`;

test('clone_flags of task_newtask', async () => {
  // CLONE_THREAD is 0x10000: 3d0f00 has it, 1200011 read as a decimal number has not
  const flags = ['3d0f00', '1200011', '10000', '3d0f00'];
  const { events } = await readBytes('trace.txt', Buffer.from(flags.map((f, i) => line(40 + i, f)).join('')));
  expect(events.map((event) => event.split(' ').includes(String(0x3d0f00)))).toEqual([true, false, false, true]);
  expect(events[1].split(' ')).toContain(String(0x1200011));
  expect(events[2].split(' ')).toContain(String(0x10000));
});
