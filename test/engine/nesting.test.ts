// What function_graph prints is nested: lines that were cut out of it show where a function is left open.
import { describe, expect, it } from 'vitest';
import { capture, checked } from '../journeys/capture.ts';

const CAPTURES = [
  '5.10/odirect_read_swap.fgraph',
  '5.10/odirect_read_swap.tc-fgraph',
  '6.1/odirect_read_fork.fgraph',
  '6.12/none_fork.fgraph',
];
const OPEN = 'have not returned';

const leftOpen = async (text: string): Promise<boolean> =>
  (await checked(text)).traces[0].losses.some(({ kind, reason }) => kind === 'truncated' && reason.includes(OPEN));

describe.each(CAPTURES)('%s', (name) => {
  const lines = capture(name).split('\n');

  it('is whole', async () => {
    expect(await leftOpen(lines.join('\n'))).toBe(false);
  });

  it('from any line on it is', async () => {
    for (const from of [100, 333, 701]) expect(await leftOpen(lines.slice(from).join('\n')), `${from}`).toBe(false);
  });

  it('lines that were removed after an open function are reported as missing', async () => {
    const opened = lines.flatMap((line, i) => (i > 200 && /\| {2}\w+\(\) \{$/.test(line) ? [i] : []));
    expect(opened.length).toBeGreaterThan(2);
    for (const at of opened.slice(0, 3)) {
      // to behind the end of this function
      const end = lines.findIndex((line, i) => i > at && /\| {2}\}(?: \/\*|$)/.test(line));
      const text = [...lines.slice(0, at + 1), ...lines.slice(end + 1)].join('\n');
      expect(await leftOpen(text), `${at}-${end}`).toBe(true);
    }
  });

  it('so are lines before the return of a function', async () => {
    const opened = lines.flatMap((line, i) => (i > 200 && /\| {2}\w+\(\) \{$/.test(line) ? [i] : []));
    for (const at of opened.slice(0, 3))
      expect(await leftOpen([...lines.slice(0, at - 1), ...lines.slice(at + 1)].join('\n')), `${at}`).toBe(true);
  });
});

const HEAD =
  '# tracer: function_graph\n#\n# CPU  DURATION                  FUNCTION CALLS\n# |     |   |                     |   |   |   |\n';
const made = (lines: readonly string[]): string =>
  `${HEAD}${[...lines, ' 0)               |  /* zap: (unmap_page_range+0x0/0xd60) mm=0xffff9fc2c1061540 start=0x1000 end=0x3000 */'].join('\n')}\n`;

it.each([
  [
    'a call within a call',
    [' 0)               |  a() {', ' 0)   0.5 us      |    b();', ' 0)   2.1 us      |  }'],
    false,
  ],
  [
    'another task on the CPU',
    [' 0)               |  a() {', ' 0)    scn-130    =>     bash-1  ', ' 0)   0.5 us      |  b();'],
    false,
  ],
  ['a function that was entered before', [' 0)   0.5 us      |    b();', ' 0)   2.1 us      |  }'], false],
  ['one that was entered in lines cut out', [' 0)   0.5 us      |  a();', ' 0)   2.1 us      |  }'], true],
  ['another CPU', [' 0)               |  a() {', ' 1)   0.5 us      |  b();'], false],
  [
    'a task that ends',
    [' 0)               |  a() {', ' 0)               |    do_exit() {', ' 0)   0.5 us      |  b();'],
    false,
  ],
  ['events were lost', [' 0)               |  a() {', 'CPU:0 [LOST 12 EVENTS]', ' 0)   0.5 us      |  b();'], false],
  ['an end without its beginning', [' 0)   2.1 us      |    }', ' 0)   2.1 us      |  }'], false],
  ['no end', [' 0)               |  a() {', ' 0)   0.5 us      |  b();'], true],
  [
    'no end of the inner one',
    [' 0)               |  a() {', ' 0)               |    b() {', ' 0)   2.1 us      |  }'],
    true,
  ],
])('%s', async (_, lines, is) => {
  expect(await leftOpen(made(lines))).toBe(is);
});
