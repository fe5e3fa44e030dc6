// Why: what is mapped where the process itself has given a pinned page back is its own doing, whoever maps it there and
// whatever happens to it later.
import { describe, expect, it } from 'vitest';
import { at, exit, PARENT, page, pin, Trace, touch, unpin, wpFault } from './synthetic.ts';

const PFN = 0x2000;
const NEW = 0x2043;
const HUGE = 0xe000;

function process() {
  const trace = new Trace();
  const app = trace.task('app', 500);
  for (let i = 0; i < 8; i++) touch(app, PARENT, i, PFN + i);
  wpFault(app, PARENT, 7, PFN + 7);
  app.wp_fault_ret({ ret: '0x0' });
  return { trace, app, worker: trace.task('kswapd0', 40, 1) };
}

describe('a pinned page that the process unmapped', () => {
  const collapse = (zapped: boolean) => {
    const { trace, app, worker } = process();
    pin(app, 3, PFN + 3, { flags: 0x101 });
    app.zap({ mm: PARENT, start: at(zapped ? 3 : 6), end: at(zapped ? 4 : 7) });
    worker.collapse({ mm: PARENT, addr: at(0), unmapped: 0, referenced: 8 });
    worker.new_anon({ page: page(HUGE), mm: PARENT, addr: at(0), head: 1, order: 9, rflags: '0x1' });
    worker.collapse_ret({ ret: 1 });
    unpin(app, PFN + 3);
    exit(app, PARENT, 500);
    return trace.check('6.12');
  };

  it('... is not collapsed under its pin: khugepaged fills the hole', async () => {
    expect((await collapse(true)).said).toEqual(['note user-unmapped-pinned-range']);
  });

  it('... unlike one that is still there', async () => {
    expect((await collapse(false)).said).toContain('error pinned-page-collapsed');
  });

  it('... is not the one that reclaim unmaps there later', async () => {
    const { trace, app, worker } = process();
    pin(app, 3, PFN + 3, { flags: 0x101 });
    app.zap({ mm: PARENT, start: at(3), end: at(4) });
    touch(app, PARENT, 3, NEW);
    worker.swap_cache_add({ page: page(NEW), entry: '0x7' });
    worker.unmap_one({ page: page(NEW), mm: PARENT, addr: at(3), ref: 2, map: 0 });
    worker.unmap_one_ret({ ret: 1 });
    unpin(app, PFN + 3);
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).said).toEqual(['note user-unmapped-pinned-range']);
  });
});

// invalidate_inode_pages2_range(), a hole punched into the file: the next access maps what the file has there then
describe('a page of a file that another process unmapped, where the process faults again', () => {
  const faults = async (by: 'another' | 'itself', flags: string, finish: boolean) => {
    const { trace, app } = process();
    const who = by === 'itself' ? app : trace.task('fallocate', 700, 1);
    if (by === 'another') who.fault({ mm: '0xffff888100009000', addr: at(40), flags: '0x1255' });
    if (finish) app.file_map({ mm: PARENT, addr: at(9), page: page(NEW), cow: '0x0' });
    pin(app, 12, 0x7000, { flags: 0x101 });
    who.zap({ mm: PARENT, start: at(12), end: at(13) });
    app.fault({ mm: PARENT, addr: at(12), flags });
    app.fault({ mm: PARENT, addr: at(20), flags: '0x1254' });
    unpin(app, 0x7000);
    exit(app, PARENT, 500);
    const { said, findings, undecided } = await trace.check('6.12');
    expect(said).toEqual(['note user-unmapped-pinned-range']);
    return {
      undecided: undecided.some((reason) => reason.includes('unmapped by others')),
      message: findings[0].message,
    };
  };
  const GOT = expect.stringContaining('faulted there again, and no line names the page it got');
  const NOTHING = expect.stringContaining('nothing was mapped there again');

  it('may have got another page', async () => {
    expect(await faults('another', '0x1255', false)).toEqual({ undecided: true, message: GOT });
  });

  it('... and to read, where finish_fault() is recorded but not what is mapped around a fault', async () => {
    expect(await faults('another', '0x1254', true)).toEqual({ undecided: true, message: GOT });
  });

  it('... but for a write, there would be a line', async () => {
    expect(await faults('another', '0x1255', true)).toEqual({ undecided: false, message: NOTHING });
  });

  it('is the doing of the process that unmapped it', async () => {
    expect(await faults('itself', '0x1255', false)).toEqual({ undecided: false, message: GOT });
  });
});

it('a longterm call that drops all its references and walks again holds what it grabbed last', async () => {
  const { trace, app, worker } = process();
  app.pin_fast({ start: at(0), nr: 8, flags: '0x101', pages: '0xffff888200000000' });
  const walk = (moved: number) => {
    for (let i = 0; i < 8; i++) {
      const one = page(i === 5 ? moved : PFN + i);
      app.grab_slow({ page: one, refs: 1, flags: '0x90101', ref: 1 });
    }
  };
  walk(PFN + 5);
  // four pages are shown, and put_page() of each is not recorded
  app.unpin_pages({ n: 8, p0: page(PFN), p1: page(PFN + 1), p2: page(PFN + 2), p3: page(PFN + 3) });
  app.migrate_one({ page: page(PFN + 5), mm: PARENT, addr: at(5), ref: 2 });
  app.migrate_one_ret({ ret: 1 });
  app.migrate_in({ page: page(NEW), mm: PARENT, addr: at(5) });
  app.anon_rmap({ folio: page(NEW), page: page(NEW), nr: 1, mm: PARENT, addr: at(5), rflags: '0x1' });
  walk(NEW);
  app.pin_fast_ret({ ret: 8 });
  app.unpin_pages({ n: 8, p0: page(PFN), p1: page(PFN + 1), p2: page(PFN + 2), p3: page(PFN + 3) });
  worker.fault({ mm: '0xffff888100003000', addr: at(40), flags: '0x1255' });
  exit(app, PARENT, 500);
  expect(await trace.check('6.12')).toMatchObject({ verdict: 'clean', said: [] });
});
