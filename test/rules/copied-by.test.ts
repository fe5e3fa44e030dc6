// Why: do_wp_page() copies a page for whoever faults: the process that writes, another one that writes to its memory, or GUP,
// which gives the process a page of its own before it pins it for reading. Who looks for the write should find it.
import { describe, expect, it } from 'vitest';
import { at, CHILD, exit, fork, PARENT, page, pin, ro, Trace, touch } from '../model/synthetic.ts';

const PFN = 0x2000;
const BIO = '0xffff888400000000';
const OTHER = '0xffff888100009000';

/** What is said about a page under O_DIRECT (FOLL_GET) that a fault with these flags copies after a fork. */
async function copiedBy(flags: number, comm: 'app' | 'gdb', isKnown = true) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const irq = trace.task('<idle>', 0, 1, '..s1.');
  const task = comm === 'app' ? app : trace.task('gdb', 700, 1);
  touch(app, PARENT, 0, PFN);
  if (comm === 'gdb' && isKnown) task.fault({ mm: OTHER, addr: '0x400000', flags: '0x1254' });
  pin(app, 0, PFN, { flags: 1, api: 'gup_fast' });
  app.bio_submit({
    bio: BIO,
    opf: '0x0',
    bflags: '0x1',
    sector: 8,
    size: 4096,
    vcnt: 1,
    p0: page(PFN),
    l0: 4096,
    o0: 0,
  });
  fork(app, 500);
  task.fault({ mm: PARENT, addr: at(0), flags: `0x${flags.toString(16)}` });
  task.wp_fault({ mm: PARENT, addr: at(0), pte: ro(PFN), flags: `0x${(flags | 0x800).toString(16)}` });
  task.new_anon({ page: page(0x3000), mm: PARENT, addr: at(0), head: 0, order: 0, rflags: '0x1' });
  task.wp_fault_ret({ ret: '0x0' });
  irq.bio_end({ bio: BIO, status: 0 });
  app.bio_release({ bio: BIO, dirty: 1, bflags: '0x1', p0: page(PFN), vcnt: 1 });
  exit(trace.task('app', 501, 1), CHILD, 501);
  exit(app, PARENT, 500);
  const { findings } = await trace.check('6.1');
  const [{ rule, message, evidence }] = findings;
  expect(rule).toBe('fork-share-then-cow');
  const fault = evidence.find(({ role }) => role === 'wp fault')?.what.replace(/ pfn.*/, '');
  return `${/; (.*?) put/.exec(message)?.[1]} (${fault})`;
}

describe('The page is copied', () => {
  it('for a write of the process', async () => {
    expect(await copiedBy(0x1255, 'app')).toBe('the next write of the parent (write fault on)');
  });

  it('for another pin that only reads', async () => {
    expect(await copiedBy(0x454, 'app')).toBe('the unsharing for another pin (fault that unshares)');
  });

  it('for another process that writes to its memory', async () => {
    expect(await copiedBy(0xd5, 'gdb')).toBe('a write of another process (write fault on)');
    expect(await copiedBy(0xd5, 'gdb', false)).toBe('the next write (write fault on)');
  });
});
