// One meaning of an argument: what a line says is what its event in a store says, whatever is printed.
import { describe, expect, it } from 'vitest';
import { readEvents } from '../../src/store/events.ts';
import { openStore } from '../../src/store/open.ts';
import { StoredFields } from '../../src/store/stored-fields.ts';
import { readArguments } from '../../src/vocabulary/arguments.ts';
import { type Fields, PrintedFields } from '../../src/vocabulary/fields.ts';
import { half } from '../../src/vocabulary/number.ts';
import { HEADER, line, scratch } from '../store/scratch.ts';

const { store } = scratch();

type Value = bigint | string | undefined;

/** Each argument that is the first of its name: its number, else its text. */
function meaning(fields: Fields): Record<string, Value> {
  const out: Record<string, Value> = {};
  fields.names.forEach((name, k) => {
    if (name in out) return;
    const isNumber = !Number.isNaN(fields.number(k, false));
    out[name] = isNumber ? (BigInt(half.hi) << 32n) | BigInt(half.lo >>> 0) : fields.text(k);
  });
  return out;
}

function printed(text: string): Record<string, Value> {
  const buf = Buffer.from(text, 'latin1');
  return meaning(new PrintedFields(buf, readArguments(buf, 0, buf.length)));
}

const CASES: [what: string, text: string, means: Record<string, Value>][] = [
  ['a comma behind the last', 'npage=16,', { npage: 16n }],
  ['commas between', 'mm=0x10, n=-3, s=word', { mm: 16n, n: -3n, s: 'word' }],
  ['a comma alone', 'x=, y=2', { x: ',', y: 2n }],
  ['an empty value', 'x= y=2', { x: '', y: 2n }],
  ['braces', 'v={0x1,0x2} n=1', { v: '{0x1,0x2}', n: 1n }],
  ['elements of an array', 'v[0]=0x1 v[1]=0x2', { 'v[0]': 1n, 'v[1]': 2n }],
  ['a quoted string', 'name="a b=7" b=8', { name: '"a b=7"', b: 8n }],
  ['a quoted string before a comma', 'name="a b", n=3', { name: '"a b"', n: 3n }],
  ['a quote within quotes', 'name="a\\" n=5" n=3', { name: '"a\\" n=5"', n: 3n }],
  ['a quote that nothing closes', 'name="a n=3', { name: '"a', n: 3n }],
  ['names with colons', 'start: 0x7fb5722f3000, len_in: 0x00004000', { start: 0x7fb5722f3000n, len_in: 0x4000n }],
  ['a system call', '(start: 7fcde215a000, len_in: 10)', { start: 0x7fcde215a000n, len_in: 16n }],
  [
    'the same with types',
    '(unsigned long start: 7fcde215a000, size_t len_in: 10)',
    { start: 0x7fcde215a000n, len_in: 16n },
  ],
  ['what a call returns', '-> 0x8', { ret: 8n }],
  ['hexadecimal without 0x', 'page=00000000deadbeef n=1', { page: '00000000deadbeef', n: 1n }],
  ['negative numbers', 'a=-1 b=-0x1 c=-', { a: -1n, b: '-0x1', c: '-' }],
  ['64 bits', 'a=0xffffffffffffffff b=9223372036854775807', { a: -1n, b: 2n ** 63n - 1n }],
  ['64 bits without a sign', 'a=18446744073709551615', { a: -1n }],
  [
    'more than 64 bits',
    'a=18446744073709551616 b=0x10000000000000000',
    { a: '18446744073709551616', b: '0x10000000000000000' },
  ],
  ['what could not be read', 'name=(fault) n=1', { name: '(fault)', n: 1n }],
  ['a name that holds a name', 'comm=a pid=7 pid=9', { comm: 'a', pid: 7n }],
  ['words behind a value', 'comm=my task pid=9 ==> x=1', { comm: 'my', pid: 9n, x: 1n }],
  ['a symbol of a module', 'caller=f+0x1/0x20 [kvm] n=2', { caller: 'f+0x1/0x20', n: 2n }],
  ['a place and an address', '(vfio_pin+0x0/0x90) npage=16,', { npage: 16n }],
  ['a place of print_fields()', '__probe_ip=vfio_pin+0x4/0x90 (-1808632796) n=0x10 (16)', { n: 16n }],
  ['$retval', '(f+0x1/0x2 <- g) $retval=0x3', { $retval: 3n }],
  ['no names', '254,0 RA 16384 () 101424 + 32 [bash]', {}],
];

describe('an argument means the same', () => {
  it.each(CASES)('%s', (_, text, means) => {
    expect(printed(text)).toEqual(means);
  });

  it('in a store, as the first of its event and behind a line that is usual', async () => {
    const lines = CASES.flatMap(([, text], i) => {
      const usual = Object.keys(printed(text)).map((name) => `${name}=1`);
      const spaced = text.startsWith('(') && !text.startsWith('(v') && !text.startsWith('(f') ? '' : ': ';
      const sys = (name: string) => (text.startsWith('->') ? `${name} ${text}` : `${name}${spaced}${text}`);
      return [line(sys(`first${i}`)), line(`then${i}: ${usual.join(' ')}`), line(sys(`then${i}`))];
    });
    const opened = openStore(await store(HEADER + lines.join('')));
    const last = new Map<string, Record<string, Value>>();
    for (const event of readEvents(opened)) last.set(event.event, meaning(new StoredFields(event)));
    opened.close();
    CASES.forEach(([what, , means], i) => {
      // a store keeps the digits of a hashed pointer, which is none
      if (what === 'hexadecimal without 0x') return;
      expect([what, last.get(`first${i}`)]).toEqual([what, expect.objectContaining(means)]);
      expect([what, last.get(`then${i}`)]).toEqual([what, expect.objectContaining(means)]);
    });
  });

  it('in a system call that was cut', () => {
    const buf = Buffer.from('(start: 7fcde215a000, len_in: 40');
    expect(readArguments(buf, 0, buf.length)).toMatchObject({ cut: true, list: [{ key: 'start' }, { key: 'len_in' }] });
  });
});
