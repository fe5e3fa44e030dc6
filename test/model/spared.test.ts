// Why: unmap_page_range() is also called for the pages of a file alone (even_cows = 0, mm/memory.c): the copies that a
// private mapping has of it stay. Its line does not show that; what is mapped afterwards does.
import { describe, expect, it } from 'vitest';
import { at, copy, exit, fork, PARENT, page, pin, Trace, touch, unpin, wpFault } from './synthetic.ts';

const PFN = 0x2000;
const NEW = 0x3000;

/** A page is pinned, its range is unmapped by the process or another, and something follows. */
async function unmapped(comm: string, then: (trace: Trace) => void, first: 'anon' | 'file' = 'anon') {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 1, PFN + 1);
  copy(app, PARENT, 1, PFN + 1, NEW + 1);
  if (first === 'anon') touch(app, PARENT, 0, PFN);
  else app.file_map({ page: page(PFN), mm: PARENT, addr: at(0), cow: 0 });
  pin(app, 0, PFN, { flags: 0x101 });
  const other = trace.task('fallocate', 700, 1);
  other.fault({ mm: '0xffff888100009000', addr: at(0x800), flags: '0x1254' });
  (comm === 'app' ? app : other).zap({ mm: PARENT, start: at(0), end: at(1) });
  then(trace);
  unpin(app, PFN);
  exit(app, PARENT, 500);
  const { findings, verdict } = await trace.check('6.12');
  return findings.length === 0
    ? [verdict]
    : findings.map(({ confidence, rule, severity }) => `${severity} ${confidence} ${rule}`);
}

const written = (trace: Trace): void => {
  const app = trace.task('app', 500);
  wpFault(app, PARENT, 0, PFN);
  app.move_anon({ page: page(PFN), mm: PARENT });
  app.wp_fault_ret({ ret: '0x0' });
};

describe.each(['app', 'fallocate'])('a range that %s unmaps', (comm) => {
  it('... still maps its anonymous page, as a write fault shows', async () => {
    expect(await unmapped(comm, written)).toEqual(['clean']);
  });

  it('... and that fork shares, until a write copies it', async () => {
    const forked = (trace: Trace): void => {
      const app = trace.task('app', 500);
      fork(app, 500);
      copy(app, PARENT, 0, PFN, NEW);
    };
    expect(await unmapped(comm, forked)).toContain('error certain fork-share-then-cow');
  });

  it('... later than the line that still saw the page says', async () => {
    const raced = (trace: Trace): void => {
      written(trace);
      touch(trace.task('app', 500), PARENT, 0, NEW);
    };
    const own = comm === 'app';
    expect(await unmapped(comm, raced)).toEqual([`${own ? 'note' : 'warning'} certain user-unmapped-pinned-range`]);
  });

  it('... maps a page of a file again, as a write fault or another pin shows', async () => {
    const faulted = (trace: Trace): void => {
      const app = trace.task('app', 500);
      wpFault(app, PARENT, 0, PFN);
      app.wp_fault_ret({ ret: '0x0' });
    };
    const again = (trace: Trace): void => {
      const app = trace.task('app', 500);
      app.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
      pin(app, 0, PFN, { flags: 0x101 });
      unpin(app, PFN);
    };
    expect(await unmapped(comm, faulted, 'file')).toEqual(['clean']);
    // only the pin shows the page, so it may be of hugetlb, whose lines are not recorded here
    expect(await unmapped(comm, again, 'file')).toEqual(['could-not-be-checked']);
  });

  it('... and maps another page of a file, after a line that still shows the first', async () => {
    const raced = (trace: Trace): void => {
      const app = trace.task('app', 500);
      wpFault(app, PARENT, 0, PFN);
      app.wp_fault_ret({ ret: '0x0' });
      app.file_map({ page: page(NEW), mm: PARENT, addr: at(0), cow: 0 });
    };
    const own = comm === 'app';
    expect(await unmapped(comm, raced, 'file')).toEqual([
      `${own ? 'note' : 'warning'} certain user-unmapped-pinned-range`,
    ]);
  });
});

it('nothing shows whether the page of a private mapping went with a range that another process unmapped', async () => {
  expect(await unmapped('fallocate', () => {})).toEqual(['note medium user-unmapped-pinned-range']);
  expect(await unmapped('fallocate', () => {}, 'file')).toEqual(['note certain user-unmapped-pinned-range']);
  expect(await unmapped('app', () => {})).toEqual(['note certain user-unmapped-pinned-range']);
});

it('of two calls for the range, the one that the page did not survive is named', async () => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const zapped = (): number => app.zap({ mm: PARENT, start: at(0), end: at(1) }) ?? trace.lines.length;
  touch(app, PARENT, 1, PFN + 1);
  copy(app, PARENT, 1, PFN + 1, NEW + 1);
  touch(app, PARENT, 0, PFN);
  pin(app, 0, PFN, { flags: 0x101 });
  const first = zapped();
  written(trace);
  const second = zapped();
  touch(app, PARENT, 0, NEW);
  unpin(app, PFN);
  exit(app, PARENT, 500);
  const { findings } = await trace.check('6.12');
  const lines = findings.flatMap(({ evidence }) => evidence.filter(({ role }) => role === 'zap').map((e) => e.line));
  expect(lines).toEqual([second]);
  expect(lines).not.toContain(first);
});
