// Why: what happens to an entry between the grab and the return of a GUP call happens to a page that is pinned. It is why a
// later write copies the page, not what happened to the protection after it.
import { expect, it } from 'vitest';
import { at, CHILD, copy, exit, fork, PARENT, page, pin, swapIn, swapOut, Trace, touch, unpin } from './synthetic.ts';

const PFN = 0x2000;

async function causes(during: 'swap' | 'fork' | 'mprotect' | 'early copy') {
  const trace = new Trace();
  const par = trace.task('par', 500);
  const thread = trace.task('par', 502, 1);
  touch(par, PARENT, 0, PFN);
  par.sched_process_fork('comm=par pid=500 child_comm=par child_pid=502');
  touch(thread, PARENT, 9, PFN + 9);
  pin(par, 9, PFN + 9);
  unpin(par, PFN + 9);
  par.pin_fast({ start: at(0), nr: 1, flags: '0x1', pages: '0xffff888200000000' });
  par.grab_fast({ page: page(PFN), refs: 1, flags: '0x80001', ref: 1 });
  par.grab_fast_ret({ head: page(PFN) });
  if (during === 'swap') {
    swapOut(trace.task('kswapd0', 40, 2), 0, PFN);
    swapIn(thread, 0, PFN, false, false);
  } else if (during === 'mprotect')
    thread.cprot({ mm: PARENT, start: at(0), end: at(16), cp: '0x0', prot: '0x8000000000000025' });
  else if (during === 'fork') fork(thread, 502);
  else {
    thread.fork_vma({ dst: CHILD, src: PARENT, start: at(0), end: at(16), vmflags: '0x8100073' });
    thread.new_anon({ page: page(0x4000), mm: CHILD, addr: at(0), head: 0, order: 0, rflags: '0x1' });
    thread.fork_vma_ret({ ret: 0 });
  }
  par.pin_fast_ret({ ret: 1 });
  if (during !== 'mprotect') thread.soft_dirty({ mm: PARENT, start: at(0), end: at(16) });
  copy(thread, PARENT, 0, PFN, 0x3000);
  unpin(par, PFN);
  exit(trace.task('chi', 501, 1), CHILD, 501);
  exit(par, PARENT, 500);
  const { findings } = await trace.check('6.12');
  return findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule);
}

it.each([
  ['swap', 'swapin-cow-under-pin'],
  ['fork', 'fork-share-then-cow'],
  ['mprotect', 'wrprotect-then-cow'],
  ['early copy', 'soft-dirty-then-cow'],
] as const)('%s, while the call runs: %s', async (during, rule) => {
  expect(await causes(during)).toEqual([rule]);
});
