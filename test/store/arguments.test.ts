// How the arguments of an event become columns.
import { describe, expect, it } from 'vitest';
import { ingest } from '../../src/engine/ingest.ts';
import { HEADER, line, rows, scratch } from './scratch.ts';

const { file, store, trace } = scratch();

describe('arguments', () => {
  const argsOf = async (...lines: string[]): Promise<unknown[][]> =>
    rows(
      await store(HEADER + lines.map((l) => line(l)).join('')),
      'select key, value, typeof(value) from arg order by id, position',
    );

  it('are typed by their first line: numbers as numbers, words as words', async () => {
    expect(await argsOf('a: x=0x10 y=-5 z=on')).toEqual([
      ['x', 16n, 'integer'],
      ['y', -5n, 'integer'],
      ['z', 'on', 'text'],
    ]);
  });

  it('keep all 64 bits', async () => {
    expect(await argsOf('a: pte=0x8000000040b8a845 max=0xffffffffffffffff n=9223372036854775807')).toEqual([
      ['pte', BigInt.asIntN(64, 0x8000000040b8a845n), 'integer'],
      ['max', -1n, 'integer'],
      ['n', 9223372036854775807n, 'integer'],
    ]);
  });

  it('may hold blanks, quotes and signs between them', async () => {
    const lines = [
      'sched_switch: prev_comm=my task prev_pid=1 prev_state=R+ ==> next_comm=swapper/0 next_pid=0',
      'open: name="a file" fd=3',
    ];
    expect((await argsOf(...lines)).map(([key, value]) => [key, value])).toEqual([
      ['prev_comm', 'my task'],
      ['prev_pid', 1n],
      ['prev_state', 'R+'],
      ['next_comm', 'swapper/0'],
      ['next_pid', 0n],
      ['name', '"a file"'],
      ['fd', 3n],
    ]);
  });

  it('may change from line to line', async () => {
    const out = await store(
      HEADER + [line('a: x=1'), line('a: x=2 y=3'), line('a: y=4'), line('a: x=none y=0x5')].join(''),
    );
    expect(rows(out, 'select x, y from ev_a order by id')).toEqual([
      [1n, null],
      [2n, 3n],
      [null, 4n],
      ['none', 5n],
    ]);
  });

  it('that fit no column are kept word for word', async () => {
    const out = await store(
      HEADER +
        [
          line('a: x=1'),
          line('a: x=1.5 and more'),
          line('a: x=99999999999999999999'),
          line('b: 254,0 RA () 8 + 32 [scn]'),
        ].join(''),
    );
    expect(rows(out, 'select x, extra from ev_a order by id')).toEqual([
      [1n, null],
      [null, 'and more x=1.5'],
      [null, 'x=99999999999999999999'],
    ]);
    expect(rows(out, 'select extra from ev_b')).toEqual([['254,0 RA () 8 + 32 [scn]']]);
  });

  it('of system calls are read with their names', async () => {
    expect(await argsOf('sys_madvise(start: 7fcde215a000, len_in: 4000, behavior: 4)', 'sys_madvise -> 0x0')).toEqual([
      ['start', 0x7fcde215a000n, 'integer'],
      ['len_in', 0x4000n, 'integer'],
      ['behavior', 4n, 'integer'],
      ['ret', 0n, 'integer'],
    ]);
  });

  it('read by position are the same as read by name', async () => {
    // the second line is read by the shape of the first; the third has two blanks and is not
    const out = await store(
      HEADER + [line('a: x=0x1f y=7 s=w'), line('a: x=0xABc y=-9 s=v'), line('a: x=0xABc  y=-9 s=v')].join(''),
    );
    expect(rows(out, 'select x, y, s, extra from ev_a order by id')).toEqual([
      [0x1fn, 7n, 'w', null],
      [0xabcn, -9n, 'v', null],
      [0xabcn, -9n, 'v', null],
    ]);
  });

  it('of events in a table of a CSV file', async () => {
    const csv = trace('t.csv', 'time,cpu,comm,pid,event,mm,note\n1.5,0,scn,133,fault,0xffff8dd4c1061dc0,"a, ""b"""\n');
    await ingest([csv], { out: file('csv.db'), force: true });
    expect(rows(file('csv.db'), 'select mm, note from ev_fault')).toEqual([
      [BigInt.asIntN(64, 0xffff8dd4c1061dc0n), '"a, \\"b\\""'],
    ]);
  });
});
