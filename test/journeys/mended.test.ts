// Text that came through mails, logs, pages and programs: what stands around each line is taken off, the answer is that of
// the plain text, and nothing of a prefix or suffix becomes part of a name or a value.
import { describe, expect, it, test } from 'vitest';
import { PREFIXES } from '../../src/parsers/mend/prefixes.ts';
import { capture, checked, kindsOfLoss, said } from './capture.ts';

const each = (text: string, change: (line: string, i: number) => string): string =>
  `${text.split('\n').slice(0, -1).map(change).join('\n')}\n`;

const withoutHead = (text: string): string => text.replace(/^#.*\n/gm, '');

const stamp = (i: number): string =>
  `${String(Math.floor(i / 60) % 60).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}`;
const escaped = (line: string): string => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** What wraps a text, and does not change what it says. */
const WRAPPERS: Record<string, (text: string) => string> = {
  quoted: (t) => each(t, (l) => `> ${l}`),
  'quoted twice': (t) => each(t, (l) => `> > ${l}`),
  'numbered by grep -n': (t) => each(t, (l, i) => `${i + 1}:${l}`),
  'numbered by grep -Hn': (t) => each(t, (l, i) => `logs/trace.txt:${i + 1}:${l}`),
  'numbered by cat -n': (t) => each(t, (l, i) => `${String(i + 1).padStart(6)}\t${l}`),
  'numbered by a step of CI': (t) => each(t, (l, i) => `[trace:${i}] ${l}`),
  'numbered by nl': (t) => each(t, (l, i) => `${String(i + 1).padStart(6)}  ${l}`),
  'stamped by GitHub': (t) => each(t, (l, i) => `2026-11-28T14:${stamp(i)}.1234567Z ${l}`),
  'stamped by GitLab': (t) => each(t, (l, i) => `2026-11-28T14:${stamp(i)}.123456Z 01O ${l}`),
  'stamped by Jenkins': (t) => each(t, (l, i) => `[2026-11-28T14:${stamp(i)}.123Z] ${l}`),
  'stamped by ts': (t) => each(t, (l, i) => `Nov 28 14:${stamp(i)} ${l}`),
  'through syslog': (t) => each(t, (l, i) => `Nov 28 14:${stamp(i)} box kernel: [   19.5${i % 10}3647] ${l}`),
  'kselftest output': (t) => each(t, (l) => `# ${l}`),
  'docker compose': (t) => each(t, (l) => `tracer_1  | ${l}`),
  'the same word before each line': (t) => each(t, (l) => `qemu7% ${l}`),
  'non-breaking blanks': (t) => each(t, (l) => l.replaceAll('  ', ' \xc2\xa0')),
  'CR LF': (t) => t.replaceAll('\n', '\r\n'),
  'CR CR LF': (t) => t.replaceAll('\n', '\r\r\n'),
  'CR alone': (t) => t.replaceAll('\n', '\r'),
  coloured: (t) => each(t, (l) => l.replace(/(\w+)(: \()/, '\x1b[01;31m\x1b[K$1\x1b[m\x1b[K$2')),
  'all in colour': (t) => each(t, (l) => `\x1b[0;32m${l}\x1b[0m`),
  '<br> behind each line': (t) => each(t, (l) => `${l}<br>`),
  'a backslash behind each line': (t) => each(t, (l) => `${l} \\`),
  'in <pre>': (t) => `<html><body>\n<p>seen on a box</p>\n<pre>\n${escaped(t)}</pre>\n</body></html>\n`,
  'a <pre> with markup': (t) => `<pre>\n${each(t, (l) => `<span class="l">${escaped(l)}</span>`)}</pre>\n`,
  systrace: (t) =>
    `<!DOCTYPE html>\n<html><head>\n<script>\nvar a = [1 < 2];\n</script>\n</head>\n<body>\n<script class="trace-data" type="application/text">\nPROCESS DUMP\nUSER PID\nroot 1\n</script>\n<script class="trace-data" type="application/text">\n${t}</script>\n</body></html>\n`,
  'quoted-printable': (t) =>
    each(t, (l) => (l.replaceAll('=', '=3D').match(/.{1,70}(?![0-9A-F]{0,1}$)|.+/g) ?? ['']).join('=\n')),
};

const CAPTURES = ['5.10/odirect_read_swap.ft', '5.10/odirect_read_swap.perf'];

test('a colour that begins long after the header is a counted loss, never ignored', async () => {
  const text = capture('5.10/odirect_read_swap.perf');
  const late = each(text, (l) => l.replace(/(: )(start|addr)(: )/, '$1\x1b[01;31m\x1b[K$2\x1b[m\x1b[K$3'));
  expect(late).not.toBe(text);
  const [trace] = (await checked(late)).traces;
  const lines = late.split('\n').filter((l, i) => l !== text.split('\n')[i]).length;
  expect(trace.lineKinds.bad).toBe(lines);
  expect(trace.losses).toContainEqual(expect.objectContaining({ kind: 'truncated', count: lines }));
});

test('a UTF-8 letter that contains 0xa0 is not a space', async () => {
  const text = capture('5.10/odirect_read_swap.ft').replaceAll('             scn-', '          voil\xc3\xa0-');
  const report = await checked(text);
  expect(report.traces[0].lineKinds.bad).toBeUndefined();
  expect(report.findings[0].pin.comm).toBe('voil\xc3\xa0');
});

describe.each(CAPTURES)('%s', (name) => {
  const text = capture(name);
  const plain = checked(text);

  it.each(Object.keys(WRAPPERS))('%s', async (wrapper) => {
    if (name.endsWith('.perf') && wrapper === 'systrace') return;
    const report = await checked(WRAPPERS[wrapper](text));
    const { findings, traces, verdict } = await plain;
    expect({ verdict: report.verdict, said: said(report) }).toEqual({
      verdict,
      said: said({ findings } as typeof report),
    });
    expect(report.traces[0]).toMatchObject({ events: traces[0].events, mmEvents: traces[0].mmEvents });
    expect(report.traces[0].lineKinds.bad).toBeUndefined();
  });
});

test('a serial console prints kernel messages between the lines of a trace', async () => {
  const text = capture('5.10/odirect_read_swap.ft');
  const lines = text.split('\n');
  const other = '[   19.712345] usb 1-1: new high-speed USB device number 2 using xhci_hcd';
  const report = await checked([...lines.slice(0, 300), other, ...lines.slice(300)].join('\n'));
  expect(report.traces[0].losses).toEqual((await checked(text)).traces[0].losses);
  const torn = [...lines.slice(0, 300), lines[300].slice(0, 70) + other, lines[300].slice(70), ...lines.slice(301)];
  expect(kindsOfLoss(await checked(torn.join('\n')))).toContain('truncated');
});

test.each([
  ['a loss', 'CPU:0 [LOST 56 EVENTS]', 'lost-events'],
  ['a line that is no event', 'hello world', 'bad-line'],
])('behind the # of a test log, %s is what it is', async (_, line, kind) => {
  const lines = capture('6.12/odirect_write_preforkexit.ft')
    .split('\n')
    .filter((l) => !l.startsWith('#'));
  const log = (all: string[]): string => each(all.join('\n'), (l) => `# ${l}`);
  expect((await checked(log(lines))).verdict).toBe('clean');
  expect(kindsOfLoss(await checked(log([...lines.slice(0, 700), line, ...lines.slice(700)])))).toEqual([kind]);
});

test.each([
  ['grep -n', (n: number) => `${n}:`],
  ['grep -Hn', (n: number) => `trace.txt:${n}:`],
  ['cat -n', (n: number) => `${String(n).padStart(6)}\t`],
  ['nl', (n: number) => `${String(n).padStart(6)}  `],
])('%s: lines whose numbers are missing are missing', async (_, front) => {
  const lines = capture('6.12/iouring_fixed_dontneed.tc').split('\n');
  const numbered = lines.slice(0, -1).map((line, i) => `${front(i + 4)}${line}\n`);
  expect((await checked(numbered.join(''))).verdict).toBe('clean');
  const part = await checked([...numbered.slice(0, 900), ...numbered.slice(1000)].join(''));
  expect(part.traces[0].losses).toEqual([
    { kind: 'truncated', reason: expect.stringContaining('line 1004 follows line 903') },
  ]);
  expect(part.verdict).not.toBe('clean');
});

test.each<[string, (lines: string[]) => string, string]>([
  [
    'the head of a patch counts them',
    (lines) => `--- /dev/null\n+++ b/trace.txt\n@@ -0,0 +1,1456 @@\n${lines.map((l) => `+${l}\n`).join('')}`,
    '100 lines of those that the head of the patch counts',
  ],
  [
    'a page numbers them',
    (lines) =>
      `<table>\n${lines.map((l) => `<tr><td>${l.slice(0, 4)}</td><td>${l.slice(4)}</td></tr>\n`).join('')}</table>\n`,
    'line 1000 follows line 899',
  ],
  [
    'a log server counts its messages',
    (lines) =>
      lines
        .map((l) => `<13>1 2026-11-28T14:56:22Z box cat 9 - [meta sequenceId="${l.slice(0, 4)}"] ${l.slice(4)}\n`)
        .join(''),
    'line 1000 follows line 899',
  ],
])('%s, and a hundred are missing', async (name, wrapped, reason) => {
  const lines = capture('6.12/iouring_fixed_dontneed.tc').trimEnd().split('\n').slice(1, 1457);
  const shown = name.includes('patch') ? lines : lines.map((line, i) => String(i).padStart(4, '0') + line);
  expect(kindsOfLoss(await checked(wrapped(shown)))).toEqual([]);
  const part = await checked(wrapped([...shown.slice(0, 900), ...shown.slice(1000)]));
  expect(part.traces[0].losses).toEqual([{ kind: 'truncated', reason: expect.stringContaining(reason) }]);
});

// where a pattern may begin or end a name at each character of a line of 64 KB, it takes minutes
test.each(['.', '-', '/', ''])('no program puts a name of 300 characters with %o before a line', (sign) => {
  const name = `z${sign}`.repeat(300);
  for (const behind of [' | ', ':12:', ' [   19.712345] '])
    for (const { pattern } of PREFIXES) expect(pattern.exec(name + behind)?.[0]).toBeUndefined();
});

test.each([
  ['escaped', escaped],
  ['as it is', (line: string) => line],
  ['escaped, with markup', (line: string) => `<span class="l">${escaped(line)}</span>`],
])('the idle task in a page, %s', async (_, markup) => {
  const text = capture('6.12/odirect_write_preforkexit.ft').replaceAll(/^ *\S+-\d+ +(?=\[000\])/gm, (task) =>
    '          <idle>-0'.padEnd(task.length),
  );
  const plain = await checked(text);
  expect(kindsOfLoss(plain)).toEqual([]);
  const page = await checked(`<pre>\n${each(text, markup)}</pre>\n`);
  expect(page.traces[0]).toMatchObject({ losses: [], events: plain.traces[0].events });
});

test.each([
  '# ... 100 lines omitted ...',
  '# [output truncated]',
  '# 100 lines removed',
  '# <snip>',
  '# \xe2\x80\xa6',
  '# CPU:0 [LOST 56 EVENTS]',
])('%s within a trace says that lines are not there', async (comment) => {
  const lines = capture('6.12/odirect_write_preforkexit.ft').split('\n');
  const text = [...lines.slice(0, 700), comment, ...lines.slice(700)].join('\n');
  expect(kindsOfLoss(await checked(text))).toEqual(['lost-events']);
  const remark = [...lines.slice(0, 700), '# here the child exits', ...lines.slice(700)].join('\n');
  expect((await checked(remark)).verdict).toBe('clean');
});

test('numbers of lines are those of the file, evidence is the line as the kernel wrote it', async () => {
  const text = capture('5.10/odirect_read_swap.ft');
  const { findings } = await checked(text);
  const mended = await checked(each(text, (l, i) => `${i + 1}:${l}`));
  expect(mended.findings[0].evidence).toEqual(findings[0].evidence);
});

test('what Python printed is read, and called complete only where a header counts it', async () => {
  const text = capture('5.10/odirect_read_swap.ft');
  const plain = await checked(text);
  const quoted = await checked(each(text, (l) => `b'${l}'`));
  expect(quoted).toMatchObject({ verdict: plain.verdict, traces: [{ losses: [] }] });
  const headless = await checked(each(withoutHead(text), (l) => `b'${l}'`));
  expect(said(headless)).toEqual(said(plain));
  expect(kindsOfLoss(headless)).toContain('truncated');
});

test('zeros behind the text are no matter if the header counts what stands before them', async () => {
  const text = capture('6.12/vmsplice_self_fork.ft-tgid');
  const zeros = '\0'.repeat(5000);
  expect(await checked(text + zeros)).toMatchObject({ verdict: 'clean', traces: [{ losses: [] }] });
  for (const open of [`${withoutHead(text)}${zeros}`, `${text.slice(0, -2)}${zeros}`, `${text}${zeros}\n`])
    expect((await checked(open)).verdict).not.toBe('clean');
});

test('a mail program wrapped the lines', async () => {
  const text = capture('5.10/odirect_read_swap.ft');
  const wrapped = each(text, (line) => {
    const out: string[] = [];
    let rest = line;
    while (rest.length > 76) {
      const at = rest.lastIndexOf(' ', 76);
      if (at <= 0 || rest.slice(0, at).trim() === '') break;
      out.push(rest.slice(0, at));
      rest = rest.slice(at + 1);
    }
    return [...out, rest].join('\n');
  });
  const report = await checked(wrapped);
  expect(report.traces[0].variant).toContain('wrapped at 76 columns');
  expect(said(report)).toEqual(said(await checked(text)));
  const quoted = await checked(each(wrapped, (l) => `> ${l}`));
  expect(said(quoted)).toEqual(said(await checked(text)));
});
