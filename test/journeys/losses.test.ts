// Text that lost something on its way: cut, put in another order, put behind other text. It is never clean, says what
// happened to it and where, and no finding comes of it that the whole text does not have.
import { describe, expect, it, test } from 'vitest';
import { capture, checked, kindsOfLoss, refusal, said } from './capture.ts';

const FORMS = ['5.10/odirect_read_swap.ft', '5.10/odirect_read_swap.tc', '5.10/odirect_read_swap.perf'];

describe.each(FORMS)('%s', (name) => {
  const text = capture(name);
  const lines = text.split('\n');

  it.each([100, 120, 150])('cut at column %i', async (column) => {
    const report = await checked(lines.map((line) => line.slice(0, column)).join('\n'));
    expect(report.verdict).not.toBe('clean');
    const cut = report.traces[0].losses.find(({ kind }) => kind === 'truncated');
    expect(cut?.count).toBeGreaterThan(5);
    expect(cut?.line).toBeGreaterThan(0);
    expect(cut?.reason).toContain(`cut at column ${column}`);
    const whole = said(await checked(text));
    for (const finding of said(report)) expect(whole).toContain(finding);
  });

  it('sorted by its text', async () => {
    const report = await checked(`${lines.slice(0, -1).sort().join('\n')}\n`);
    expect(report.verdict).not.toBe('clean');
    expect(kindsOfLoss(report)).toContain('out-of-order');
  });

  it('from the end to the beginning', async () => {
    const report = await checked(`${lines.slice(0, -1).reverse().join('\n')}\n`);
    expect(report.verdict).not.toBe('clean');
    expect(kindsOfLoss(report)).toContain('out-of-order');
  });

  it('CPU after CPU', async () => {
    const of = (cpu: number) => lines.filter((line) => line.includes(`[00${cpu}]`));
    const report = await checked(`${[...of(0), ...of(1)].join('\n')}\n`);
    expect(report.verdict).not.toBe('clean');
    expect(kindsOfLoss(report)).toContain('out-of-order');
  });
});

test('two captures in one file', async () => {
  const one = capture('5.10/odirect_read_swap.ft');
  const two = capture('6.12/odirect_read_munmap.ft');
  const { verdict, traces } = await checked(one + two);
  expect(verdict).not.toBe('clean');
  expect(traces[0].losses).toContainEqual(
    expect.objectContaining({ kind: 'second-capture', line: one.split('\n').length }),
  );
});

const fault = (time: string, args: string): string =>
  `             scn-134     [001] d...     9.0448${time}: fault: (handle_mm_fault+0x0/0x1c00) ${args}\n`;
const WHOLE = 'mm=0xffff9fc2c1061540 addr=0x40d9d0 flags=0x354';

test.each([
  ['without its last argument', 'mm=0xffff9fc2c1061540 addr=0x40d9'],
  ['in the middle of a name', 'mm=0xffff9fc2c1061540 addr=0x40d9d0 fla'],
  ['before a value', 'mm=0xffff9fc2c1061540 addr=0x40d9d0 flags='],
  ['with a quote behind it', "mm=0xffff9fc2c1061540 addr=0x40d9d0 flags=0x354'"],
  ['with another line in it', 'mm=0xffff9fc2c1061540 addr=0x40d9[   61.5] usb 1-1: new device'],
])('a line that ends %s is no event', async (_, args) => {
  const { traces } = await checked(fault('46', WHOLE) + fault('47', args) + fault('48', WHOLE));
  expect(traces[0]).toMatchObject({ events: 2, mmEvents: 2, lineKinds: { event: 2, bad: 1 } });
  expect(traces[0].losses).toMatchObject([{ kind: 'truncated', count: 1, line: 2 }]);
});

test('a line that lacks arguments is one, also when it comes before the whole ones', async () => {
  const { traces } = await checked(fault('46', 'mm=0xffff9fc2c1061540') + fault('47', WHOLE) + fault('48', WHOLE));
  expect(traces[0].losses).toMatchObject([{ kind: 'truncated', count: 1, line: 1 }]);
});

test('what a kernel prints for a value that it could not read is not damage', async () => {
  const { traces } = await checked(fault('46', WHOLE) + fault('47', 'mm=(fault) addr=0x40d9d0 flags=(fault)'));
  expect(traces[0]).toMatchObject({ events: 2, losses: [] });
});

test('text of a CPU that is not the first, without a header, is not of the whole machine', async () => {
  const lines = capture('6.12/odirect_write_preforkexit.ft')
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  expect((await checked(lines.join('\n'))).verdict).toBe('clean');
  const { verdict, traces } = await checked(lines.map((line) => (line.includes('[001]') ? `${line}\n` : '')).join(''));
  expect({ verdict, losses: traces[0].losses }).toEqual({ verdict: 'could-not-be-checked', losses: [] });
});

test('the beginning of a buffer is marked only where events were overwritten', async () => {
  const lines = capture('6.12/odirect_write_preforkexit.ft').split('\n');
  const mark = '##### CPU 1 buffer started ####';
  const events = lines.filter((line) => !line.startsWith('#'));
  const marked = await checked([...events.slice(0, 40), mark, ...events.slice(40)].join('\n'));
  expect(marked.verdict).toBe('could-not-be-checked');
  expect(marked.traces[0].losses).toMatchObject([{ kind: 'overwritten', line: 41 }]);
  // a header says how many
  const counted = await checked(lines.map((line, i) => (i === 40 ? `${mark}\n${line}` : line)).join('\n'));
  expect(counted.traces[0].losses).toEqual([]);
});

describe('lines that are there twice', () => {
  const lines = capture('6.12/odirect_write_preforkexit.ft').split('\n');
  const events = lines.filter((line) => !line.startsWith('#'));
  const twice = (all: string[], from: number, to: number): string =>
    all.flatMap((line, i) => (i >= from && i < to && line !== '' ? [line, line] : line)).join('\n');

  it('are not those that the header counts', async () => {
    const { traces } = await checked(twice([...lines.slice(0, 700), ...lines.slice(800)], 20, 170));
    expect(traces[0].losses).toContainEqual({ kind: 'truncated', reason: expect.stringContaining('100 of them are') });
  });

  it('are a loss, also where it begins late', async () => {
    const { traces, verdict } = await checked(twice(events, 500, events.length));
    expect(traces[0].losses).toMatchObject([{ kind: 'out-of-order', line: 502 }]);
    expect(verdict).toBe('could-not-be-checked');
  });

  it('may be what the kernel does with one page of a folio after the other', async () => {
    expect((await checked(`${events[20]}\n`.repeat(30))).traces[0].losses).toEqual([]);
  });
});

test('trace_printk() prints the calling function in place of an event name', async () => {
  const { traces } = await checked(
    `${fault('46', WHOLE)}             scn-134     [001] d...     9.044847: copy_page_range: dbg vma 3\n`,
  );
  expect(traces[0]).toMatchObject({ events: 2, mmEvents: 1, losses: [] });
});

test('perf script does not say whether samples were lost, so its text is not called whole', async () => {
  const text = capture('5.10/odirect_read_swap.perf-lost').replaceAll(/.*PERF_RECORD_LOST.*\n/g, '');
  const { verdict, rules } = await checked(text);
  expect(verdict).toBe('could-not-be-checked');
  const missing = rules.find(({ id }) => id === 'insufficient-evidence')?.missing;
  expect(missing).toContainEqual(expect.stringContaining('--show-lost-events'));
});

describe('a trace whose header counts its events', () => {
  const text = capture('6.12/iouring_fixed_none.ft');
  const around = (trace: string): string => `Hello,\n\nthis is the trace:\n\n${trace}root@box:~# \n`;

  it('is indented by a tab', async () => {
    const { verdict, traces } = await checked(text.replaceAll(/^/gm, '\t').replace(/\t$/, ''));
    expect({ verdict, losses: traces[0].losses }).toEqual({ verdict: 'clean', losses: [] });
  });

  it('is in a mail', async () => {
    const { verdict, traces } = await checked(around(text));
    expect({ verdict, losses: traces[0].losses }).toEqual({ verdict: 'clean', losses: [] });
  });

  it('is in a mail, and one event is missing', async () => {
    const lines = text.split('\n');
    const { verdict, traces } = await checked(around([...lines.slice(0, 500), ...lines.slice(501)].join('\n')));
    expect(verdict).toBe('could-not-be-checked');
    expect(traces[0].losses).toMatchObject([
      { kind: 'truncated', reason: expect.stringMatching(/but 1 of them is missing/) },
    ]);
  });
});

test('the head of a capture counts the events of each CPU', async () => {
  const text = capture('6.12/none_quick.capture').replace(/^# entries-in-buffer.*\n/m, '');
  expect((await checked(text)).verdict).toBe('clean');
  const { traces, verdict } = await checked(text.replace(/.* clear_flush: .*\n/, ''));
  expect(verdict).toBe('could-not-be-checked');
  expect(traces[0].losses).toMatchObject([{ kind: 'truncated', reason: expect.stringMatching(/header counts 3,605/) }]);
});

test('a bio whose operation is not shown neither reads nor writes', async () => {
  const text = capture('5.10/odirect_write_swap.ft').replaceAll(/( bio_submit: .*) opf=0x[0-9a-f]+/g, '$1');
  const { findings, verdict } = await checked(text);
  expect(verdict).not.toBe('clean');
  expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
  expect(JSON.stringify(findings)).not.toContain('READ 512 bytes');
});

describe('a log that dropped lines of a program that wrote too many says so', () => {
  const lines = capture('5.10/odirect_read_swap.ft').trimEnd().split('\n');
  const logged = (said: string): string => {
    const kept = [...lines.slice(0, 500), undefined, ...lines.slice(540)];
    const log = kept.map((line) => (line === undefined ? `box ${said}` : `box cat[123]: ${line}`));
    return `${log.map((line, i) => `Nov 28 14:56:${String(10 + (i % 50))} ${line}`).join('\n')}\n`;
  };

  it.each([
    ['systemd-journald[99]: Suppressed 40 messages from tracer.service', 40],
    ['systemd-journald[99]: Missed 40 kernel messages', 40],
    ['rsyslogd: imjournal: 40 messages lost due to rate-limiting', 40],
    ['rsyslogd: imuxsock from <box:cat>: begin to drop messages due to rate-limiting', undefined],
  ])('%s', async (said, n) => {
    const { findings, traces } = await checked(logged(said));
    expect(traces[0].losses).toContainEqual(expect.objectContaining({ kind: 'lost-events', count: n, line: 501 }));
    expect(findings.filter(({ confidence }) => confidence === 'certain')).toEqual([]);
  });
});

it('a text to which PowerShell appended in UTF-16 is two, not one with a hole', async () => {
  const lines = capture('6.12/odirect_read_munmap.ft').split('\n');
  const appended = (at: number): string => {
    const wide = Buffer.from(lines.slice(at).join('\r\n'), 'utf16le').toString('latin1');
    return `${lines.slice(0, at).join('\n')}\n${wide}`;
  };
  expect(await refusal(appended(300))).toMatch(/UTF-16, which PowerShell appends/);
  const { traces, verdict } = await checked(appended(900));
  expect(verdict).toBe('could-not-be-checked');
  expect(JSON.stringify(traces[0].losses)).toMatch(/UTF-16 from about byte \d+ on/);
  expect(JSON.stringify(traces[0].losses)).not.toMatch(/never written/);
});
