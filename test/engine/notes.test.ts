// Of notes a rule keeps a huge page's worth and counts the others; what is counted only is not told as something worse.
import { expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { verdictWords } from '../../src/report/shared/words.ts';

const TASK = '             scn-133     [000] ....     9.';

/** A process pins pages, unmaps them itself, and touches the addresses again: a note for each. */
function selfInflicted(pages: number): string {
  let us = 0;
  const at = (event: string) => `${TASK}${String(us++).padStart(6, '0')}: ${event}`;
  const out = ['# tracer: nop'];
  for (let i = 0; i < pages; i++) {
    const address = (0x7f0000000000 + i * 0x1000).toString(16);
    const old = (0xffffe88200000000n + BigInt(i) * 64n).toString(16);
    const fresh = (0xffffe88300000000n + BigInt(i) * 64n).toString(16);
    const next = (0x7f0000000000 + (i + 1) * 0x1000).toString(16);
    out.push(
      at(`fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff9fc2c1061540 addr=0x${address} flags=0x355`),
      at(
        `new_anon: (page_add_new_anon_rmap+0x0/0x180) page=0x${old} mm=0xffff9fc2c1061540 addr=0x${address} compound=0`,
      ),
      at(`pin_fast: (pin_user_pages_fast+0x0/0x30) start=0x${address} nr=1 flags=0x10001 pages=0xffffa06128fd1000`),
      at(`grab_fast: (try_grab_compound_head+0x0/0x220) page=0x${old} refs=1 flags=0x50003 ref=2`),
      at('pin_fast_ret: (__io_uring_register+0x0/0x10 <- pin_user_pages_fast) ret=1'),
      at(`zap: (unmap_page_range+0x0/0xd60) mm=0xffff9fc2c1061540 start=0x${address} end=0x${next}`),
      at(`fault: (handle_mm_fault+0x0/0x1c00) mm=0xffff9fc2c1061540 addr=0x${address} flags=0x355`),
      at(
        `new_anon: (page_add_new_anon_rmap+0x0/0x180) page=0x${fresh} mm=0xffff9fc2c1061540 addr=0x${address} compound=0`,
      ),
    );
  }
  return `${out.join('\n')}\n`;
}

const findingsOf = async (pages: number) => await check([memoryInput('memory', selfInflicted(pages))]);

it('a huge page of them is reported as a whole', async () => {
  const report = await findingsOf(512);
  expect(report.findings.map(({ rule }) => rule)).toEqual(new Array(512).fill('user-unmapped-pinned-range'));
  expect(verdictWords(report)).not.toContain('counted');
});

it('those beyond the limit are counted, and no other rule reports them', async () => {
  const report = await findingsOf(600);
  expect(report.findings.map(({ rule }) => rule)).toEqual(new Array(512).fill('user-unmapped-pinned-range'));
  expect(report.rules.find(({ id }) => id === 'user-unmapped-pinned-range')?.notKept).toBe(88);
  expect(verdictWords(report)).toContain('512 notes and 88 more, counted only');
});

it('one process does not hide another: the first of each task is reported', async () => {
  const other = selfInflicted(2)
    .replaceAll('scn-133', 'scn-144')
    .replaceAll('ffff9fc2c1061540', 'ffff9fc2c1069000')
    .replaceAll('0xffffe882', '0xffffe884')
    .replaceAll('0xffffe883', '0xffffe885')
    .replaceAll('    9.', '   10.');
  const report = await check([memoryInput('memory', selfInflicted(520) + other)]);
  expect(report.findings.filter(({ pin }) => pin.pid === 144)).toHaveLength(1);
  expect(report.rules.find(({ id }) => id === 'user-unmapped-pinned-range')?.notKept).toBe(9);
});
