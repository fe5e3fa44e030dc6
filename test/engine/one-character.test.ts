// Why: a character that a serial line loses, or an editor adds, leaves a line that can be read. Where the other lines
// show that it is damaged, the trace is not "clean"; what a kernel may print is no damage.
import { describe, expect, it } from 'vitest';
import { detectFormat } from '../../src/parsers/detect/detect.ts';
import { hasForm } from '../../src/parsers/formats/column-form.ts';
import { LineKind, TraceLine } from '../../src/parsers/formats/line.ts';
import { Kind } from '../../src/vocabulary/kinds.ts';
import { misspelt } from '../../src/vocabulary/misspelt.ts';
import type { TypeFacts } from '../../src/vocabulary/vocabulary.ts';
import { capture, checked } from '../journeys/capture.ts';

const LINES = capture('6.12/odirect_read_munmap.ft').trimEnd().split('\n');

/** The capture with the `nth` line of an event changed. */
function changed(event: string, from: RegExp | string, to: string, nth = 3): string {
  const lines = [...LINES];
  const at = lines.map((line, i) => (line.includes(` ${event}: `) ? i : -1)).filter((i) => i >= 0)[nth];
  const line = lines[at].replace(from, to);
  expect(line).not.toBe(lines[at]);
  lines[at] = line;
  return `${lines.join('\n')}\n`;
}

describe('a character of the columns', () => {
  it.each([
    ['is missing before the task', /^ /, ''],
    ['is missing of its name', 'scn-', 'sc-'],
    ['is doubled in it', 'scn-', 'sscn-'],
    ['is missing of the CPU', /\[00/, '[0'],
    ['is missing of the flags', /\] ..... /, '] .... '],
    ['is missing before the time', '    55.', '   55.'],
    ['is missing of the seconds', '    55.', '    5.'],
    ['is missing of the fraction', /(\.\d{5})\d:/, '$1:'],
    ['is added to it', /(\.\d{6}):/, '$10:'],
    ['is the point', / 55\./, ' 55'],
    ['is added behind the time', ': fault', ':  fault'],
    ['is a line end, and the task of the next line follows', 'scn-', 'sc 14:41:07 trace:            scn-'],
  ])('that %s is a loss', async (_, from, to) => {
    const { verdict, traces } = await checked(changed('fault', from, to));
    expect(verdict).not.toBe('clean');
    expect(traces[0].losses.map(({ reason }) => reason).join()).toMatch(/columns before the event|not a line of any/);
  });

  const usual = Array.from({ length: 12 }, () => '             scn-133     [000] d....     9.044846: fault: mm=0');

  /** Whether the last of the lines has the columns of the others. */
  function isUsual(lines: readonly string[]): boolean {
    const buf = Buffer.from(`# tracer: nop\n${lines.join('\n')}\n`);
    const found = detectFormat(buf);
    if (!('parser' in found)) throw new Error(found.problem);
    const { parser } = found;
    const { columns } = parser.head;
    const out = new TraceLine();
    const start = buf.length - 1 - (lines.at(-1)?.length ?? 0);
    parser.parse(buf, start, buf.length - 1, out);
    return out.kind === LineKind.Event && (columns === undefined || hasForm(out, start, columns));
  }

  it.each([
    ['a pid of seven digits', '             scn-1234567 [000] d....     9.044846: fault: mm=0'],
    ['a CPU of four', '             scn-133     [1000] d....     9.044846: fault: mm=0'],
    ['seconds of more than five', '             scn-133     [000] d.... 1234567.044846: fault: mm=0'],
    ['a name with blanks and a dash', '     a b-1 [2] c-133     [000] d....     9.044846: fault: mm=0'],
  ])('are as printed: %s', (_, line) => {
    expect(isUsual([...usual, line])).toBe(true);
    expect(isUsual([...usual, line.replace(' [', '[')])).toBe(false);
  });

  it('of a pid of six digits are one wider in trace-cmd, and before 5.9', () => {
    const narrow = usual.map((line) => line.replace('133     [', '133   ['));
    expect(isUsual([...narrow, '             scn-123456 [000] d....     9.044846: fault: mm=0'])).toBe(true);
  });

  it('say nothing where blanks were folded, or lines are few', () => {
    const folded = usual.map((line) => line.replace(/ +/g, ' '));
    expect(isUsual([...folded, folded[0].replace('133', '1333')])).toBe(true);
    expect(isUsual([...usual.slice(0, 6), usual[0].slice(1)])).toBe(true);
    expect(isUsual([...usual, usual[0].slice(1)])).toBe(false);
  });
});

describe('a character of a word', () => {
  it.each([
    ['the name of a probe', 'fault', ' fault:', ' falt:'],
    ['two of them changed places', 'fault', ' fault:', ' falut:'],
    ['the function', 'fault', 'handle_mm', 'hanlde_mm'],
    ['its size', 'fault', '+0x4/0x2c0', '+0x4/0x20'],
    ['most of the function', 'rmap_del', 'folio_remove_rmap', 'fo'],
    ['the function of another line', 'fault', /\(\S+\/0x2c0/, '(handle_anon_rmap+0x4/0x180'],
    ['a key', 'rmap_del', ' page=', ' pge='],
    ['all of an argument', 'rmap_del', / page=\S+/, ''],
  ])('is a loss in %s', async (_, event, from, to) => {
    const { verdict, traces } = await checked(changed(event, from, to));
    expect(verdict).not.toBe('clean');
    expect(traces[0].losses.map(({ reason }) => reason).join()).toMatch(/in other lines/);
  });

  const type = (name: string, count: number, places: readonly string[] = [], kind: number = Kind.fault) =>
    ({ name, count, places, layouts: [], keys: ['a'], kind }) as unknown as TypeFacts;

  it.each([
    ['probes with numbers', [type('fault', 90, ['(f+0x0/0x10)']), type('fault_2', 1, ['(f+0x0/0x10)'])]],
    ['their numbers', [type('fault_1', 90, ['(f+0x0/0x10)']), type('fault_2', 1, ['(f+0x0/0x10)'])]],
    ['another function', [type('fault', 90, ['(f+0x0/0x10)']), type('faults', 1, ['(g+0x0/0x20)'])]],
    ['offsets in one function', [type('fault', 90, ['(f+0x14/0x90)', '(f+0x24/0x90)'])]],
    ['callers at several places', [type('r', 90, ['(f+0x14/0x90 <- g)', '(f+0x15/0x90 <- g)'])]],
    ['callers that are alike', [type('r', 90, ['(newstat+0x1/0x9 <- g)', '(newlstat+0x1/0x9 <- g)'])]],
    ['copies of a function', [type('r', 90, ['(f.isra.0+0x0/0x90)', '(f.isra.1+0x0/0x90)'])]],
    ['addresses', [type('r', 90, ['(ffffffffb4862860)', '(ffffffffb4862870)'])]],
    ['system calls', [type('sys_dup2', 90), type('sys_dup3', 1), type('sys_getuid', 90), type('sys_setuid', 1)]],
    ['events of others', [type('vb2_qbuf', 90, [], Kind.none), type('vb2_dqbuf', 1, [], Kind.none)]],
    ['places of others', [type('p', 90, ['(vfs_read+0x0/0x1a0)', '(vfs_readv+0x0/0x1a0)'], Kind.none)]],
    ['events that are both seen', [type('rx_packet', 90), type('tx_packet', 2)]],
  ])('is none: %s', (_, types) => {
    expect(misspelt(types)).toEqual([]);
  });
});
