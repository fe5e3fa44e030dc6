import { describe, expect, it } from 'vitest';
import { head, read, readAll } from './read.ts';

const ns = head('perf-script');
const fault = { system: 'pindrift', name: 'fault', args: '(ffffffffb3462860) mm=0x1' };

describe('samples', () => {
  it.each([
    [
      'default columns',
      '       perf-exec   201 [001]    19.724130:             pindrift:fault: (ffffffffb3462860) mm=0x1',
      { comm: 'perf-exec', pid: 201, cpu: 1, ts: 19_724_130_000, ...fault },
    ],
    [
      'pids 7 wide',
      '       perf-exec     597 [001]    55.345071:             pindrift:fault: (ffffffffb3462860) mm=0x1',
      { comm: 'perf-exec', pid: 597, cpu: 1, ts: 55_345_071_000, ...fault },
    ],
    [
      'pid/tid',
      '            perf   134/135   [001]    11.727476:               pindrift:fault: (ffffffffb3462860) mm=0x1',
      { comm: 'perf', pid: 135, tgid: 134, cpu: 1, ts: 11_727_476_000, ...fault },
    ],
    [
      'no cpu',
      '            perf   134    11.727476:               pindrift:fault: (ffffffffb3462860) mm=0x1',
      { comm: 'perf', pid: 134, cpu: -1, ts: 11_727_476_000, ...fault },
    ],
    [
      'nanoseconds',
      '            perf   134 [001]    11.727476001:               pindrift:fault: (ffffffffb3462860) mm=0x1',
      { comm: 'perf', pid: 134, cpu: 1, ts: 11_727_476_001, ...fault },
    ],
    [
      'the flags field',
      '            perf   134 [001]    11.727476:               pindrift:fault:                         (ffffffffb3462860) mm=0x1',
      { comm: 'perf', pid: 134, cpu: 1, ts: 11_727_476_000, ...fault },
    ],
    [
      'a call chain, so no padding',
      'perf-exec   298 [001]    49.560172:   pindrift:fault: (ffffffffb3462860) mm=0x1',
      { comm: 'perf-exec', pid: 298, cpu: 1, ts: 49_560_172_000, ...fault },
    ],
    [
      'no padding, a long name with blanks',
      'Web Content xy   298 [001]    49.560172:   pindrift:fault: (ffffffffb3462860) mm=0x1',
      { comm: 'Web Content xy', pid: 298, cpu: 1, ts: 49_560_172_000, ...fault },
    ],
    ...[
      ['    perf   137   1', { comm: 'perf', pid: 137, cpu: 1 }],
      ['perf-exe 4194304 101', { comm: 'perf-exe', pid: 4194304, cpu: 101 }],
      ['a 1 2 34   137/138       0', { comm: 'a 1 2 34', pid: 138, tgid: 137, cpu: 0 }],
      [' swapper     0  12', { comm: 'swapper', pid: 0, cpu: 12 }],
    ].map(([task, said]): [string, string, object] => [
      `a cut name, and a CPU without brackets (-L): ${task}`,
      `${task}    49.560172:   pindrift:fault: (ffffffffb3462860) mm=0x1`,
      { ...(said as object), ts: 49_560_172_000, ...fault },
    ]),
    [
      'a name that is a pid',
      '            :629   629 [001]    49.560172:   pindrift:fault: (ffffffffb3462860) mm=0x1',
      { comm: ':629', pid: 629, cpu: 1, ts: 49_560_172_000, ...fault },
    ],
    [
      'names with blanks, colons, slashes, brackets and digits',
      '   a 1 [2] 3.4: b  4194304 [001]    49.560172:   pindrift:fault: (ffffffffb3462860) mm=0x1',
      { comm: 'a 1 [2] 3.4: b', pid: 4194304, cpu: 1, ts: 49_560_172_000, ...fault },
    ],
    [
      'one address without a call chain (-F +ip,+sym,+dso)',
      '            perf   134 [001]    11.727476:               pindrift:fault: (ffffffffb3462860) mm=0x1 ffffffffb3462861 [unknown] ([kernel.kallsyms])',
      { comm: 'perf', pid: 134, cpu: 1, ts: 11_727_476_000, ...fault },
    ],
    [
      'one address (-F +ip)',
      '            perf   134 [001]    11.727476:               pindrift:fault: (ffffffffb3462860) mm=0x1     7f689e1d9000 ',
      { comm: 'perf', pid: 134, cpu: 1, ts: 11_727_476_000, ...fault },
    ],
    [
      'a period',
      '            perf   134 [001]    11.727476:          1               pindrift:fault: (ffffffffb3462860) mm=0x1',
      { comm: 'perf', pid: 134, cpu: 1, ts: 11_727_476_000, ...fault },
    ],
    [
      'misc letters',
      '            perf   134 [001] K     11.727476:               pindrift:fault: (ffffffffb3462860) mm=0x1',
      { comm: 'perf', pid: 134, cpu: 1, ts: 11_727_476_000, ...fault },
    ],
    [
      'no name',
      '  134 [001]    11.727476:               pindrift:fault: (ffffffffb3462860) mm=0x1',
      { comm: '', pid: 134, cpu: 1, ts: 11_727_476_000, ...fault },
    ],
    [
      'time and event alone',
      '   11.727476:               pindrift:fault: (ffffffffb3462860) mm=0x1',
      { comm: '', pid: -1, cpu: -1, ts: 11_727_476_000, ...fault },
    ],
    [
      'an unknown thread',
      '         swapper    -1 [001]    11.727476:               pindrift:fault: (ffffffffb3462860) mm=0x1',
      { comm: 'swapper', pid: -1, cpu: 1, ts: 11_727_476_000, ...fault },
    ],
    [
      'a counter',
      '            perf   134 [001]    11.727476:     250000 cpu-clock:pppH:  ffffffff8de62861 handle_mm_fault+0x1 ([kernel.kallsyms])',
      {
        comm: 'perf',
        pid: 134,
        cpu: 1,
        ts: 11_727_476_000,
        name: 'cpu-clock',
        args: 'ffffffff8de62861 handle_mm_fault+0x1 ([kernel.kallsyms])',
      },
    ],
    [
      'a counter with a modifier',
      '            perf   134 [001]    11.727476:     250000 cycles:u:  ffffffff8de62861 handle_mm_fault+0x1 ([kernel.kallsyms])',
      {
        comm: 'perf',
        pid: 134,
        cpu: 1,
        ts: 11_727_476_000,
        name: 'cycles',
        args: 'ffffffff8de62861 handle_mm_fault+0x1 ([kernel.kallsyms])',
      },
    ],
    [
      'an event without arguments',
      '            perf   134 [001]    11.727476: probe:do_wp_page:',
      { comm: 'perf', pid: 134, cpu: 1, ts: 11_727_476_000, system: 'probe', name: 'do_wp_page', args: '' },
    ],
  ])('reads %s', (_, line, expected) => {
    expect(read(line, ns)).toEqual(expected);
  });
});

describe('other lines', () => {
  it.each([
    ['# ========', 'Header'],
    ['# os release : 5.10.0-32-amd64', 'Header'],
    ['#', 'Header'],
    ['# scn   134 [001]    11.727476: pindrift:fault: (ffffffffb3462860) mm=0x1', 'Bad'],
    ['', 'Blank'],
    ['\tffffffff8e504e40 exc_page_fault+0x110 ([kernel.kallsyms])', 'Stack'],
    ['\t            8bc2 [unknown] (/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2)', 'Stack'],
    ['            7f6c183c4bc2 [unknown] (/usr/bin/perf)', 'Stack'],
    ['  memory.c:3412', 'Stack'],
    [
      '         swapper     0 [000]     0.000000: PERF_RECORD_MMAP -1/0: [0xffffffff8dc00000(0xc01f42) @ 0xffffffff8dc00000]: x [kernel.kallsyms]_text',
      'Record',
    ],
    ['         swapper     0 [000]     0.000000: PERF_RECORD_FORK(1:1):(0:0)', 'Record'],
    ['            bash     0 [000]     0.000000: PERF_RECORD_COMM: bash:1/1', 'Record'],
    ['PERF_RECORD_COMM exec: scn:135/135', 'Record'],
    ['Warning:', 'Record'],
    ["'trace' not valid for hardware events. Ignoring.", 'Record'],
    ['No kallsyms or vmlinux with build-id eb4fbcd037e7253717950bf2b93bd5566f47c56f was found', 'Record'],
    ['hello', 'Bad'],
    ['       perf-exec   201 [001]    19.724130:             pindrif', 'Bad'],
    ['       perf-exec   201 [001]    19.72', 'Bad'],
    ['pindrift:fault: (ffffffffb3462860) mm=0x1', 'Bad'],
  ])('"%s" is a %s', (line, kind) => {
    expect(read(line, ns)).toMatchObject({ kind });
  });

  it('reads how much was lost', () => {
    expect(read('       perf-exec   419 [000]    56.397849: PERF_RECORD_LOST lost 18', ns)).toEqual({
      kind: 'Lost',
      cpu: 0,
      lost: 18,
    });
    expect(read('       perf-exec   419 [000]    56.397849: PERF_RECORD_LOST_SAMPLES lost 3', ns)).toEqual({
      kind: 'Lost',
      cpu: 0,
      lost: 3,
    });
    expect(read('Processed 81 events and lost 5 chunks!', ns)).toEqual({ kind: 'Lost', cpu: -1, lost: -1 });
  });
});

describe('the head', () => {
  const line = (time: string, rest = 'pindrift:fault: (ffffffffb3462860) mm=0x1'): string =>
    `            perf   134 [001]    ${time}:  ${rest}`;

  it('takes the kernel from the comments', async () => {
    const { head: found } = await readAll(
      `# ========\n# captured on    : Fri Nov 20 22:23:37 2026\n# os release : 5.10.0-32-amd64\n# nrcpus online : 2\n#\n${line('19.724130')}\n`,
    );
    expect(found).toMatchObject({
      format: 'perf-script',
      variant: 'header',
      kernel: '5.10.0-32-amd64',
      cpus: 2,
      timeBase: 19,
      timeDigits: 6,
    });
  });

  it('says when times are relative', async () => {
    const { head: found, lines } = await readAll([line('0.000000'), line('0.000985'), line('0.001064'), ''].join('\n'));
    expect(found).toMatchObject({ variant: 'relative time (--reltime)', timeUnit: 'ns', timeBase: 0 });
    expect(found.notes?.[0]).toContain('times are relative to the first event');
    expect(lines[1]).toMatchObject({ ts: 985_000 });
  });

  it('shows no time when times are differences', async () => {
    const times = ['0.000000', '0.000985', '0.000078', '0.000925', '0.000034', '0.000094'];
    const { head: found, lines } = await readAll(`${times.map((time) => line(time)).join('\n')}\n`);
    expect(found).toMatchObject({ variant: 'time differences (--deltatime)', timeUnit: 'none' });
    expect(found.notes?.[0]).toContain('times are relative to the previous line; only the order');
    expect(lines[1]).toMatchObject({ pid: 134, ts: Number.NaN });
  });

  it('is not misled by records at time 0', async () => {
    const record = '         swapper     0 [000]     0.000000: PERF_RECORD_FORK(1:1):(0:0)';
    const { head: found } = await readAll(`${record}\n${record}\n${line('19.724130')}\n`);
    expect(found).toMatchObject({ variant: '', timeBase: 19 });
  });

  const withColumns = (behind: string): string =>
    Array.from(
      { length: 80 },
      (_, i) =>
        `            perf   134 [001]    11.7274${i + 10}:   pindrift:fault: (ffffffffb3462860) mm=0x${i + 1}${behind}\n`,
    ).join('');

  it.each([
    ['+addr', '               0'],
    ['+addr,+weight,+ip', '               0              12 ffffffff8e674aa1'],
    ['+data_src', '         5080021 |OP N/A|LVL N/A|SNP N/A|TLB N/A|LCK N/A|BLK  N/A  '],
    ['+data_src,+weight', '         5080021 |OP N/A|LVL N/A|SNP N/A|TLB N/A|LCK N/A|BLK  N/A               0'],
    ['+data_page_size,+code_page_size', ' N/A 4K'],
    ['+insn,+insnlen, of a probe', ' ilen: 0'],
    ['+addr,+insn,+insnlen', '               0 ilen: 3 insn: 48 89 e5'],
    ['+addr,+cgroup', '               0 /user.slice/session-1.scope'],
  ])('takes away what stands behind the arguments of all events: %s', async (_, behind) => {
    const all = (await readAll(withColumns(behind))).lines;
    expect(all.map((line) => line.args)).toEqual(all.map((__, i) => `(ffffffffb3462860) mm=0x${i + 1}`));
  });

  it('takes an event that lacks what the others have behind their arguments for truncated', async () => {
    const whole = withColumns('               0');
    const last = whole.trimEnd().split('\n').at(-1) ?? '';
    const cuts = Array.from({ length: 24 }, (_, i) => last.slice(0, -1 - i));
    const all = (await readAll(`${whole}${cuts.join('\n')}\n`)).lines;
    expect(all.slice(80).map((line) => line.kind)).toEqual(cuts.map(() => 'Bad'));
  });

  it('takes them away where an event has no arguments', async () => {
    const bare = '            perf   134 [001]    11.727499:   syscalls:sys_enter_sync:               0';
    const { lines } = await readAll(`${withColumns('               0')}${bare}\n`);
    expect(lines.at(-1)).toMatchObject({ name: 'sys_enter_sync', args: '' });
  });

  it('leaves a word behind the arguments of one event', async () => {
    const all = (await readAll(`${withColumns('')}${withColumns(' 4K').split('\n')[0]}\n`)).lines;
    expect(all.at(-1)?.args).toBe('(ffffffffb3462860) mm=0x1 4K');
  });

  it('reads samples that show neither time nor task', async () => {
    const { head: found, lines } = await readAll(
      'pindrift:fault: (ffffffffb3462860) mm=0x1\npindrift:fault: (ffffffffb3462860) mm=0x2\n',
    );
    expect(found).toMatchObject({ format: 'perf-script', variant: 'no time', timeUnit: 'none' });
    expect(lines[1]).toMatchObject({ system: 'pindrift', name: 'fault', args: '(ffffffffb3462860) mm=0x2', pid: -1 });
  });

  it.each([
    ['  137 [001]               pindrift:fault: (ffffffff8e662860) mm=0x2', { pid: 137, cpu: 1 }],
    ['  137               pindrift:fault: (ffffffff8e662860) mm=0x2', { pid: 137, cpu: -1 }],
    ['  137/139   [001]   pindrift:fault: (ffffffff8e662860) mm=0x2', { pid: 139, tgid: 137, cpu: 1 }],
  ])('takes no thread for the address of a frame: %s', async (sample, task) => {
    const frame = '        ffffffff8e504e40 exc_page_fault+0x110 ([kernel.kallsyms])';
    const { lines } = await readAll(`${`${sample}\n`.repeat(5)}${frame}\n`);
    expect(lines[0]).toMatchObject({ system: 'pindrift', name: 'fault', ...task });
    expect(lines.map(({ kind }) => kind ?? 'Event')).toEqual([...Array<string>(5).fill('Event'), 'Stack']);
  });

  it.each([
    ['            perf   134    11.727476:   pindrift:fault: a=1', 'no cpu'],
    ['            perf   134/134   [001]    11.727476:   pindrift:fault: a=1', 'pid/tid'],
    ['            perf   134 [001]    11.727476123:   pindrift:fault: a=1', 'nanoseconds'],
    [
      'perf   134 [001]    11.727476:   pindrift:fault: a=1\n\tffffffff8e504e40 f+0x110 ([kernel.kallsyms])\n',
      'call chains',
    ],
  ])('knows the columns of %s', async (sample, variant) => {
    expect((await readAll(`${sample}\n${sample}\n`)).head).toMatchObject({ format: 'perf-script', variant });
  });
});
