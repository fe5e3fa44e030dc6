// Why: replace_page() of KSM says what it will map before it clears the entry, and looks at no reference after
// write_protect_page(). What GUP-fast gets in between by FOLL_GET, it gets by the old entry, which is replaced then.
import { expect, it } from 'vitest';
import { asUsual, at, copy, exit, PARENT, page, pin, Trace } from './synthetic.ts';

const PFN = 0x2000;
const MERGED = 0x4000;

const pte = (flags: bigint) => `0x${(flags + (BigInt(PFN) << 12n)).toString(16)}`;

it.each(['before', 'after'])('a page that is pinned %s the entry is cleared, by GUP-fast, has parted', async (when) => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  asUsual(trace, app, PFN);
  const ksmd = trace.task('ksmd', 30, 1);
  const pins = () => pin(app, 0, PFN, { api: 'gup_fast', flags: 0, caller: 'iov_iter_get_pages2+0x1/0x2' });
  ksmd.ksm_merge({ mm: PARENT, page: page(PFN), kpage: page(MERGED) });
  ksmd.clear_flush({ mm: PARENT, addr: at(0), pte: pte(0x8000000000000867n) });
  ksmd.anon_rmap({ folio: page(MERGED), page: page(MERGED), nr: 1, mm: PARENT, addr: at(0), rflags: '0x0' });
  if (when === 'before') pins();
  ksmd.clear_flush({ mm: PARENT, addr: at(0), pte: pte(0x8400000000000825n) });
  // the line comes at the entry of ptep_clear_flush(), which waits for GUP-fast
  if (when === 'after') pins();
  ksmd.ksm_merge_ret({ ret: 0 });
  app.pipe_release({ page: page(PFN), pipe: '0xffff888200000000' });
  exit(app, PARENT, 500);
  const { said, undecided } = await trace.check('6.12');
  expect(said).toEqual(['note pinned-page-ksm-merged']);
  expect(undecided.join()).not.toContain('contradicts');
});

it('what write_protect_page() returns 0 for is shared, though the call is not over: the next write copies it', async () => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  asUsual(trace, app, PFN);
  app.cprot({ mm: PARENT, start: at(0), end: at(4), cp: '0x0', prot: '0x8000000000000025' });
  app.cprot({ mm: PARENT, start: at(0), end: at(4), cp: '0x1', prot: '0x8000000000000025' });
  const ksmd = trace.task('ksmd', 30, 1);
  ksmd.ksm_merge({ mm: PARENT, page: page(PFN), kpage: '0x0' });
  ksmd.ksm_wp({ mm: PARENT, page: page(PFN), ref: 1 });
  ksmd.clear_flush({ mm: PARENT, addr: at(0), pte: pte(0x8000000000000867n) });
  ksmd.ksm_wp_ret({ ret: 0 });
  pin(app, 0, PFN, { api: 'gup_fast', flags: 0, caller: 'iov_iter_get_pages2+0x1/0x2' });
  copy(app, PARENT, 0, PFN, MERGED);
  ksmd.ksm_merge_ret({ ret: 0 });
  app.pipe_release({ page: page(PFN), pipe: '0xffff888200000000' });
  exit(app, PARENT, 500);
  const { findings } = await trace.check('6.12');
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(findings.map(({ rule }) => rule)).not.toContain('wrprotect-then-cow');
});
