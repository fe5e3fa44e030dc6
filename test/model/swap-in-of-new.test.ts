// Why: since v6.11 do_swap_page() maps a page that was read from the swap area with folio_add_new_anon_rmap(), exclusive or
// not: the flags say which (RMAP_EXCLUSIVE). One that is not is copied by the next write, as after any fork, and nothing
// that happened to the protection before is why.
import { expect, it } from 'vitest';
import { asUsual, at, copy, exit, PARENT, page, pin, swapOut, Trace } from './synthetic.ts';

const PFN = 0x2000;
const READ = 0x2100;

async function copied(rflags: string | undefined) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const kswapd = trace.task('kswapd0', 40, 1);
  asUsual(trace, app, PFN);
  app.cprot({ mm: PARENT, start: at(0), end: at(16), cp: '0x0', prot: '0x8000000000000025' });
  app.cprot({ mm: PARENT, start: at(0), end: at(16), cp: '0x1', prot: '0x8000000000000025' });
  swapOut(kswapd, 0, PFN);
  app.fault({ mm: PARENT, addr: at(0), flags: '0x1254' });
  app.swap_in({ mm: PARENT, addr: at(0), pte: '0x7ffffffffffbe02', flags: '0x1a54' });
  const shown = { page: page(READ), mm: PARENT, addr: at(0), head: 0, order: 0 };
  app.new_anon(rflags === undefined ? shown : { ...shown, rflags });
  app.swap_in_ret({ ret: '0x0' });
  pin(app, 0, READ, { api: 'gup_fast', flags: 0, caller: 'iov_iter_get_pages2+0x1/0x2' });
  copy(app, PARENT, 0, READ, 0x3000);
  app.pipe_release({ page: page(READ), pipe: '0xffff888200000000' });
  exit(app, PARENT, 500);
  return (await trace.check('6.12')).said;
}

it('a page that a swap-in has mapped as not exclusive is shared', async () => {
  expect(await copied('0x0')).toEqual(['note stale-read-pin']);
});

it.each(['0x1', undefined])('... and as exclusive, with the flags %s, it is not', async (rflags) => {
  expect(await copied(rflags)).not.toContain('note stale-read-pin');
});
