// Why: MADV_FREE leaves no line, and what reclaim discards after it is not in the swap cache: the entry is empty where one
// that names the page was expected. A read maps the zero page there, without a line either.
import { expect, it } from 'vitest';
import { at, CHILD, copy, exit, PARENT, page, pin, swapIn, swapOut, Trace, touch, unpin } from './synthetic.ts';

const PFN = 0x2000;
const ZERO = 0x1a2b;

/** @param found what a pin gets where a page was unmapped */
async function discarded(found: number, isWrite: boolean, isSwapped: boolean) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const kswapd = trace.task('kswapd0', 40, 1);
  touch(app, PARENT, 0, PFN);
  touch(app, PARENT, 1, PFN + 1);
  copy(app, PARENT, 1, PFN + 1, PFN + 2);
  exit(trace.task('init', 1), CHILD, 1);
  touch(app, PARENT, 2, PFN + 4);
  swapOut(kswapd, 2, PFN + 4);
  swapIn(app, 2, PFN + 4, true, true);
  if (isSwapped) swapOut(kswapd, 0, PFN);
  else {
    kswapd.unmap_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 2, map: 0 });
    kswapd.unmap_one_ret({ ret: 1 });
  }
  app.fault({ mm: PARENT, addr: at(0), flags: '0x1254' });
  pin(app, 0, found, { flags: isWrite ? 1 : 0 });
  unpin(app, found);
  exit(app, PARENT, 500);
  return (await trace.check('6.12')).undecided.join();
}

it.each([true, false])('a read gets the zero page where the page, swapped out: %s, was freed', async (isSwapped) => {
  expect(await discarded(ZERO, false, isSwapped)).not.toContain('contradicts');
});

it.each([true, false])('what no read can have mapped there is missing, swapped out: %s', async (isSwapped) => {
  expect(await discarded(ZERO, true, isSwapped)).toContain('contradicts');
  expect(await discarded(PFN, false, isSwapped)).toContain('contradicts');
});
