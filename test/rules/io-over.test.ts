// Why: a page that is copied while it is pinned has lost nothing if the device was done with it before the copy began. The
// release says nothing about that: it may come much later, from a worker of the kernel.
import { describe, expect, it } from 'vitest';
import {
  at,
  CHILD,
  copy,
  exit,
  fork,
  PARENT,
  type Pinning,
  page,
  pin,
  Trace,
  touch,
  unpin,
  wpFault,
} from '../model/synthetic.ts';

const PFN = 0x2000;
const BIO = '0xffff888400000000';

/** Findings about a page that a process reads into or writes from across a fork, and then writes. */
async function acrossFork(
  call: Pinning,
  opf: string,
  ended: 'before the fork' | 'before the copy' | 'after the copy',
  parts: 'copied' | 'unmapped' = 'copied',
) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const irq = trace.task('<idle>', 0, 1, '..s1.');
  const end = (when: typeof ended) => {
    if (when === ended) irq.bio_end({ bio: BIO, status: 0 });
  };
  touch(app, PARENT, 0, PFN);
  touch(app, PARENT, 7, PFN + 7);
  wpFault(app, PARENT, 7, PFN + 7);
  app.wp_fault_ret({ ret: '0x0' });
  pin(app, 0, PFN, call);
  app.bio_add({ bio: BIO, page: page(PFN), len: 4096, off: 0 });
  app.bio_submit({ bio: BIO, opf, bflags: '0x0', sector: '0x10', size: 4096, vcnt: 1, p0: page(PFN), l0: 4096, o0: 0 });
  end('before the fork');
  if (parts === 'copied') fork(app, 500);
  end('before the copy');
  if (parts === 'copied') copy(app, PARENT, 0, PFN, 0x3000);
  else {
    trace.task('kworker/1:2', 60, 1).zap({ mm: PARENT, start: at(0), end: at(1) });
    touch(app, PARENT, 0, 0x3000);
  }
  end('after the copy');
  app.bio_release({ bio: BIO, dirty: 0, bflags: '0x0', p0: page(PFN), vcnt: 1 });
  if (parts === 'copied') exit(trace.task('app', 501, 1), CHILD, 501);
  exit(app, PARENT, 500);
  const { findings } = await trace.check('6.12');
  const [f] = findings;
  const shown = f.evidence.some(({ role }) => role === 'i/o end');
  return `${f.severity} ${f.harm.join(' ') || 'no harm'}${shown ? ', end shown' : ''}`;
}

const READ = '0x8800';
const WRITE = '0x8801';

describe('I/O on a page that is copied under its pin', () => {
  it.each<[string, Pinning, string, string, string]>([
    ['GET, read', { flags: 0x1, api: 'gup_fast' }, READ, 'warning no harm', 'error lost-dma-write, end shown'],
    ['PIN, read', { flags: 0x1 }, READ, 'error no harm', 'error lost-dma-write, end shown'],
    ['PIN, write', { flags: 0x0 }, WRITE, 'error no harm', 'error stale-device-read'],
  ])('%s', async (_, call, opf, over, lost) => {
    expect(await acrossFork(call, opf, 'before the fork')).toBe(`${over}, end shown`);
    expect(await acrossFork(call, opf, 'before the copy')).toBe(`${over}, end shown`);
    expect(await acrossFork(call, opf, 'after the copy')).toBe(lost);
  });

  it('... or unmapped by a kernel thread', async () => {
    expect(await acrossFork({ flags: 1 }, READ, 'before the copy', 'unmapped')).toBe('warning no harm, end shown');
    expect(await acrossFork({ flags: 1 }, READ, 'after the copy', 'unmapped')).toBe(
      'warning lost-dma-write, end shown',
    );
  });
});

/** Harm to a registered buffer (FOLL_LONGTERM, for writing) that a fork makes drift, with one bio before or after that. */
async function registered(opf: string, when: 'before the fork' | 'across the copy' | 'after the copy' | 'never') {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, PFN);
  pin(app, 0, PFN, { flags: 0x101, caller: 'io_pin_pages+0x1/0x2' });
  const submit = () => {
    app.bio_submit({
      bio: BIO,
      opf,
      bflags: '0x1',
      sector: '0x10',
      size: 4096,
      vcnt: 1,
      p0: page(PFN),
      l0: 4096,
      o0: 0,
    });
  };
  const end = () => {
    trace.task('<idle>', 0, 1, '..s1.').bio_end({ bio: BIO, status: 0 });
  };
  if (when === 'before the fork' || when === 'across the copy') submit();
  if (when === 'before the fork') end();
  fork(app, 500);
  copy(app, PARENT, 0, PFN, 0x3000);
  if (when === 'after the copy') submit();
  if (when === 'across the copy' || when === 'after the copy') end();
  exit(trace.task('app', 501, 1), CHILD, 501);
  unpin(app, PFN);
  exit(app, PARENT, 500);
  const { findings } = await trace.check('6.12');
  return findings.map(({ rule, severity, harm }) => [severity, rule, ...harm].join(' '));
}

describe('I/O through a registered buffer', () => {
  const drift = 'error fork-share-then-cow';
  it('does no harm if it had ended before the copy', async () => {
    expect(await registered(READ, 'before the fork')).toEqual([drift]);
    expect(await registered(READ, 'across the copy')).toEqual([`${drift} lost-dma-write`]);
    expect(await registered(READ, 'after the copy')).toEqual([`${drift} lost-dma-write`]);
  });

  it('loses no data that a device wrote if the device only read', async () => {
    expect(await registered(WRITE, 'after the copy')).toEqual([`${drift} stale-device-read`]);
  });

  it('may be under way at any time where none is recorded', async () => {
    expect(await registered(READ, 'never')).toEqual([`${drift} lost-dma-write`]);
  });
});

describe('a pin of I/O of which nothing shows an end', () => {
  const held = async (recorded: boolean) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, PFN);
    touch(app, PARENT, 7, PFN + 7);
    pin(app, 7, PFN + 7);
    app.unpin({ page: page(PFN + 7) });
    pin(app, 0, PFN);
    app.bio_add({ bio: BIO, page: page(PFN), len: 4096, off: 0 });
    app.bio_submit({ bio: BIO, opf: '0x800', sector: '0x10', size: 4096, vcnt: 1, p0: page(PFN), l0: 4096, o0: 0 });
    if (recorded) trace.task('<idle>', 0, 1, '..s1.').bio_end({ bio: '0xffff888400000100', status: 0 });
    fork(app, 500);
    copy(app, PARENT, 0, PFN, 0x3000);
    exit(trace.task('app', 501, 1), CHILD, 501);
    exit(app, PARENT, 500);
    return (await trace.check('6.12')).said;
  };

  it('is held where the ends of I/O are recorded (bio_endio(), bio_release_pages())', async () => {
    expect(await held(true)).toContain('error fork-share-then-cow');
  });

  it('... and may be over where they are not, whatever else unpin_user_page() gives back', async () => {
    expect(await held(false)).toContain('warning fork-share-then-cow');
  });
});
