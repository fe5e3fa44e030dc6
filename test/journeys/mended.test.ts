// Text that came through mails, logs, pages and programs: what stands around each line is taken off, the answer is that of
// the plain text, and nothing of a prefix or suffix becomes part of a name or a value.
import { describe, expect, it, test } from 'vitest';
import { isOtherMessage } from '../../src/parsers/formats/kernel-lines.ts';
import { PREFIXES } from '../../src/parsers/mend/prefixes.ts';
import { capture, checked, kindsOfLoss, said } from './capture.ts';

const each = (text: string, change: (line: string, i: number) => string): string =>
  `${text.split('\n').slice(0, -1).map(change).join('\n')}\n`;

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

test('what Python printed is read, and not called complete', async () => {
  const text = capture('5.10/odirect_read_swap.ft');
  const quoted = await checked(each(text, (l) => `b'${l}'`));
  expect(said(quoted)).toEqual(said(await checked(text)));
  expect(kindsOfLoss(quoted)).toContain('truncated');
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

// what a log's own lines look like, and how each prints a line of the dump
const FORMS: Record<string, (line: string, i: number) => string> = {
  'serial console': (l, i) => `[   61.${String(500000 + i)}] ${l}`,
  'with the caller': (l, i) => `[   61.${String(500000 + i)}][  T123] ${l}`,
  'with the caller, apart': (l, i) => `[   61.${String(500000 + i)}] [    C1] ${l}`,
  'dmesg -r': (l, i) => `<0>[   61.${String(500000 + i)}] ${l}`,
  'dmesg -x': (l, i) => `kern  :emerg : [   61.${String(500000 + i)}] ${l}`,
  'dmesg -T': (l) => `[Sat Nov 28 14:56:22 2026] ${l}`,
  'dmesg --time-format iso': (l, i) => `2026-11-28T14:56:22,${String(500000 + i)}+00:00 ${l}`,
  'dmesg -e': (l) => `[  +0.000123] ${l}`,
  journal: (l) => `Nov 28 14:56:22 debian kernel: ${l}`,
  'journal, iso': (l) => `2026-11-28T14:56:22+0000 debian kernel: ${l}`,
  'journal, monotonic': (l, i) => `[   61.${String(500000 + i)}] debian kernel: ${l}`,
  'journal, unix': (l, i) => `1732804582.${String(500000 + i)} debian kernel: ${l}`,
  'journal, short-full': (l) => `Sat 2026-11-28 14:56:22 UTC debian kernel: ${l}`,
  'journal, short-full, a zone without a name': (l) => `Sat 2026-11-28 14:56:22 +0530 debian kernel: ${l}`,
  'syslog, RFC 5424': (l) => `<0>1 2026-11-28T14:56:22.500000+00:00 debian kernel - - - ${l}`,
  'syslog, RFC 5424, printk time': (l, i) =>
    `<0>1 2026-11-28T14:56:22.5Z debian kernel - - - [   61.${String(500000 + i)}] ${l}`,
  'the device of the kernel log': (l, i) => `0,${900 + i},${61500000 + i},-;${l}`,
  'the same with callers': (l, i) => `0,${900 + i},${61500000 + i},-,caller=T138;${l}`,
  'the same with lines about a device': (l, i) => `6,${900 + i},${61500000 + i},c;${l}\n SUBSYSTEM=pci\n DEVICE=+pci:0`,
  'netconsole, extended, through a log server': (l, i) =>
    `2026-11-28T14:56:22.500000+00:00 10.0.0.7 0,${900 + i},${61500000 + i},-;${l}`,
  'netconsole through a log server': (l, i) => `Nov 28 14:56:22 10.0.0.7 [   61.${String(500000 + i)}] ${l}`,
  'journal in a mail': (l) => `> Nov 28 14:56:22 debian kernel: ${l}`,
  'bare (printk.time=0)': (l) => l,
};
const DASHES = '---------------------------------';
const OTHER = [
  'usb 1-1: New USB device found, idVendor=1d6b, idProduct=0002, bcdDevice= 6.12',
  'audit: type=1400 audit(1732804582.123:12): apparmor="STATUS" operation="profile_load"',
  'rcu: INFO: rcu_preempt self-detected stall on CPU',
  'Call Trace:',
  ' <IRQ>',
  ' ? handle_mm_fault+0x12a/0x2c0',
  '---[ end trace 0000000000000000 ]---',
];
const AROUND = ['sysrq: Dump ftrace buffer', 'usb 1-1: new high-speed USB device number 2 using xhci_hcd'];

describe('a dump in a log', async () => {
  const events = capture('5.10/iouring_fixed_uffdwp.ft-latency')
    .split('\n')
    .filter((line) => /^ *\S+-\d+ +\d/.test(line));
  const whole = await checked(`${events.join('\n')}\n`);
  const logOf = (form: (line: string, i: number) => string, dump: string[]): string =>
    `${[...Array.from({ length: 300 }, (_, i) => AROUND[i % 2]), ...dump, ...AROUND].map(form).join('\n')}\n`;

  it.each(Object.keys(FORMS))('%s', async (form) => {
    const dump = ['Dumping ftrace buffer:', DASHES, ...events, DASHES];
    const report = await checked(logOf(FORMS[form], dump));
    expect(said(report)).toEqual(said(whole));
    expect(report.traces[0]).toMatchObject({ events: events.length, losses: [] });
  });

  it.each(['serial console', 'with the caller', 'dmesg -x', 'dmesg -r', 'journal', 'syslog, RFC 5424, printk time'])(
    '%s: other parts of the kernel report something meanwhile, and nothing is lost',
    async (form) => {
      const dump = [
        'Dumping ftrace buffer:',
        DASHES,
        ...events.flatMap((line, i) => (i === 40 ? [...OTHER, line] : line)),
        DASHES,
      ];
      const report = await checked(logOf(FORMS[form], dump));
      expect(said(report)).toEqual(said(whole));
      expect(report.traces[0]).toMatchObject({ events: events.length, losses: [] });
    },
  );

  it.each<[string, (line: string, i: number) => string, string]>([
    ['journal', FORMS.journal, 'Nov 28 14:56:22 debian sshd[812]: session=1 uid=0 opened'],
    ['dmesg -x', FORMS['dmesg -x'], 'user  :notice: [   61.5] systemd-journald[201]: Time spent on flushing is 1.2ms'],
    ['dmesg -r', FORMS['dmesg -r'], '<13>[   61.500000] scn: begin=1'],
    ['RFC 5424', FORMS['syslog, RFC 5424'], '<86>1 2026-11-28T14:56:22Z debian sshd 812 - - session=1'],
  ])('%s: a line of another program is not of the dump', async (_, form, other) => {
    const lines = logOf(form, ['Dumping ftrace buffer:', DASHES, ...events, DASHES]).split('\n');
    const report = await checked([...lines.slice(0, 340), other, ...lines.slice(340)].join('\n'));
    expect(said(report)).toEqual(said(whole));
    expect(report.traces[0]).toMatchObject({ events: events.length, losses: [] });
  });

  it.each([
    ['what is left of an event', '0x1c00) mm=0xffff8ae641062640 addr=0x40db10 flags=0x354'],
    ['an event without its time', events[40].replace(/ \d+us ?\S?:/, '')],
    ['a line that another one was printed into', '[   61.500341] usb 1-1: new high-speed USB device number 2'],
    ['a text of nobody', 'and so on'],
  ])('%s instead of an event is a loss', async (_, text) => {
    const dump = ['Dumping ftrace buffer:', DASHES, ...events.map((line, i) => (i === 40 ? text : line)), DASHES];
    const report = await checked(logOf(FORMS['serial console'], dump));
    expect(kindsOfLoss(report)).not.toEqual([]);
    expect(report.verdict).not.toBe('clean');
  });

  it('a damaged line of the dump is never a line of something else', () => {
    const [line] = events.filter((l) => l.includes(' fault: '));
    for (const whole of [line, line.replace(/^ *\w+-/, 'systemdd-')])
      for (let from = 0; from < whole.length; from++)
        for (let to = from + 1; to <= whole.length; to++)
          if (isOtherMessage(whole.slice(0, from) + whole.slice(to))) expect([from, to]).toEqual([]);
  });

  it('a record of the kernel log is missing', async () => {
    const dump = ['Dumping ftrace buffer:', DASHES, ...events, DASHES];
    const lines = logOf(FORMS['the device of the kernel log'], dump).trimEnd().split('\n');
    const reason = expect.stringContaining('records of the kernel log are missing');
    const without = (at: number): string => `${[...lines.slice(0, at), ...lines.slice(at + 1)].join('\n')}\n`;
    const lost = (await checked(without(320))).traces[0].losses;
    expect(lost).toContainEqual(expect.objectContaining({ kind: 'truncated', reason }));
    expect((await checked(without(20))).traces[0].losses).toEqual([]);
  });

  it('a name that the kernel log escapes', async () => {
    const named = events.map((line) => line.replace(/^ *scn-/, (all) => all.replace('scn', 's\\xe9n')));
    const dump = ['Dumping ftrace buffer:', DASHES, ...named, DASHES];
    const { findings } = await checked(logOf(FORMS['the device of the kernel log'], dump));
    expect(findings[0].pin.comm).toBe('s\xe9n');
  });

  it.each(['serial console', 'with the caller', 'dmesg -T', 'journal'])('%s, of 80 columns', async (form) => {
    const log = logOf(FORMS[form], ['Dumping ftrace buffer:', DASHES, ...events, DASHES]);
    const folded = log.replace(/.{80}(?=.)/g, '$&\n');
    const report = await checked(folded);
    expect(said(report)).toEqual(said(whole));
    expect(report.traces[0]).toMatchObject({ events: events.length, losses: [] });
    expect(report.traces[0].lines).toBe(folded.trimEnd().split('\n').length);
    const pieces = folded.split('\n');
    const piece = pieces.findIndex(
      (_, i) => i > 700 && pieces[i - 1].length === 80 && pieces[i - 1].includes(' fault: '),
    );
    const part = await checked(pieces.filter((_, i) => i !== piece).join('\n'));
    expect(kindsOfLoss(part)).not.toEqual([]);
  });

  it('long after the beginning of the log', async () => {
    const boot = Array.from({ length: 20_000 }, (_, i) => `ACPI: PRMT 0x00000000${i} checksum`);
    const report = await checked(
      logOf(FORMS['serial console'], [...boot, 'Dumping ftrace buffer:', DASHES, ...events, DASHES]),
    );
    expect(report.traces[0]).toMatchObject({ events: events.length, losses: [] });
  });

  it('that ends early, or has lost its beginning, is not whole', async () => {
    const form = FORMS['serial console'];
    const open = await checked(
      [AROUND[0], 'Dumping ftrace buffer:', DASHES, ...events].map(form).join('\n').concat('\n'),
    );
    expect(open.traces[0].losses).toMatchObject([{ kind: 'truncated' }]);
    expect(open.verdict).not.toBe('clean');
    const beheaded = await checked([...events.slice(5), DASHES, ...AROUND].map(form).join('\n').concat('\n'));
    expect(beheaded.verdict).not.toBe('clean');
  });

  it('with lines that another CPU tore, and with lines that the log dropped', async () => {
    const torn = events.slice();
    torn[7] = `${torn[7].slice(0, 60)}[   61.501] watchdog: BUG: soft lockup`;
    torn.splice(9, 0, '** 12 printk messages dropped **');
    const report = await checked(logOf(FORMS['serial console'], ['Dumping ftrace buffer:', DASHES, ...torn, DASHES]));
    expect(report.verdict).not.toBe('clean');
    expect(report.traces[0].losses.some(({ kind }) => kind === 'bad-line' || kind === 'truncated')).toBe(true);
    expect(report.traces[0].losses).toContainEqual(expect.objectContaining({ kind: 'lost-events', count: 12 }));
  });

  it('several of them are several captures', async () => {
    const one = ['Dumping ftrace buffer:', DASHES, ...events, DASHES];
    const two = ['Dumping ftrace instance boot_map buffer:', DASHES, ...events, DASHES];
    const empty = ['Dumping ftrace instance other buffer:', DASHES, '   (ftrace buffer empty)', DASHES];
    const report = await checked(logOf(FORMS['dmesg -r'], [...one, ...empty, ...two]));
    expect(kindsOfLoss(report)).toContain('second-capture');
    expect(report.verdict).not.toBe('clean');
  });
});
