// Why: a number that no kernel prints shows that a line is damaged or made up. Whatever the trace seems to prove then, it
// proves nothing: the verdict is never "clean".
import { expect, it } from 'vitest';
import { examples } from '../../fuzz/seeds.ts';
import { check } from '../../src/engine/check.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { capture } from '../journeys/capture.ts';

const example = (words: string): string => {
  const found = examples().find((text) => text.includes(words));
  if (found === undefined) throw new Error(`no example says: ${words}`);
  return found;
};
const PINNED = example('and the next write keeps it');
const READ = example('the same fault keeps the page (no new page between its entry and its return)');
const SWAPPED = example('the same, but the swap-in kept the page exclusive');

const verdict = async (text: string) => {
  const { rules, verdict } = await check([memoryInput('trace.txt', Buffer.from(text, 'latin1'))], { workers: 1 });
  return { verdict, reasons: JSON.stringify(rules) };
};

it.each([PINNED, READ, SWAPPED])('as they are, the traces are clean', async (text) => {
  expect((await verdict(text)).verdict).toBe('clean');
});

const M1 = '0xffffffffffffffff';
const ABSURD: [string, RegExp, string[]][] = [
  [PINNED, /(new_anon: .* page=)0x\w+/, [M1, '4294967295', '0', '0xffffda2a41029941']],
  [PINNED, /(new_anon: .* mm=)0x\w+/, [M1, '4294967295', '0']],
  [PINNED, /(new_anon: .* addr=)0x\w+/, [M1, '0xfffffffffffff000', '0x8000000000000000', '0x7fffffffffffffff']],
  [PINNED, /(wp_fault: .* addr=)0x\w+/, [M1]],
  [PINNED, /(wp_fault_ret: .* ret=)0x\w+/, ['-1', '4294967295', '0x100000']],
  [PINNED, /(unpin_pages: .* n=)\w+/, ['-4096', '4294967295', '18446744073709547520']],
  [PINNED, /(unpin_pages: .* p0=)0x\w+/, [M1, '4294967295', '0xffffda2a41029941']],
  [READ, /(fault: .* addr=)0x\w+/, [M1]],
  [READ, /(grab_fast: .* refs=)\d+/, ['0', '-1', '2', '262144', '4294967295']],
  [READ, /(bio_add: .* len=)\d+/, ['0', '-1', '4294967295']],
  [READ, /(bio_add: .* off=)\d+/, ['-1', '4294967295']],
  [READ, /(bio_add: .* page=)0x\w+/, [M1, '0']],
  [READ, /(bio_add: .* bio=)0x\w+/, [M1, '0', '4294967295']],
  [READ, /(bio_submit: .* l0=)\d+/, ['0', '4294967295']],
  [READ, /(bio_end: .* status=)\d+/, ['-1', '256', '4294967295']],
  [SWAPPED, /(swap_cache_add: .* page=)0x\w+/, [M1]],
  [SWAPPED, /(unmap_one: .* page=)0x\w+/, [M1]],
  [SWAPPED, /(unmap_one: .* addr=)0x\w+/, [M1]],
  [SWAPPED, /(swap_in: .* addr=)0x\w+/, [M1]],
  [SWAPPED, /(swap_in_ret: .* ret=)0x\w+/, ['0x100000', '-1']],
  [SWAPPED, /(anon_rmap: .* addr=)0x\w+/, [M1]],
];

it.each(ABSURD.flatMap(([text, field, values]) => values.map((value) => [field.source, value, field, text] as const)))(
  '%s %s',
  async (_, value, field, text) => {
    const changed = text.replace(field, `$1${value}`);
    expect(changed).not.toBe(text);
    expect((await verdict(changed)).verdict).not.toBe('clean');
  },
);

const RANGES = example('the same under an O_DIRECT read');

it.each([
  ['an address space', /(uffd_wp: .* mm=)0x\w+/, '0x1000'],
  ['a range that ends in no user space', /(cprot: .* end=)0x\w+/, M1],
  ['a range that begins in none', /(cprot: .* start=)0x\w+/, '0x8000000000000000'],
])('%s', async (_, field, value) => {
  const { reasons, verdict: said } = await verdict(RANGES.replace(field, `$1${value}`));
  expect(said).not.toBe('clean');
  expect(reasons).toMatch(/numbers? that no kernel prints there/);
});

const REAL = capture('6.12/odirect_read_munmap.ft');
const BIG = ['9007199254740993', '4294967295', M1, '-1'];
const WORDS = ['NaN', 'ffffffffff', '12345678'.padEnd(10, 'a')];

it('as it was recorded, the capture is clean', async () => {
  expect((await verdict(REAL)).verdict).toBe('clean');
});

const OF_REAL: [RegExp, string[]][] = [
  [/(pin_fast: .* nr=)\d+/, WORDS],
  [/(gup_lockless: .* nr=)\d+/, [...WORDS, '4294967295']],
  [/(pin_fast: .* flags=)0x\w+/, BIG],
  [/(gup_lockless: .* flags=)0x\w+/, BIG],
  [/(grab_fast: .* flags=)0x\w+/, BIG],
  [/(pin_fast: .* pages=)0x\w+/, ['9007199254740993', '0x8000000000000000']],
  [/(gup_lockless: .* start=)0x\w+/, BIG],
  [/(gup_lockless_ret: .* ret=)\d+/, [...BIG, '2']],
  [/(grab_fast_ret: .* head=)0x\w+/, [...BIG, '0x8000000000000000']],
  [/(pin_pages: .* ret=)\w+/, BIG],
  [/(pin_pages: .* start=)0x\w+/, BIG],
  [/(pin_pages: .* p0=)0x\w+/, BIG],
  [/(bio_add: .* off=)\d+/, WORDS],
  [/(bio_add: .* bio=)0x\w+/, ['0x8000000000000000']],
  [/(bio_submit: .* opf=)0x\w+/, BIG],
  [/(bio_submit: .* size=)\d+/, BIG],
  [/(bio_submit: .* p0=)0x\w+/, BIG],
  [/(bio_submit: .* l0=)\d+/, WORDS],
  [/(bio_end: .* bio=)0x\w+/, BIG],
  [/(bio_end: .* status=)\d+/, BIG],
  [/(bio_release: .* dirty=)\d+/, BIG],
  [/(unpin_folio: .* n=)\d+/, ['262144']],
  [/(put_folio: .* refs=)\d+/, ['262144']],
  [/(put_folio: .* flags=)0x\w+/, BIG],
  [/(wp_fault: .* pte=)0x\w+/, ['0x8000000000000000', '0x1000000000']],
  [/(wp_fault_ret: .* ret=)0x\w+/, ['9007199254740993', '0x1000000000']],
  [/(fault: .* flags=)0x\w+/, BIG],
  [/(fault: .* mm=)0x\w+/, ['0x8000000000000000']],
  [/(cprot: .* cp=)0x\w+/, BIG],
  [/(move_anon: .* page=)0x\w+/, ['NaN', '0x8000000000000000']],
  [/(sched_process_fork: .* child_pid=)\d+/, BIG],
];

it.each(OF_REAL.flatMap(([field, values]) => values.map((value) => [field.source, value, field] as const)))(
  'of a capture, %s %s',
  async (_, value, field) => {
    const changed = REAL.replace(field, `$1${value}`);
    expect(changed).not.toBe(REAL);
    expect((await verdict(changed)).verdict).not.toBe('clean');
  },
);

it('a range that only a device is notified of', async () => {
  const { reasons, verdict: said } = await verdict(
    example('mmun_end').replace(/(mmun_end: .* start=)0x\w+/, `$1${M1}`),
  );
  expect(said).not.toBe('clean');
  expect(reasons).toMatch(/numbers? that no kernel prints there/);
});

it.each([
  ['a compound page that no flag shows', /(anon_rmap: .* rflags=)\w+/, '-1'],
  ['a page in no half of the addresses', /(anon_rmap: .* page=)\w+/, '0x8000000000000000'],
  ['a page where the kernel has none', /(anon_rmap: .* page=)\w+/, '0xfffffffffffff000'],
])('nothing is certain after %s', async (_, field, value) => {
  const text = SWAPPED.replace(field, `$1${value}`);
  expect(text).not.toBe(SWAPPED);
  const { findings } = await check([memoryInput('trace.txt', Buffer.from(text, 'latin1'))], { workers: 1 });
  for (const { confidence, severity } of findings) {
    expect(confidence).not.toBe('certain');
    expect(severity).not.toBe('error');
  }
});

it('an address space where the kernel has no objects hides no copy', async () => {
  const text = example('no line says what made it read-only');
  expect((await verdict(text)).verdict).toBe('violated');
  const changed = text.replace(/(new_anon: .*da80 mm=)\w+/, '$10xfffffffffffff000');
  expect(changed).not.toBe(text);
  expect((await verdict(changed)).verdict).not.toBe('clean');
});
