// Why: some entries change without a line: hugetlb is unmapped by a function of its own, the zero page has no reverse map.
// What is mapped there later is no contradiction.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';

const folder = mkdtempSync(join(tmpdir(), 'pindrift-hugetlb-'));
afterAll(() => rmSync(folder, { recursive: true }));

// vmemmap_base, so that an entry can be compared
const VMEMMAP = 'mm_exit: (exit_mmap+0x4/0x3c0) mm=0xffff8f0c7f979000 vmemmap=0xfffff48040000000';
const MM = 'mm=0xffff8f0c7f978580';
const lines = (first: readonly string[]) =>
  `# tracer: nop
${[
  ...first,
  `zap: (unmap_page_range+0x4/0x1420) ${MM} start=0x7fc7a0000000 end=0x7fc7a0001000`,
  VMEMMAP,
  `fault: (handle_mm_fault+0x4/0x2c0) ${MM} addr=0x7fc7b7fef01c flags=0x1255`,
  `wp_fault: (do_wp_page+0x0/0xcd0) ${MM} addr=0x7fc7b7fef000 pte=0x800000004c6d6025 flags=0x1a55`,
  'wp_fault_ret: (__handle_mm_fault+0xabd/0xf90 <- do_wp_page) ret=0x0',
]
  .map((text, i) => `             cow-202     [001] .....   454.1531${String(i).padStart(2, '0')}: ${text}`)
  .join('\n')}
`;

async function contradictions(...first: string[]): Promise<boolean> {
  const path = join(folder, 'trace.txt');
  writeFileSync(path, lines(first));
  return /contradicts? what was seen/.test(JSON.stringify((await check([path], { workers: 1 })).rules));
}

it('small pages where a hugetlb mapping was: it is gone', async () => {
  const mapped = `new_hugetlb: (hugetlb_add_new_anon_rmap+0x4/0x80) page=0xfffff48041048000 ${MM} addr=0x7fc7b7e00000`;
  expect(await contradictions(mapped)).toBe(false);
});

it('another small page than the one that was mapped: lines are missing', async () => {
  const mapped = `new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xfffff48041048000 ${MM} addr=0x7fc7b7fef000 head=0 order=0 rflags=0x1`;
  expect(await contradictions(mapped)).toBe(true);
});

const ksm = (ret: number) => [
  `new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xfffff48041048000 ${MM} addr=0x7fc7b7fef000 head=0 order=0 rflags=0x1`,
  `ksm_merge: (try_to_merge_one_page+0x0/0x540) ${MM} page=0xfffff48041048000 kpage=0xfffff48040fb2400`,
  `clear_flush: (ptep_clear_flush+0x4/0x70) ${MM} addr=0x7fc7b7fef000 pte=0x8000000041200825`,
  `ksm_merge_ret: (try_to_merge_with_zero_page+0x84/0x190 <- try_to_merge_one_page) ret=${ret}`,
];

it('KSM put the zero page there (use_zero_pages)', async () => {
  expect(await contradictions(...ksm(0))).toBe(false);
});

it('KSM failed to', async () => {
  expect(await contradictions(...ksm(-14))).toBe(true);
});

// 7.3, ksm_functional_tests: write_protect_page() has cleared the entry for an instant when another thread reads it
const lostRead = (page: string) => [
  `zap: (unmap_page_range+0x4/0x1420) ${MM} start=0x7fc7a0002000 end=0x7fc7a0003000`,
  `new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=${page} ${MM} addr=0x7fc7b7fef000 head=0 order=0 rflags=0x1`,
  `clear_flush: (ptep_clear_flush+0x4/0x70) ${MM} addr=0x7fc7b7fef000 pte=0x800000004c6d6025`,
  `fault: (handle_mm_fault+0x4/0x300) ${MM} addr=0x7fc7b7fefa08 flags=0x1254`,
  `file_map: (finish_fault+0x4/0x490) ${MM} addr=0x7fc7b7fef000 page=0xfffff48040a2aa40 cow=0x0`,
];

it('a read of the file lost against the anonymous page that came back', async () => {
  expect(await contradictions(...lostRead('0xfffff4804131b580'))).toBe(false);
});

it('the anonymous page was another: lines are missing', async () => {
  expect(await contradictions(...lostRead('0xfffff48041048000'))).toBe(true);
});

// 6.12, ksm_functional_tests: /proc/self/mem writes to PROT_NONE memory. The entry of pfn 0x4c6d6 is not followed by the
// processor, so its pfn is kept inverted
it('an entry of PROT_NONE names its page inverted', async () => {
  const mapped = `new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xfffff4804131b580 ${MM} addr=0x7fc7b7fef000 head=0 order=0 rflags=0x1`;
  const entry = `wp_fault: (do_wp_page+0x0/0xcd0) ${MM} addr=0x7fc7b7fef000 pte=0xfffffb3929120 flags=0x881`;
  const ret = 'wp_fault_ret: (__handle_mm_fault+0xabd/0xf90 <- do_wp_page) ret=0x0';
  expect(await contradictions(mapped, VMEMMAP, entry, ret)).toBe(false);
  expect(await contradictions(mapped, VMEMMAP, entry.replace('fb3929', 'fb3928'), ret)).toBe(true);
});
