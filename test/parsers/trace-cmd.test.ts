import { describe, expect, it } from 'vitest';
import { createParser } from '../../src/parsers/detect/detect.ts';
import { TraceLine } from '../../src/parsers/formats/line.ts';
import { bytes, head, read, readAll, readWith } from './read.ts';

const ns = head('trace-cmd');

describe('events', () => {
  it.each([
    [
      'plain, names padded (2.9 to 3.1)',
      '             scn-133   [000]    89.702884: gup_fast:             (ffffffffb4862860) start=0x7f4cd40e8000 nr=1',
      {
        comm: 'scn',
        pid: 133,
        cpu: 0,
        ts: 89_702_884_000,
        name: 'gup_fast',
        args: '(ffffffffb4862860) start=0x7f4cd40e8000 nr=1',
      },
    ],
    [
      'with the flags column (3.2 and later)',
      '             scn-251   [001] ...1.    23.517917: gup_remote:           (ffffffffacb11cc4) mm=0xffff8958c117f700',
      {
        comm: 'scn',
        pid: 251,
        cpu: 1,
        ts: 23_517_917_000,
        name: 'gup_remote',
        args: '(ffffffffacb11cc4) mm=0xffff8958c117f700',
      },
    ],
    [
      'raw (-R)',
      '             scn-137   [001]    10.208778: fault:                 __probe_ip=ffffffffa4462860 mm=0xffff8e1ec09c3b80',
      {
        comm: 'scn',
        pid: 137,
        cpu: 1,
        ts: 10_208_778_000,
        name: 'fault',
        args: '__probe_ip=ffffffffa4462860 mm=0xffff8e1ec09c3b80',
      },
    ],
    [
      'nanoseconds (-t)',
      '       trace-cmd-135   [000]    10.208346064: clear_flush:          (ffffffffa4473220) mm=0xffff8e1ec09c0440',
      {
        comm: 'trace-cmd',
        pid: 135,
        cpu: 0,
        ts: 10_208_346_064,
        name: 'clear_flush',
        args: '(ffffffffa4473220) mm=0xffff8e1ec09c0440',
      },
    ],
    [
      'time differences (--ts-diff)',
      '             scn-137   [001]    10.208778: (+432)   fault:                (ffffffffa4462860) mm=0x1',
      { comm: 'scn', pid: 137, cpu: 1, ts: 10_208_778_000, name: 'fault', args: '(ffffffffa4462860) mm=0x1' },
    ],
    [
      'the first of the time differences, which has none',
      '       trace-cmd-135   [000]    10.208346:          clear_flush:          (ffffffffa4473220) mm=0x1',
      {
        comm: 'trace-cmd',
        pid: 135,
        cpu: 0,
        ts: 10_208_346_000,
        name: 'clear_flush',
        args: '(ffffffffa4473220) mm=0x1',
      },
    ],
    [
      'latency (-l)',
      'trace-cm-135     0.....    10.208346: clear_flush:          (ffffffffa4473220) mm=0x1',
      {
        comm: 'trace-cm',
        pid: 135,
        cpu: 0,
        ts: 10_208_346_000,
        name: 'clear_flush',
        args: '(ffffffffa4473220) mm=0x1',
      },
    ],
    [
      'latency (-l), short name',
      '     scn-137     1d....    10.208346: page_fault_user:      address=0x7ff339e7a0b0',
      { comm: 'scn', pid: 137, cpu: 1, ts: 10_208_346_000, name: 'page_fault_user', args: 'address=0x7ff339e7a0b0' },
    ],
    [
      'several files or instances',
      '  guest:              scn-133   [000]    89.702884: fault:                (ffffffffb4862860) mm=0x1',
      { comm: 'scn', pid: 133, cpu: 0, ts: 89_702_884_000, name: 'fault', args: '(ffffffffb4862860) mm=0x1' },
    ],
    [
      'pids of seven digits',
      '     Web Content-4194304 [001]    10.208346: fault:                a=1',
      { comm: 'Web Content', pid: 4194304, cpu: 1, ts: 10_208_346_000, name: 'fault', args: 'a=1' },
    ],
    [
      'what it could not parse',
      '             scn-251   [001] .....    23.517917: sys_enter_pwrite64:   [FAILED TO PARSE] __syscall_nr=18 fd=4',
      {
        comm: 'scn',
        pid: 251,
        cpu: 1,
        ts: 23_517_917_000,
        name: 'sys_enter_pwrite64',
        args: '[FAILED TO PARSE] __syscall_nr=18 fd=4',
      },
    ],
    [
      'markers',
      '             scn-251   [001]    23.517917: print:                tracing_mark_write: hello',
      { comm: 'scn', pid: 251, cpu: 1, ts: 23_517_917_000, name: 'print', args: 'tracing_mark_write: hello' },
    ],
  ])('reads %s', (_, line, expected) => {
    expect(read(line, ns)).toEqual(expected);
  });

  it('reads clocks without seconds, glued to CPU or flags', () => {
    const ticks = head('trace-cmd', { timeUnit: 'ticks' });
    for (const line of [
      '             scn-311   [000]133600439400: page_fault_user:      address=0x7fe53a2d70b0',
      '             scn-311   [000] d....133600439400: page_fault_user:      address=0x7fe53a2d70b0',
      '             scn-311   [000] d....  133600439400: page_fault_user:      address=0x7fe53a2d70b0',
    ]) {
      expect(read(line, ticks)).toMatchObject({ pid: 311, cpu: 0, ts: 133_600_439_400, name: 'page_fault_user' });
    }
  });
});

describe('other lines', () => {
  it.each([
    ['cpus=2', 'Header'],
    ['t1.dat: cpus=2', 'Header'],
    ['CPU:1 [SUBBUFFER START] [26665155391:0x4000]', 'Header'],
    ['version = 6', 'Header'],
    ['CPU 0 is empty', 'Header'],
    ['registering plugin: /usr/lib/x86_64-linux-gnu/traceevent/plugins/plugin_jbd2.so', 'Header'],
    ['overriding event (4) ftrace:kernel_stack with new print handler', 'Header'],
    ['', 'Blank'],
    ['=> exc_page_fault (ffffffffb4b04e40)', 'Stack'],
    ['             scn-280   [001]    38.816709: kernel_stack:         <stack trace >', 'Stack'],
    ['             scn-280   [001]    38.816709: user_stack:           <user stack trace >', 'Stack'],
    [
      '       trace-cmd-401   [000]    82.536365: funcgraph_entry:        1.121 us   |    page_add_file_rmap();',
      'Function',
    ],
    ['             scn-402   [000]    82.532918: funcgraph_exit:       + 39.239 us  |    }', 'Function'],
    [
      '             scn-402   [000]    82.532918: function:             page_add_file_rmap <-- alloc_set_pte',
      'Function',
    ],
    ['  [pindrift:fault] function foo not defined', 'Record'],
    ['trace-cmd: No such file or directory', 'Record'],
    ['hello', 'Bad'],
    ['  [hello', 'Bad'],
    ['cpus=', 'Bad'],
  ])('"%s" is a %s', (line, kind) => {
    expect(read(line, ns)).toMatchObject({ kind });
  });

  it('reads how much was lost', () => {
    expect(read('CPU:0 [477 EVENTS DROPPED]', ns)).toEqual({ kind: 'Lost', cpu: 0, lost: 477 });
    expect(read('CPU:1 [EVENTS DROPPED]', ns)).toEqual({ kind: 'Lost', cpu: 1, lost: -1 });
  });

  it('gives the further lines of a marker to the marker', () => {
    const parser = createParser(ns);
    const lines = ['             scn-251   [001]    23.517917: print:                tracing_mark_write: a', 'b'];
    expect(lines.map((line) => readWith(parser, line).kind)).toEqual([undefined, 'Stack']);
  });
});

describe('the head', () => {
  it.each([
    ['             scn-133   [000]    89.702884: fault:                a=1', '', 'ns', 6],
    ['             scn-133   [000]    89.702884123: fault:                a=1', 'nanoseconds (-t)', 'ns', 9],
    [
      '             scn-133   [000]    89.702884: fault:                 __probe_ip=ffffffffa4462860 a=1',
      'raw (-R)',
      'ns',
      6,
    ],
    [
      '             scn-137   [001]    10.208778: (+432)   fault:                a=1',
      'time differences (--ts-diff)',
      'ns',
      6,
    ],
    ['trace-cm-135     0.....    10.208346: clear_flush:          a=1', 'latency (-l)', 'ns', 6],
    ['             scn-311   [000]133600439400: page_fault_user:      a=1', '', 'ticks', 0],
  ])('knows the variant of %s', async (line, variant, timeUnit, timeDigits) => {
    const { head: found, lines } = await readAll(`cpus=2\n${line}\n${line}\n`);
    expect(found).toMatchObject({ format: 'trace-cmd', variant, timeUnit, timeDigits, cpus: 2 });
    expect(lines.map((l) => l.kind)).toEqual(['Header', undefined, undefined]);
  });
});

it.each([
  ['0x1', 0],
  ['0x11', 1],
  ['0x19', 2],
])('-l with -R prints the flags as a number: %s', (flags, context) => {
  const line = bytes(
    `     scn-273     1-${flags}   103.745078: wp_pmd_ret:            __probe_func=ffffffffb4cb9b50 ret=0x8`,
  );
  const out = new TraceLine();
  createParser(ns).parse(line, 0, line.length, out);
  expect([out.pid, out.cpu, out.context]).toEqual([273, 1, context]);
});
