// Why: a dump of the ftrace buffer stands in a log, between other messages and behind what the log puts in front of each line.
import { describe, expect, it } from 'vitest';
import { isOtherMessage } from '../../src/parsers/formats/kernel-lines.ts';
import { capture, checked, kindsOfLoss, said } from './capture.ts';

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
  'TAI64N of multilog': (l, i) => `@40000000656a${(i * 137).toString(16).padStart(12, '0')} [   61.500000] ${l}`,
};

/** What a log is printed in once more, and what that makes of its lines. */
const AGAIN: Record<string, (line: string, i: number) => string> = {
  'a block of Markdown': (l) => `    ${l}`,
  'an indent by a tab': (l) => `\t${l}`,
  'less -N': (l, i) => `${String(i + 1).padStart(7)} ${l}`,
  'cat -A': (l) => `${l}$`,
  'a logger of Python': (l, i) => `2026-11-30 08:12:05,${String(i % 1000).padStart(3, '0')} INFO  root: ${l}`,
  'a test lab': (l, i) => `2026-11-30T08:12:05.${String(i).padStart(6, '0')}  ${l}`,
  'initials in a mail': (l) => `JD> ${l}`,
  'comments of a test': (l) => `# ${l}`,
  'the name of a machine': (l) => `box1: ${l}`,
  'time stamps of a CI in an escape sequence': (l, i) => `\x1b_bk;t=${1764490325000 + i}\x07${l}`,
  'cells of a table': (l, i) => (l.includes(',') ? `${i},"${l.replaceAll('"', '""')}"` : `${i},${l}`),
  'a page': (l) => `<tr><td></td><td class="line">${l.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</td></tr>`,
  'a list of Python': (l) => `b'${l.replaceAll("'", "\\'")}'`,
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

  it.each(
    Object.keys(AGAIN).flatMap((again) => ['serial console', 'dmesg -x', 'journal'].map((form) => [form, again])),
  )('%s, in %s', async (form, again) => {
    const log = logOf(
      (l, i) => AGAIN[again](FORMS[form](l, i), i),
      ['Dumping ftrace buffer:', DASHES, ...events, DASHES],
    );
    const report = await checked(log);
    expect(said(report)).toEqual(said(whole));
    expect(report.traces[0]).toMatchObject({ events: events.length, losses: [] });
    const lines = log.split('\n');
    const open = lines.filter((line, i) => i < 400 || !line.includes(DASHES));
    expect(kindsOfLoss(await checked(open.join('\n')))).toContain('truncated');
  });

  it.each(['a block of Markdown', 'less -N', 'a logger of Python', 'comments of a test', 'a page'])(
    'in %s, long after the beginning',
    async (again) => {
      const boot = Array.from({ length: 20_000 }, (_, i) => `ACPI: PRMT 0x00000000${i} checksum`);
      const report = await checked(
        logOf(
          (l, i) => AGAIN[again](FORMS['serial console'](l, i), i),
          [...boot, 'Dumping ftrace buffer:', DASHES, ...events, DASHES],
        ),
      );
      expect(report.traces[0]).toMatchObject({ events: events.length, losses: [] });
    },
  );

  it('a numbered line of the log is missing', async () => {
    const lines = logOf(
      (l, i) => AGAIN['less -N'](FORMS['serial console'](l, i), i),
      ['Dumping ftrace buffer:', DASHES, ...events, DASHES],
    ).split('\n');
    const reason = expect.stringContaining('others are missing');
    const { losses } = (await checked([...lines.slice(0, 340), ...lines.slice(341)].join('\n'))).traces[0];
    expect(losses).toContainEqual(expect.objectContaining({ kind: 'truncated', reason }));
  });

  it('of two machines, in front of which a program put their names, one is read', async () => {
    const dump = ['Dumping ftrace buffer:', DASHES, ...events, DASHES];
    const both = dump.flatMap((l, i) => ['box1', 'box2'].map((name) => `${name}: ${FORMS['serial console'](l, i)}`));
    const { traces, verdict } = await checked(both.join('\n').concat('\n'));
    expect(traces[0].events).toBe(events.length);
    expect(verdict).not.toBe('clean');
    expect(traces[0].losses).toContainEqual(expect.objectContaining({ reason: expect.stringContaining('box2') }));
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
