// Why: try_to_unmap_one() and remove_migration_pte() find entries at the old place until move_page_tables() has come to them,
// whose line comes at its entry. What they change there has been moved since, and pins with it.
import { describe, expect, it } from 'vitest';
import { asUsual, at, copy, exit, PARENT, page, pin, swapIn, Trace, touch, unpin, type Writer } from './synthetic.ts';

const PFN = 0x2000;
const NEW = 0x3000;
const COPY = 0x4000;
const AWAY = 0x1000;

interface Tasks {
  trace: Trace;
  app: Writer;
  mover: Writer;
  kernel: Writer;
}

function start(api: 'gup_fast' | 'pin_fast' | undefined): Tasks {
  const trace = new Trace();
  const app = trace.task('app', 500);
  asUsual(trace, app, PFN);
  if (api !== undefined) pin(app, 0, PFN, { api });
  return { trace, app, mover: trace.task('app', 502, 1), kernel: trace.task('kswapd0', 40, 2) };
}

const moves = ({ mover }: Tasks): void => mover.mremap({ mm: PARENT, old: at(0), new: at(AWAY), len: '0x1000' });

async function evidence({ trace, app }: Tasks, release: string) {
  exit(app, PARENT, 500);
  const { findings, undecided } = await trace.check(release);
  expect(undecided.join()).not.toMatch(/contradict|another address|migration/);
  return findings
    .filter(({ severity }) => severity !== 'note')
    .map(({ rule, evidence: lines }) => `${rule}: ${lines.map(({ role }) => role).join()}`);
}

describe('a page is unmapped at the old place while mremap() moves it', () => {
  it.each([
    ['before', 'unmap,move'],
    ['after', 'move,unmap'],
  ])('reclaim comes to it %s the line of mremap()', async (when, order) => {
    const made = start('gup_fast');
    const { app, kernel, mover } = made;
    kernel.swap_cache_add({ page: page(PFN), entry: '0x7' });
    if (when === 'after') moves(made);
    kernel.unmap_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 3, map: 0 });
    if (when === 'before') moves(made);
    kernel.unmap_one_ret({ ret: 1 });
    mover.zap({ mm: PARENT, start: at(0), end: at(1) });
    swapIn(app, AWAY, PFN, false, false);
    copy(app, PARENT, AWAY, PFN, COPY);
    expect(await evidence(made, '5.10')).toEqual([`swapin-cow-under-pin: pin,grab,${order},swap-in,wp fault,copy`]);
  });

  it('what is mapped anew at the old place is not moved', async () => {
    const made = start('gup_fast');
    const { app, kernel } = made;
    moves(made);
    touch(app, PARENT, 0, NEW);
    kernel.swap_cache_add({ page: page(NEW), entry: '0x7' });
    kernel.unmap_one({ page: page(NEW), mm: PARENT, addr: at(0), ref: 3, map: 0 });
    kernel.unmap_one_ret({ ret: 1 });
    expect(await evidence(made, '5.10')).toEqual([]);
  });
});

describe('migration', () => {
  const unmaps = ({ kernel }: Tasks, vpn = 0): void => {
    kernel.migrate_one({ page: page(PFN), mm: PARENT, addr: at(vpn), ref: 2 });
    kernel.clear_flush({
      mm: PARENT,
      addr: at(vpn),
      pte: `0x${(0x8000000000000867n + (BigInt(PFN) << 12n)).toString(16)}`,
    });
    kernel.migrate_one_ret({ ret: 1 });
    kernel.migrate_map({ new: page(NEW), old: page(PFN), extra: 1 });
    kernel.migrate_map_ret({ ret: 0 });
  };
  const maps = ({ kernel }: Tasks, vpn: number, rflags = '0x1'): void => {
    kernel.migrate_in({ page: page(NEW), mm: PARENT, addr: at(vpn) });
    kernel.anon_rmap({ folio: page(NEW), page: page(NEW), nr: 1, mm: PARENT, addr: at(vpn), rflags });
  };

  it.each([0, AWAY])('maps a page back while it is moved: at %i', async (vpn) => {
    const made = start('pin_fast');
    moves(made);
    unmaps(made);
    maps(made, vpn);
    unpin(made.app, PFN);
    expect(await evidence(made, '6.12')).toEqual(['pinned-page-migrated: pin,grab,move,migrate,migrate,release']);
  });

  it('maps a page back in an address space that has just ended', async () => {
    const made = start('gup_fast');
    const { app, kernel, trace } = made;
    unmaps(made);
    kernel.migrate_in({ page: page(PFN), mm: PARENT, addr: at(0) });
    exit(app, PARENT, 500);
    kernel.anon_rmap({ folio: page(PFN), page: page(PFN), nr: 1, mm: PARENT, addr: at(0), rflags: '0x1' });
    expect((await trace.check('6.12')).undecided.join()).not.toContain('migration');
  });

  it.each([
    ['0x0', 'note'],
    ['0x1', 'error'],
  ])('shows whether the page is exclusive: %s', async (rflags, severity) => {
    const made = start(undefined);
    const { app, trace } = made;
    unmaps(made);
    maps(made, 0, rflags);
    app.cprot({ mm: PARENT, start: at(0), end: at(1), cp: '0x0', prot: '0x8000000000000025' });
    pin(app, 0, NEW, { api: 'gup_fast', flags: 0 });
    copy(app, PARENT, 0, NEW, COPY);
    app.pipe_release({ page: page(NEW), pipe: '0xffff888200000000' });
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).findings.map((f) => f.severity)).toEqual([severity]);
  });
});
