import { describe, expect, it } from 'vitest';
import { createParser } from '../../src/parsers/detect/detect.ts';
import { head, read, readAll, readWith } from './read.ts';

const ns = head('ftrace');
const ticks = head('ftrace', { timeUnit: 'ticks', timeDigits: 0 });

describe('the default layout', () => {
  it('reads 4 characters of irq-info (5.10)', () => {
    const line =
      '             scn-133     [000] d...     9.044846: grab_fast: (try_grab_compound_head+0x0/0x220) page=0xffffe882c10214c0 refs=1 flags=0x5 ref=1';
    expect(read(line, ns)).toEqual({
      comm: 'scn',
      pid: 133,
      cpu: 0,
      ts: 9_044_846_000,
      name: 'grab_fast',
      args: '(try_grab_compound_head+0x0/0x220) page=0xffffe882c10214c0 refs=1 flags=0x5 ref=1',
    });
  });

  it('reads 5 characters of irq-info (6.1 and later)', () => {
    const line =
      '             scn-221     [001] ...1.    28.378848: wp_fault: (do_wp_page+0x0/0x380) mm=0xffff8a72c08a7a80 addr=0x7fb338518000';
    expect(read(line, ns)).toMatchObject({ comm: 'scn', pid: 221, cpu: 1, ts: 28_378_848_000, name: 'wp_fault' });
  });

  it.each(['.l...', 'dBH1.', 'dNH2.', 'd.h2.', '.B.1.', 'd...', 'X#Z3f'])(
    'takes any letters as irq-info: %s',
    (flags) => {
      const line = `             scn-221     [001] ${flags}    28.378848: fault: (handle_mm_fault+0x0/0x2d0) mm=0x1`;
      expect(read(line, ns)).toMatchObject({ pid: 221, cpu: 1, ts: 28_378_848_000, name: 'fault' });
    },
  );

  it('reads lines without irq-info', () => {
    const line =
      '             scn-185     [001]     14.117719: page_fault_user: address=0x40d9d0 ip=0x40d9d0 error_code=0x14';
    expect(read(line, ns)).toMatchObject({ pid: 185, cpu: 1, ts: 14_117_719_000, name: 'page_fault_user' });
  });

  it('reads the tgid column, with and without irq-info, known and unknown', () => {
    expect(read('             scn-210     (    209) [001]     19.238260: fault: (f+0x0/0x1) mm=0x1', ns)).toMatchObject(
      { pid: 210, tgid: 209 },
    );
    expect(read('             scn-132     (    132) [001] d...     7.449287: fault: a=1', ns)).toMatchObject({
      pid: 132,
      tgid: 132,
      cpu: 1,
    });
    expect(read('          <idle>-0       (-------) [000] d.h2.    19.238260: bio_end: a=1', ns)).toEqual({
      comm: '<idle>',
      pid: 0,
      cpu: 0,
      ts: 19_238_260_000,
      name: 'bio_end',
      args: 'a=1',
    });
  });

  it.each([
    ['  iou-wrk-187-18', 189],
    ['     kworker/0:1', 15],
    ['          <idle>', 0],
    ['           <...>', 222],
    ['     Web Content', 4194304],
    ['   a-1 [000] b:c', 7654321],
    ['    (sd-pam) [x]', 12],
    ['      jbd2/vda-8', 88],
  ])('reads the name "%s"', (comm, pid) => {
    const line = `${comm}-${String(pid).padEnd(7)} [003] .....     9.044846: fault: a=1`;
    expect(read(line, ns)).toMatchObject({ comm: comm.trim(), pid, cpu: 3, name: 'fault' });
  });

  it('reads a CPU of four digits', () => {
    expect(read('             scn-133     [1023] d...     9.044846: fault: a=1', ns)).toMatchObject({ cpu: 1023 });
  });

  it('reads nanoseconds and long uptimes exactly, relative to the base', () => {
    const based = head('ftrace', { timeBase: 12_000_000, timeDigits: 9 });
    const line = '             scn-133     [000] d... 12000001.123456789: fault: a=1';
    expect(read(line, based)).toMatchObject({ ts: 1_123_456_789 });
    const parser = createParser(based);
    for (const [time, ts] of [
      ['12000000.000000001', 1],
      ['12000000.123456789', 123_456_789],
      ['11999999.999999999', -1],
      ['12000000.123456', 123_456_000],
    ]) {
      expect(readWith(parser, `             scn-133     [000] d... ${time}: fault: a=1`)).toMatchObject({ ts });
    }
  });

  it('reads clocks that have no seconds', () => {
    expect(
      read('             scn-315     [000] d...  86546260107: page_fault_user: address=0x40d9d0', ticks),
    ).toMatchObject({ ts: 86_546_260_107 });
    expect(
      read('             scn-341     [000] d...            4: page_fault_user: address=0x40d9d0', ticks),
    ).toMatchObject({ ts: 4 });
    const late = head('ftrace', { timeUnit: 'ticks', timeDigits: 0, timeBase: 123_456_789_000_000_000 });
    expect(read('             scn-315     [000] d... 123456789000000007: fault: a=1', late)).toMatchObject({ ts: 7 });
  });

  it('reads lines that lost their columns', () => {
    expect(read('scn-133 [000] d... 9.044846: fault: a=1', ns)).toMatchObject({
      comm: 'scn',
      pid: 133,
      cpu: 0,
      ts: 9_044_846_000,
    });
    expect(read('\tkworker/0:1-12 [000] 9.044846: fault: a=1', ns)).toMatchObject({ comm: 'kworker/0:1', pid: 12 });
  });

  it('keeps reading when the columns change in the middle', () => {
    const parser = createParser(ns);
    const lines = [
      '             scn-133     [000] d...     9.044846: a: x',
      '             scn-133     [000] d....     9.044847: b: x',
      '             scn-133     [000]     9.044848: c: x',
      '             scn-133   [000]     9.044849: d: x',
      '             scn-133     (    133) [000] d...     9.044850: e: x',
      '             scn-133     [000] d... 123456.044851: f: x',
      '             scn-133     [000] d...     9.044852: g: x',
    ];
    expect(lines.map((line) => readWith(parser, line).ts)).toEqual([
      9_044_846_000, 9_044_847_000, 9_044_848_000, 9_044_849_000, 9_044_850_000, 123_456_044_851_000, 9_044_852_000,
    ]);
  });

  it('does not take a line for another task, pid or second that looks much like the one before', () => {
    const parser = createParser(ns);
    const pids = ['133    ', '1337   ', '13371  ', '133719 ', '1337191'];
    for (const comm of ['scn', 'scm', 'a scn', '<...>']) {
      for (const pid of pids) {
        for (const time of [
          '    9.044846',
          '   99.044846',
          '  999.044846',
          ' 9999.044846',
          '99999.044846',
          '199999.044846',
        ]) {
          const line = `${comm.padStart(16)}-${pid} [000] d... ${time}: fault: a=1`;
          const [seconds, fraction] = time.trim().split('.');
          const ts = Number(seconds) * 1e9 + Number(fraction) * 1000;
          expect(readWith(parser, line)).toMatchObject({ comm, pid: Number(pid), ts });
        }
      }
    }
  });
});

describe('what follows the time', () => {
  const prefix = '             scn-133     [000] d...     9.044846: ';

  it.each([
    [
      'wp_fault_ret: (handle_mm_fault+0x1220/0x1c00 <- do_wp_page) ret=0x8',
      'wp_fault_ret',
      '(handle_mm_fault+0x1220/0x1c00 <- do_wp_page) ret=0x8',
    ],
    [
      "pin_pages: ([unknown/kretprobe'd] <- gup_fast_fallback) start=0x1",
      'pin_pages',
      "([unknown/kretprobe'd] <- gup_fast_fallback) start=0x1",
    ],
    [
      'sys_madvise(start: 7fcde215a000, len_in: 4000, behavior: f)',
      'sys_madvise',
      '(start: 7fcde215a000, len_in: 4000, behavior: f)',
    ],
    ['sys_pread64 -> 0x8', 'sys_pread64', '-> 0x8'],
    ['sys_pread64 -> 0xfffffffffffffff2', 'sys_pread64', '-> 0xfffffffffffffff2'],
    [
      'sys_pwrite64(fd: 4, buf: 0x7ffc7f524800 (44:44:44) "a <-b", count: 200)',
      'sys_pwrite64',
      '(fd: 4, buf: 0x7ffc7f524800 (44:44:44) "a <-b", count: 200)',
    ],
    ['tracing_mark_write: scn: action', 'tracing_mark_write', 'scn: action'],
    ['tracing_mark_write: look: a <-b', 'tracing_mark_write', 'look: a <-b'],
    ['block_rq_issue: 254,16 W 12288 () 240 + 24 [scn]', 'block_rq_issue', '254,16 W 12288 () 240 + 24 [scn]'],
    ['empty: ', 'empty', ''],
    ['empty:', 'empty', ''],
    [
      'fault: __probe_ip=handle_mm_fault+0x4/0x2c0 (-1808632796) mm=0xffff8989c107db00 (-130250234668288)',
      'fault',
      '__probe_ip=handle_mm_fault+0x4/0x2c0 (-1808632796) mm=0xffff8989c107db00 (-130250234668288)',
    ],
    ['do_wp_page+0x10/0x470: hello', 'do_wp_page+0x10/0x470', 'hello'],
    ['try_grab.part.0: hello', 'try_grab.part.0', 'hello'],
  ])('reads an event: %s', (body, name, args) => {
    expect(read(prefix + body, ns)).toMatchObject({ pid: 133, name, args });
  });

  it.each([
    'page_add_file_rmap <-alloc_set_pte',
    "internal_get_user_pages_fast <-[unknown/kretprobe'd]",
    'handle_mm_fault(vma=0xffff8b, address=4, flags=0x254) <-do_user_addr_fault',
    'sys_ni_syscall <-do_syscall_64',
    'do_fault.isra.0 <-__handle_mm_fault',
    'foo <-bar [mod]',
    'foo <-bar (repeats: 2, last_ts:   9.044849)',
  ])('knows a function for one: %s', (body) => {
    expect(read(prefix + body, ns)).toEqual({ kind: 'Function' });
  });

  it.each([
    ['<stack trace>', 'Stack'],
    ['<user stack trace>', 'Stack'],
    ['  134:120:R   + [001]   210:120:R scn', 'Record'],
    ['  134:120:S ==> [001]     0:120:R <idle>', 'Record'],
    ['#1     inner/outer(us):   12/10   ts:9.044846', 'Record'],
  ])('knows %s for a %s', (body, kind) => {
    expect(read(prefix + body, ns)).toEqual({ kind });
  });

  // print_trace_fmt(), kernel/trace/trace.c, of an event that was removed while a buffer still had records of it
  it.each(['Unknown type 1711', 'faul', '', '12: x', '<odd>: x', '.: x'])('says that "%s" is not an event', (body) => {
    expect(read(prefix + body, ns)).toEqual({ kind: 'Bad', reason: 'no event after the time' });
  });
});

describe('other lines', () => {
  it.each([
    ['# tracer: nop', 'Header'],
    ['#', 'Header'],
    ['##### CPU 1 buffer started ####', 'Header'],
    ['', 'Blank'],
    ['   ', 'Blank'],
    [' => handle_mm_fault', 'Stack'],
    [" => [unknown/kretprobe'd]", 'Stack'],
    ['=> exc_page_fault (ffffffffb4b04e40)', 'Stack'],
    ['496 1 57669836610 type: 116', 'Record'],
  ])('"%s" is a %s', (line, kind) => {
    expect(read(line, ns)).toMatchObject({ kind });
  });

  it('reads how much was lost', () => {
    expect(read('CPU:0 [LOST 11915 EVENTS]', ns)).toEqual({ kind: 'Lost', cpu: 0, lost: 11915 });
    expect(read('CPU:12 [LOST EVENTS]', ns)).toEqual({ kind: 'Lost', cpu: 12, lost: -1 });
  });

  it.each([
    'hello world',
    'fault: (handle_mm_fault+0x0/0x1c00) mm=0x1',
    '             scn-133     [000] d...     9.04',
    '             scn-133     [000] d... ',
    '             scn-13',
    'CPU:0 [LOST',
    'CPU:x [LOST 1 EVENTS]',
    '9.044846: x',
  ])('"%s" is bad', (line) => {
    expect(read(line, ns)).toMatchObject({ kind: 'Bad' });
  });

  it.each(['#w', '=> w', '=> a-1', '## x'])('reads an event of the task "%s" whose blanks were lost', (comm) => {
    for (const line of [
      `${comm}-159 [001] .... 20.539985: unmap_one: (f+0x0/0x1) a=0x1`,
      `${comm}-159     [001] 20.5: e: x`,
    ])
      expect(read(line, 'ftrace')).toMatchObject({ comm, pid: 159, cpu: 1 });
    expect(read(`${comm}-159   [001]    20.539985: unmap_one: (1) a=1`, 'trace-cmd')).toMatchObject({ comm, pid: 159 });
  });

  it('does not take an event after a `#` for a header: it is missing', () => {
    for (const line of [
      '# scn-157 [001] .... 20.539985: wp_fault: (f+0x0/0x1) a=0x1',
      '#              scn-157     [001] ....    20.539985: wp_fault: (f+0x0/0x1) a=0x1',
      '#             scn-157     [001] ....    20.539985: wp_fault: (f+0x0/0x1) a=0x1',
      ' =>              scn-157     [001] ....    20.539985: wp_fault: (f+0x0/0x1) a=0x1',
    ])
      expect(read(line, 'ftrace')).toMatchObject({ kind: 'Bad', reason: expect.stringContaining('an event behind') });
  });

  it('gives the further lines of a marker to the marker', () => {
    const parser = createParser(ns);
    const lines = [
      '             scn-133     [000] d...     9.044846: tracing_mark_write: first',
      'second: of three',
      'third',
      '             scn-133     [000] d...     9.044847: fault: a=1',
      'fourth',
    ];
    expect(lines.map((line) => readWith(parser, line).kind)).toEqual([undefined, 'Stack', 'Stack', undefined, 'Bad']);
  });
});

describe('latency-format', () => {
  const latency = head('ftrace', { variant: 'latency-format' });

  it('reads the short form, whose time is relative', () => {
    const line = '     scn-236       1.... 627438us+: wp_copy: (wp_page_copy+0x0/0x7b0) mm=0xffff9ce141060cc0';
    expect(read(line, latency)).toEqual({
      comm: 'scn',
      pid: 236,
      cpu: 1,
      ts: 627_438_000,
      name: 'wp_copy',
      args: '(wp_page_copy+0x0/0x7b0) mm=0xffff9ce141060cc0',
    });
    expect(read('  <idle>-0         0d.h2. 389069us : bio_end: a=1', latency)).toMatchObject({
      comm: '<idle>',
      pid: 0,
      cpu: 0,
      ts: 389_069_000,
    });
    expect(read('kworker/-15        0d.h2.   12us#: bio_end: a=1', latency)).toMatchObject({
      comm: 'kworker/',
      pid: 15,
      ts: 12_000,
    });
  });

  it('reads the short form of a clock without seconds', () => {
    const line = '     scn-236       1....  4203: fault: a=1';
    expect(read(line, head('ftrace', { timeUnit: 'ticks' }))).toMatchObject({ pid: 236, cpu: 1, ts: 4203 });
  });

  it('reads the absolute time of the verbose form', () => {
    const line =
      '             scn     262   1 0 00000000 00000136 [018848b5] 387.177ms (+0.051ms): wp_copy: (wp_page_copy+0x0/0x7b0) mm=0x1';
    expect(read(line, latency)).toEqual({
      comm: 'scn',
      pid: 262,
      cpu: 1,
      ts: 0x018848b5 * 1000,
      name: 'wp_copy',
      args: '(wp_page_copy+0x0/0x7b0) mm=0x1',
    });
    const based = head('ftrace', { timeBase: 25 });
    expect(read(line, based)).toMatchObject({ ts: 0x018848b5 * 1000 - 25e9 });
    expect(read(line.replace('             scn', '     Web 2 3 xyz'), latency)).toMatchObject({
      comm: 'Web 2 3 xyz',
      pid: 262,
      cpu: 1,
    });
  });

  it('knows functions, context switches and stacks in it', () => {
    expect(read('     scn-236       1d... 627438us : page_add_file_rmap <-alloc_set_pte', latency)).toEqual({
      kind: 'Function',
    });
    expect(read('    bash-123       0d..2    0us :      123:120:R   + [000]   456: 98:R comm', latency)).toEqual({
      kind: 'Record',
    });
    expect(read('     scn-236       1d... 627438us : <stack trace>', latency)).toEqual({ kind: 'Stack' });
  });
});

describe('function_graph', () => {
  it('reads events in comments, with task and time where they are shown', () => {
    const line =
      '    7.601944 |   1)    scn-130     |               |  /* wp_copy: (wp_page_copy+0x0/0x7b0) mm=0x1 page=0x2 */';
    expect(read(line, ns)).toEqual({
      comm: 'scn',
      pid: 130,
      cpu: 1,
      ts: 7_601_944_000,
      name: 'wp_copy',
      args: '(wp_page_copy+0x0/0x7b0) mm=0x1 page=0x2',
    });
  });

  it('reads events in comments with default options, which show neither', () => {
    const line = ' 1)               |  /* sys_madvise(start: 7f506f784000, len_in: 4000, behavior: f) */';
    expect(read(line, ns)).toEqual({
      comm: '',
      pid: -1,
      cpu: 1,
      ts: Number.NaN,
      name: 'sys_madvise',
      args: '(start: 7f506f784000, len_in: 4000, behavior: f)',
    });
  });

  it.each([
    '   97.549211 |   0)    scn-424     | + 12.279 us   |  page_add_file_rmap();',
    '   97.555086 |   1)    scn-424     | + 11.397 us   |  } /* page_add_new_anon_rmap */',
    ' 0)   0.772 us    |    __page_set_anon_rmap();',
    ' 1)    scn-424     =>    scn-425    ',
    ' ------------------------------------------',
    ' 0)   ==========> |',
    ' 0)               |  handle_mm_fault(vma=0x1, flags=0x254) {',
    ' 0)   0.772 us    |    do_wp_page(); /* = 0x8 */',
  ])('knows a function: %s', (line) => {
    expect(read(line, ns)).toEqual({ kind: 'Function' });
  });

  it.each([
    ['   97.548866 |      scn-424     |               |  /* fault: (f+0x0/0x1) mm=0x1 */', 'scn', 97_548_866_000],
    ['    scn-424     |               |  /* fault: (f+0x0/0x1) mm=0x1 */', 'scn', Number.NaN],
    ['               |  /* fault: (f+0x0/0x1) mm=0x1 */', '', Number.NaN],
    ['  21 us |   0)    scn-424     |  d..1. |               |  /* fault: (f+0x0/0x1) mm=0x1 */', 'scn', Number.NaN],
  ])('reads events without the CPU or with a relative time only: %s', (line, comm, ts) => {
    expect(read(line, ns)).toMatchObject({ comm, ts, name: 'fault', args: '(f+0x0/0x1) mm=0x1' });
    expect(read(line, ticks).ts).toBeNaN();
  });

  it('does not read the text of a marker as such an event', () => {
    const line = 'scn-133 [000] d... 9.044846: tracing_mark_write: a-1 |  | /* fault: (f+0x0/0x1) mm=0x1 */';
    expect(read(line, ns)).toMatchObject({ pid: 133, name: 'tracing_mark_write' });
  });

  it('takes the task from after a relative time too', () => {
    const line = '   97.549211 |    0.000123 |   0)    scn-424     |               |  /* fault: a=1 */';
    expect(read(line, ns)).toMatchObject({ pid: 424, cpu: 0, ts: 97_549_211_000, name: 'fault' });
  });
});

describe('the head', () => {
  it('shows the CPUs, what was overwritten, and the base of all times', async () => {
    const { head: found, lines } = await readAll(
      [
        '# tracer: nop',
        '#',
        '# entries-in-buffer/entries-written: 3647/43062   #P:2',
        '#',
        '             scn-133     [000] d...     9.044846: fault: a=1',
        '             scn-133     [000] d...    10.000001: fault: a=2',
        '# tracer: nop',
        '# entries-in-buffer/entries-written: 10/30   #P:2',
        '             scn-133     [000] d...    10.000002: fault: a=3',
        '',
      ].join('\n'),
    );
    expect(found).toEqual({
      format: 'ftrace',
      padded: true,
      variant: '',
      timeUnit: 'ns',
      timeDigits: 6,
      timeBase: 9,
      tracer: 'nop',
      cpus: 2,
      entries: 3647,
      overwritten: 39415 + 20,
    });
    expect(lines.flatMap((line) => (line.ts === undefined ? [] : [line.ts]))).toEqual([
      44_846_000, 1_000_001_000, 1_000_002_000,
    ]);
  });

  it('shows the kernel of latency-format', async () => {
    const { head: found } = await readAll(
      '# tracer: nop\n#\n# nop latency trace v1.1.5 on 5.10.0-32-amd64\n     scn-211       1.... 389069us : rmap_del: (f+0x0/0x1) page=0x1\n',
    );
    expect(found).toMatchObject({ kernel: '5.10.0-32-amd64', variant: 'latency-format', timeBase: 0, timeDigits: 6 });
    expect(found.notes?.[0]).toContain('relative to the first event');
  });

  it.each([
    ['             scn-185     (    185) [001]     14.117719: f: a=1', 'no irq-info, tgid', 'ns', 14],
    ['             scn-185     [001] d... 14.117719123: f: a=1', 'nanoseconds', 'ns', 14],
    ['             scn-315     [000] d...  86546260107: f: a=1', '', 'ticks', 86e9],
    [
      '             scn     262   1 0 00000000 00000136 [018848b5] 387.177ms (+0.051ms): f: a=1',
      'latency-format verbose',
      'ns',
      25,
    ],
    ['    7.601944 |   1)    scn-130     |               |  /* f: a=1 */', 'function_graph', 'ns', 7],
    [' 1)               |  /* f: a=1 */', 'no time', 'none', 0],
    ['496 1 57669836610 type: 116', 'raw', 'none', 0],
    ['fault: (handle_mm_fault+0x0/0x1c00) mm=0x1', 'nocontext-info', 'none', 0],
  ])('knows the layout of %s', async (line, variant, timeUnit, timeBase) => {
    const { head: found, lines } = await readAll(`# tracer: nop\n#\n${line}\n${line}\n`);
    expect(found).toMatchObject({ variant, timeUnit, timeBase });
    expect(lines.some((l) => l.kind === 'Bad')).toBe(false);
  });

  it('reads an empty trace', async () => {
    const { head: found } = await readAll('# tracer: nop\n#\n# entries-in-buffer/entries-written: 0/0   #P:2\n');
    expect(found).toMatchObject({ format: 'ftrace', timeUnit: 'ns', overwritten: 0 });
  });

  it('reads bare events only where all are bare', async () => {
    const bare = await readAll('# tracer: nop\n#\nfault: (handle_mm_fault+0x0/0x1c00) mm=0x1\nsys_pread64 -> 0x8\n');
    expect(bare.lines.slice(2)).toMatchObject([
      { name: 'fault', pid: -1, cpu: -1, ts: Number.NaN },
      { name: 'sys_pread64', args: '-> 0x8' },
    ]);
  });
});
