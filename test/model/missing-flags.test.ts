// Why: a field that a probe does not print is unknown, never 0: a swap-in without flags has not lost an exclusive mark, and a
// copy_page_range() of which no line says what it returned may have failed.
import { expect, it } from 'vitest';
import { at, CHILD, copy, exit, type Fields, PARENT, page, pin, swapOut, Trace, touch, unpin } from './synthetic.ts';

const PFN = 0x2000;
const NEW = 0x3000;

it.each<{ rflags: Fields; said: string[] }>([
  { rflags: { rflags: '0x0' }, said: ['warning exclusive-mark-lost', 'warning pinned-page-unmapped-for-swap'] },
  { rflags: {}, said: ['warning pinned-page-unmapped-for-swap'] },
])('a swap entry with the exclusive mark, and a line of the reverse mapping with $rflags', async ({ rflags, said }) => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, PFN);
  pin(app, 0, PFN, { flags: 0x101 });
  swapOut(trace.task('kswapd0', 40, 1), 0, PFN);
  app.fault({ mm: PARENT, addr: at(0), flags: '0x1254' });
  app.swap_in({ mm: PARENT, addr: at(0), pte: '0x7fffffffffff00a', flags: '0x1254' });
  app.anon_rmap({ folio: page(PFN), page: page(PFN), nr: 1, mm: PARENT, addr: at(0), ...rflags });
  app.swap_in_ret({ ret: '0x0' });
  unpin(app, PFN);
  exit(app, PARENT, 500);
  const result = await trace.check('6.12');
  expect(result.said.sort()).toEqual(said);
  expect(result.undecided.join().includes('rflags')).toBe(!('rflags' in rflags));
});

it('the return of copy_page_range() that says nothing', async () => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, PFN);
  app.fork_vma({ dst: CHILD, src: PARENT, start: at(0), end: at(4), vmflags: '0x100073' });
  app.fork_vma_ret();
  expect((await trace.check('6.12')).undecided.join()).toContain('ret=');
});

it('what fork shares of a page that only an unfinished GUP call has shown', async () => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const thread = trace.task('app', 502, 1);
  thread.fault({ mm: PARENT, addr: at(50), flags: '0x1254' });
  touch(app, PARENT, 9, PFN + 9);
  thread.pin_fast({ start: at(0), nr: 1, flags: '0x1', pages: '0xffff888200000000' });
  thread.grab_fast({ page: page(PFN), refs: 1, flags: '0x80001', ref: 1 });
  thread.grab_fast_ret({ head: page(PFN) });
  app.fork_vma({ dst: CHILD, src: PARENT, start: at(0), end: at(4), vmflags: '0x100073' });
  app.fork_vma_ret({ ret: 0 });
  copy(app, PARENT, 0, PFN, NEW);
  thread.pin_fast_ret({ ret: 1 });
  unpin(thread, PFN);
  exit(app, PARENT, 500);
  expect((await trace.check('6.12')).said).toEqual(['error fork-share-then-cow']);
});
