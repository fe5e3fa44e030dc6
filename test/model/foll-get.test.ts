// Why: put_page() leaves no line. When a FOLL_GET reference that no bio has is over is known only by who took it, or by a pipe.
import { describe, expect, it } from 'vitest';
import { at, CHILD, exit, family, fork, PARENT, page, pin, reuse, Trace, touch, unpin, wpFault } from './synthetic.ts';

const OLD = 0x2000;
const NEW = 0x3000;
const PIPE = '__iov_iter_get_pages_alloc+0x298/0x830';

/** A process of which another page was pinned and released. */
function releasing() {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, OLD);
  touch(app, PARENT, 1, NEW);
  pin(app, 1, NEW);
  unpin(app, NEW);
  return { trace, app };
}

describe('FOLL_GET references whose end leaves no line', () => {
  it('KVM drops its own at once: KSM may merge the page', async () => {
    for (const caller of ['hva_to_pfn+0x11c/0x400', 'hva_to_pfn_slow.isra.0+0x51/0x200']) {
      const trace = new Trace();
      const vcpu = trace.task('CPU 0/KVM', 700);
      touch(vcpu, PARENT, 0, OLD);
      pin(vcpu, 0, OLD, { api: 'gup_fast', caller });
      const ksmd = trace.task('ksmd', 50, 1);
      ksmd.ksm_merge({ mm: PARENT, page: page(OLD), kpage: page(NEW) });
      ksmd.anon_rmap({ folio: page(NEW), page: page(NEW), nr: 1, mm: PARENT, addr: at(0), rflags: '0x0' });
      ksmd.ksm_merge_ret({ ret: 0 });
      exit(vcpu, PARENT, 700);
      expect((await trace.check('6.12')).said).toEqual([]);
    }
  });

  it.each([
    ['5.10', '0x80005', false],
    ['6.1', '0x80004', false],
    ['6.12', '0x100003', false],
    ['5.10', '0x5', true],
    ['6.12', '0x3', true],
  ])('get_user_pages_fast_only() by its flags: %s, %s, kept: %s', async (kernel, flags, kept) => {
    const { trace, app } = releasing();
    // a page of its own that stays where it is would hide nothing
    fork(app, 500);
    app.gup_lockless({ start: at(0), nr: 1, flags, pages: '0xffff888200000900' });
    app.grab_fast({ page: page(OLD), refs: 1, flags, ref: 1 });
    app.gup_lockless_ret({ ret: 1 });
    exit(app, PARENT, 500);
    expect((await trace.check(kernel)).undecided.some((why) => /no release/.test(why))).toBe(kept);
  });

  it('give no error when nothing shows who used them', async () => {
    const { trace, par, chi } = family(OLD);
    pin(chi, 0, OLD, { api: 'gup_fast', flags: 0, caller: '__zerocopy_sg_from_iter+0x9c/0x240' });
    exit(chi, CHILD, 501);
    reuse(par, PARENT, 0, OLD);
    exit(par, PARENT, 500);
    expect((await trace.check('6.12')).said).toEqual(['warning foreign-pin-reuse']);
  });

  it.each([
    ['sgx_ioc_enclave_add_pages+0x1b5/0x4a0', false],
    ['uprobe_notify_resume+0x2c5/0x10a0', false],
    ['do_madvise.part.0+0x3f1/0x570', false],
    ['copy_remote_vm_str+0x9a/0x2b0', false],
    ['drv_ioctl+0x2c5/0x10a0 [drv]', true],
  ])('of a function that the compiler put into %s, kept: %s', async (caller, kept) => {
    const { trace, app } = releasing();
    pin(app, 0, OLD, { api: 'gup_fast', caller });
    fork(app, 500);
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).undecided.some((why) => /no release/.test(why))).toBe(kept);
  });

  it.each([
    ['another page, which says nothing about the first', true, ['warning foreign-pin-reuse']],
    ['the same page, and one of the two is over', false, []],
  ])('a second call with the same array finds %s', async (_, isOther, said) => {
    const { trace, par, chi } = family(OLD);
    pin(chi, 0, OLD, { api: 'gup_fast', flags: 0, caller: 'iov_iter_get_pages2+0xd4/0x350' });
    if (isOther) {
      chi.zap({ mm: CHILD, start: at(0), end: at(1) });
      touch(chi, CHILD, 0, NEW);
      pin(chi, 0, NEW, { api: 'gup_fast', flags: 0, caller: 'iov_iter_get_pages2+0xd4/0x350' });
    } else {
      pin(chi, 0, OLD, { api: 'gup_fast', flags: 0, caller: 'iov_iter_get_pages2+0xd4/0x350' });
      chi.zap({ mm: CHILD, start: at(0), end: at(1) });
      chi.pipe_release({ pipe: '0xffff888300000000', page: page(OLD) });
    }
    reuse(par, PARENT, 0, OLD);
    exit(chi, CHILD, 501);
    exit(par, PARENT, 500);
    const { findings } = await trace.check('6.12');
    expect(findings.filter(({ severity }) => severity !== 'note').map((f) => `${f.severity} ${f.rule}`)).toEqual(said);
  });

  it.each([
    ['full pipe', true, []],
    ['pipe that takes all', false, ['error foreign-pin-reuse']],
  ])('a %s: vmsplice gives the rest of its pages back', async (_, full, said) => {
    const trace = new Trace();
    const par = trace.task('par', 500);
    const chi = trace.task('chi', 501, 1);
    touch(par, PARENT, 0, OLD);
    touch(par, PARENT, 1, OLD + 1);
    fork(par, 500);
    chi.fault({ mm: CHILD, addr: '0x20000000', flags: '0x1255' });
    chi.gup_fast({ start: at(0), nr: 2, flags: '0x0', pages: '0xffff888200000000' });
    for (const pfn of [OLD, OLD + 1]) {
      chi.grab_fast({ page: page(pfn), refs: 1, flags: '0x2', ref: 1 });
      chi.grab_fast_ret({ head: page(pfn) });
    }
    chi.gup_fast_ret({ ret: 2 });
    const pipe = '0xffff888300000000';
    chi.pipe_add({ pipe, page: page(OLD), off: 0, len: 4096 });
    if (full) chi.pipe_release({ pipe, page: page(OLD) });
    else chi.pipe_add({ pipe, page: page(OLD + 1), off: 0, len: 4096 });
    chi.zap({ mm: CHILD, start: at(0), end: at(2) });
    wpFault(par, PARENT, 1, OLD + 1);
    par.move_anon({ page: page(OLD + 1), mm: PARENT });
    par.wp_fault_ret({ ret: '0x0' });
    if (!full) for (const pfn of [OLD, OLD + 1]) chi.pipe_release({ pipe, page: page(pfn) });
    exit(chi, CHILD, 501);
    exit(par, PARENT, 500);
    const { findings } = await trace.check('6.12');
    expect(findings.filter((f) => f.severity !== 'note').map((f) => `${f.severity} ${f.rule}`)).toEqual(said);
  });

  it('a pipe that any of two processes may have filled gives a page back', async () => {
    const { trace, par, chi } = family(OLD);
    for (const t of [chi, par]) pin(t, 0, OLD, { api: 'gup_fast', flags: 0, caller: PIPE });
    trace.task('reader', 600).pipe_release({ pipe: '0xffff888300000000', page: page(OLD) });
    chi.zap({ mm: CHILD, start: at(0), end: at(1) });
    reuse(par, PARENT, 0, OLD);
    exit(chi, CHILD, 501);
    exit(par, PARENT, 500);
    expect((await trace.check('6.12')).said).toContain('note foreign-pin-reuse');
  });

  it('a page that is in a pipe is not what a device writes into a fixed buffer', async () => {
    const { trace, app } = releasing();
    pin(app, 0, OLD, { api: 'gup_fast', flags: 0, caller: PIPE });
    pin(app, 0, OLD, { flags: 0x101, caller: 'io_pin_pages+0x82/0xf0' });
    const bio = '0xffff888400000000';
    app.bio_submit({ bio, opf: '0x800000', size: 4096, done: 0, vcnt: 1, p0: page(OLD), l0: 4096, o0: 0 });
    app.bio_end({ bio, status: 0 });
    trace.task('reader', 600).pipe_release({ pipe: '0xffff888300000000', page: page(OLD) });
    unpin(app, OLD);
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).undecided.some((why) => /no release/.test(why))).toBe(false);
  });
});
