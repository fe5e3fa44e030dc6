// Why: copy_page_range() that fails at a pinned page (no memory for its copy) leaves the entry as it was, so what replaces
// the page later has another reason. Where fork fails behind it, the entries stay read-only, as after a child's exit.
import { expect, it } from 'vitest';
import { at, background, CHILD, copy, exit, PARENT, page, pin, Trace, touch, unpin } from './synthetic.ts';

const PFN = 0x2000;

async function said(kernel: string, ret: number): Promise<string[]> {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, PFN);
  background(app);
  pin(app, 0, PFN);
  app.fork_vma({ dst: CHILD, src: PARENT, start: at(0), end: at(16), vmflags: '0x100073' });
  app.fork_vma_ret({ ret });
  app.mm_exit({ mm: CHILD, vmemmap: page(0) });
  app.cprot({ mm: PARENT, start: at(0), end: at(16), prot: '0x25', cp: '0x0' });
  copy(app, PARENT, 0, PFN, PFN + 8);
  unpin(app, PFN);
  exit(app, PARENT, 500);
  return (await trace.check(kernel)).said;
}

it('fork fails at a pinned page, and mprotect() makes it read-only: that is why it is copied', async () => {
  expect(await said('5.10', -12)).toEqual(['warning wrprotect-then-cow']);
  expect(await said('6.12', -12)).toEqual(['error wrprotect-then-cow']);
});

it('fork fails after it has copied the page tables: the page is read-only all the same', async () => {
  expect(await said('5.10', 0)).toEqual(['error fork-share-then-cow']);
});
