// Lines of several files, buffers, machines or containers in one text, with a name before each: never one trace of all.
import { describe, expect, it } from 'vitest';
import { capture, checked, refusal, said } from './capture.ts';

const linesOf = (text: string): string[] => text.trimEnd().split('\n');
const NEAR_TIME = /-\d+ +\[\d+\].*? (\d+\.\d+): /;

/** An event with the lines behind it, such as its stack, and the loss before it. */
function entriesOf(text: string): { time: number; lines: string[] }[] {
  const out: { time: number; lines: string[] }[] = [];
  let before: string[] = [];
  for (const line of linesOf(text).filter((l) => !l.startsWith('cpus='))) {
    const time = NEAR_TIME.exec(line)?.[1];
    if (time !== undefined) out.push({ time: Number(time), lines: [...before, line] });
    else if (line.startsWith('CPU:')) before = [line];
    else out.at(-1)?.lines.push(line);
    if (time !== undefined) before = [];
  }
  return out;
}

/** As print_handle_file() of trace-cmd prints: a name before each record, which may have several lines. */
function report(texts: Record<string, string>, heads: readonly string[]): string {
  const width = Math.max(...Object.keys(texts).map((name) => name.length));
  const front = (name: string): string => `${name.padStart(width)}${name === '' ? '  ' : ': '}`;
  const records = Object.entries(texts).flatMap(([name, text]) => entriesOf(text).map((entry) => ({ ...entry, name })));
  const merged = records.sort((a, b) => a.time - b.time);
  const body = merged.map(({ name, lines: [first, ...rest] }) => [`${front(name)}${first}`, ...rest].join('\n'));
  return `${[...heads, ...body].join('\n')}\n`;
}

const headsOf = (names: readonly string[]): string[] => names.map((name) => `${name}: cpus=2`);
const later = (text: string): string =>
  text.replace(
    /( \d+)(\.\d{6}: )/g,
    (_, seconds: string, rest: string) => `${Number(seconds) + 1}`.padStart(seconds.length) + rest,
  );
const bad = capture('5.10/odirect_read_swap.tc');
const clean = capture('6.12/odirect_read_swap.tc');
const badAlone = await checked(bad);
const cleanAlone = await checked(clean);
const leftOut = expect.objectContaining({ kind: 'truncated', reason: expect.stringContaining('read, not those of') });

describe('trace-cmd report of several files', () => {
  it.each([
    ['equal but for a number', 'host1.dat', 'host2.dat'],
    ['of other lengths', 'trace.dat', 'trace-guest.dat'],
    ['without an extension', 'a', 'machine'],
  ])('names %s: the events of one file are read, and that the others are not is said', async (_, one, two) => {
    const result = await checked(report({ [one]: bad, [two]: later(bad) }, headsOf([one, two])));
    expect(said(result)).toEqual(said(badAlone));
    expect(result.traces[0]).toMatchObject({ events: badAlone.traces[0].events, losses: [leftOut] });
  });

  it('of two kernels, of which one trace is clean: not clean', async () => {
    const result = await checked(report({ 'a.dat': clean, 'b.dat': clean }, headsOf(['a.dat', 'b.dat'])));
    expect(result.traces[0]).toMatchObject({ events: cleanAlone.traces[0].events, losses: [leftOut] });
    expect(result.verdict).toBe('could-not-be-checked');
  });

  it('without its first lines, and quoted', async () => {
    const text = report({ 'a.dat': bad, 'b.dat': later(bad) }, []);
    for (const changed of [text, text.replace(/^(?=.)/gm, '> ')])
      expect((await checked(changed)).traces[0].losses).toContainEqual(leftOut);
  });

  it('after something unknown it is refused', async () => {
    let n = 0;
    const text = report({ 'a.dat': bad, 'b.dat': bad }, headsOf(['a.dat', 'b.dat'])).replace(
      /^/gm,
      () => `${'~'.repeat(n++ % 7)}: `,
    );
    expect(await refusal(text)).toContain('different names');
  });
});

describe('trace-cmd report of a file with instances', () => {
  const events = (text: string, keep: RegExp, is: boolean): string =>
    linesOf(text)
      .filter((line) => keep.test(line) === is)
      .join('\n');

  it.each(['mm1', ''])('other events in each of them, one called "%s": all are read', async (one) => {
    const gup = /: gup_\w+: /;
    const parts = { [one]: events(clean, gup, true), ptes: events(clean, gup, false) };
    const result = await checked(report(parts, ['cpus=2']));
    expect(result.verdict).toBe(cleanAlone.verdict);
    expect(result.traces[0]).toMatchObject({ events: cleanAlone.traces[0].events, losses: [] });
  });

  it('the same events in two: each is read once', async () => {
    for (const [text, alone] of [
      [bad, badAlone],
      [clean, cleanAlone],
    ] as const) {
      const result = await checked(report({ mm1: text, second: text }, ['cpus=2']));
      expect(said(result)).toEqual(said(alone));
      expect(result.verdict).toBe(alone.verdict);
      expect(result.traces[0]).toMatchObject({ events: alone.traces[0].events, losses: [] });
    }
  });

  it('the same events in two, far behind the beginning: not clean', async () => {
    const [first, ...rest] = linesOf(clean);
    const parts = { mm1: [first, ...rest].join('\n'), second: rest.slice(-20).join('\n') };
    const head = { mm1: rest.slice(0, 600).join('\n'), second: later(rest.slice(600).join('\n')) };
    for (const given of [parts, head]) expect((await checked(report(given, ['cpus=2']))).verdict).not.toBe('clean');
  });

  it('events that trace-cmd says were dropped are those of the instance', async () => {
    const lost = capture('5.10/odirect_read_swap.tc-lost');
    const { losses } = (await checked(lost)).traces[0];
    const result = await checked(report({ mm1: lost, second: events(clean, /: sys_/, true) }, ['cpus=2']));
    const kinds = losses.map(({ kind, count }) => ({ kind, count }));
    expect(result.traces[0].losses).toEqual(expect.arrayContaining(kinds.map((loss) => expect.objectContaining(loss))));
  });
});

describe('several machines in one log', async () => {
  const dump = [
    'Dumping ftrace buffer:',
    '-'.repeat(33),
    ...linesOf(capture('5.10/iouring_fixed_uffdwp.ft-latency')).filter((line) => /^ *\S+-\d+ +\d/.test(line)),
    '-'.repeat(33),
  ];
  const FORMS: Record<string, (host: string, line: string) => string> = {
    syslog: (host, line) => `Nov 28 14:56:22 ${host} kernel: [   61.500000] ${line}`,
    'syslog, RFC 5424': (host, line) => `<0>1 2026-11-28T14:56:22.500000+00:00 ${host} kernel - - - ${line}`,
    'docker compose': (host, line) => `${host} | ${line}`,
  };
  it.each(Object.keys(FORMS))('%s: each line of the first is read once', async (form) => {
    const of = (host: string): string[] => dump.map((line) => FORMS[form](host, line));
    const one = await checked(`${of('web-1').join('\n')}\n`);
    const two = of('web-2');
    const both = await checked(
      `${of('web-1')
        .flatMap((line, i) => [line, two[i]])
        .join('\n')}\n`,
    );
    expect(one.traces[0].losses).toEqual([]);
    expect(said(both)).toEqual(said(one));
    expect(both.traces[0]).toMatchObject({ events: one.traces[0].events, losses: [leftOut] });
  });

  it('pdsh, with the headers of both', async () => {
    const ftrace = linesOf(capture('5.10/odirect_read_swap.ft'));
    const both = ftrace.flatMap((line) => [`host1: ${line}`, `host2: ${line}`]).join('\n');
    const alone = await checked(`${ftrace.join('\n')}\n`);
    const result = await checked(`${both}\n`);
    expect(said(result)).toEqual(said(alone));
    expect(result.traces[0]).toMatchObject({ events: alone.traces[0].events, losses: [leftOut] });
  });

  it('grep -H of two traces', async () => {
    const ftrace = capture('5.10/odirect_read_swap.ft');
    const of = (name: string): string => ftrace.replace(/^(?=.)/gm, `${name}:`);
    const result = await checked(of('a1/trace.txt') + of('a2/trace.txt'));
    expect(said(result)).toEqual(said(await checked(ftrace)));
    expect(result.traces[0].losses).toContainEqual(leftOut);
  });

  const ftrace = linesOf(capture('5.10/odirect_read_swap.ft')).filter((line) => !line.startsWith('#'));
  const saidAlone = said(await checked(`${ftrace.join('\n')}\n`));
  const AROUND: Record<string, (n: number, line: string) => string> = {
    'kubectl --prefix': (n, line) => `[pod/trace-${n}/main] ${line}`,
    'names with a number': (n, line) => `[agent:${n}] ${line}`,
    'addresses behind a time': (n, line) => `2026-11-28T14:56:22.1Z 10.0.0.${n} ${line}`,
    'addresses of IPv6': (n, line) => `fd00::1:${n}: ${line}`,
    'mpirun --tag-output': (n, line) => `[1,${n}]<stdout>:${line}`,
    'the journal in JSON': (n, MESSAGE) => JSON.stringify({ _BOOT_ID: `${n}`.repeat(32), MESSAGE }),
    'fluent-bit': (n, log) => JSON.stringify({ log, kubernetes: { pod_name: `trace-${n}`, host: 'n' } }),
    'entries of the journal': (n, line) => `__CURSOR=s=a\n_BOOT_ID=${`${n}`.repeat(32)}\n_PID=1\nMESSAGE=${line}\n`,
    'its verbose entries': (n, line) =>
      `Sat 2026-11-28 14:56:22 UTC [s=a;i=1;b=${`${n}`.repeat(32)};m=1]\n    MESSAGE=${line}`,
    'JSON over several lines': (n, message) =>
      JSON.stringify({ _source: { message, host: { os: 'Linux', name: `h${n}` } } }, null, 1),
    'JSON of CloudWatch': (n, message) => `{"events":\n[${JSON.stringify({ logStreamName: `s${n}`, message })}]}`,
  };
  it.each(Object.keys(AROUND))('%s: each line of the first is read once', async (form) => {
    const alone = await checked(`${ftrace.map((line) => AROUND[form](1, line)).join('\n')}\n`);
    const both = ftrace.flatMap((line) => [1, 2].map((n) => AROUND[form](n, line)));
    const result = await checked(`${both.join('\n')}\n`);
    expect(said(alone)).toEqual(saidAlone);
    expect(said(result)).toEqual(said(alone));
    expect(result.traces[0]).toMatchObject({ events: alone.traces[0].events, losses: [leftOut] });
  });

  it('Loki names the machine once, before or behind its lines', async () => {
    const values = ftrace.map((line) => ['1', line]);
    const streams = (isBehind: boolean) =>
      ['a', 'b'].map((host) => (isBehind ? { values, stream: { host } } : { stream: { host }, values }));
    for (const isBehind of [false, true]) {
      const result = await checked(JSON.stringify({ data: { result: streams(isBehind) } }));
      expect(said(result)).toEqual(saidAlone);
      expect(result.traces[0].losses).toEqual([leftOut]);
    }
  });

  it.each(['[INFO]', '[stdout]', '[T1]', '[ab12cd34]'])(
    '%s before a line, and another before another, names nobody',
    async (one) => {
      const other = { '[INFO]': '[WARN]', '[stdout]': '[stderr]', '[T1]': '[T2]' }[one] ?? '[ef56ab78]';
      const result = await checked(`${ftrace.map((line, i) => `${i % 9 === 4 ? other : one} ${line}`).join('\n')}\n`);
      expect(result.traces[0]).toMatchObject({ events: ftrace.length, losses: [] });
    },
  );

  it('a name that ends with the number of the line names nobody', async () => {
    const named = ftrace.map((line, i) => `[trace-${i}] ${line}`);
    const result = await checked(`${named.join('\n')}\n`);
    expect(said(result)).toEqual(saidAlone);
    expect(result.traces[0]).toMatchObject({ events: ftrace.length, losses: [] });
    named.splice(900, 3);
    expect((await checked(`${named.join('\n')}\n`)).traces[0].losses).toMatchObject([{ kind: 'truncated' }]);
  });

  it('two runs of a program, one behind the other', async () => {
    const of = (pid: number, text: string): string => text.replace(/^(?=.)/gm, `Nov 28 14:56:22 box trace[${pid}]: `);
    const result = await checked(of(711, `${ftrace.join('\n')}\n`) + of(815, later(`${ftrace.join('\n')}\n`)));
    expect(said(result)).toEqual(saidAlone);
    expect(result.traces[0]).toMatchObject({ events: ftrace.length, losses: [leftOut] });
  });

  it('numbers that do not count lines are names', async () => {
    const result = await checked(`${[1, 2].flatMap((n) => ftrace.map((line) => `${n}\t${line}`)).join('\n')}\n`);
    expect(said(result)).toEqual(saidAlone);
    expect(result.traces[0]).toMatchObject({ events: ftrace.length, losses: [leftOut] });
  });
});

describe('one header that counts the events of all senders: one trace, printed by threads or processes', async () => {
  const text = capture('5.10/odirect_read_swap.ft');
  const alone = await checked(text);
  const lines = linesOf(text);
  const NAMES: Record<string, (n: number, line: string) => string> = {
    'a pool of threads': (n, line) => `[pool-${n}] ${line}`,
    'a logger': (n, line) => `2026-11-28 14:56:22,123 [worker-${n}] INFO trace - ${line}`,
    'two processes': (n, line) => `Nov 28 14:56:22 box trace[${700 + n}]: ${line}`,
    'a process for each line': (_, line) => `Nov 28 14:56:22 box trace[${700 + lines.indexOf(line)}]: ${line}`,
    jobs: (n, line) => `${n}\t${line}`,
    'JSON per line': (n, log) => JSON.stringify({ log, pod_name: `p${n}` }),
  };
  it.each(Object.keys(NAMES))('%s', async (form) => {
    for (const at of [2, 400]) {
      const named = lines.map((line, i) => NAMES[form](1 + (Math.floor(i / at) % 2), line));
      const result = await checked(`${named.join('\n')}\n`);
      expect(said(result)).toEqual(said(alone));
      expect(result.traces[0]).toMatchObject({ events: alone.traces[0].events, losses: [] });
      // where some are missing, it may as well be several
      named.splice(900, 3);
      if (form !== 'a process for each line')
        expect((await checked(`${named.join('\n')}\n`)).traces[0].losses).toEqual([leftOut]);
    }
  });
});
