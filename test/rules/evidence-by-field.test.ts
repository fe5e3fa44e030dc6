// What a rule needs is met by events with the fields that say it, not by names.
import { describe, expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';

/** A page is read into while the process forks: the next write of the parent parts them. */
const READ_ACROSS_FORK = `# tracer: nop
# entries-in-buffer/entries-written: 22/22   #P:2
 app-500 [000] ..... 1.000500: fault: (handle_mm_fault+0x0/0x2c0) mm=0xffff888100001000 addr=0x10000000 flags=0x1255
 app-500 [000] ..... 1.001000: new_anon: (folio_add_new_anon_rmap+0x0/0x1d0) page=0xffffea0000080000 mm=0xffff888100001000 addr=0x10000000 head=0 order=0 rflags=0x1
 app-500 [000] ..... 1.001500: gup_fast: (get_user_pages_fast+0x0/0x60) start=0x10000000 nr=1 flags=0x1 pages=0xffff888200000000 caller=some_driver_map+0x128/0xce0
 app-500 [000] ..... 1.002000: grab_fast: (try_grab_folio_fast+0x0/0x2e0) page=0xffffea0000080000 refs=1 flags=0x3 ref=1
 app-500 [000] ..... 1.002500: grab_fast_ret: (gup_fast_pte_range+0x10/0x20 <- try_grab_folio_fast) head=0xffffea0000080000
 app-500 [000] ..... 1.003000: gup_fast_ret: (some_driver_map+0x10/0x20 <- get_user_pages_fast) ret=1
 app-500 [000] ..... 1.003500: bio_add: (__bio_add_page+0x0/0x60) bio=0xffff888400000000 page=0xffffea0000080000 len=4096 off=0
 app-500 [000] ..... 1.004000: bio_submit: (submit_bio+0x0/0x100) bio=0xffff888400000000 sector=0x10 size=4096 opf=0x8800 p0=0xffffea0000080000 l0=4096 o0=0 vcnt=1
 app-500 [000] ..... 1.004500: fork_vma: (copy_page_range+0x0/0x2400) dst=0xffff888100002000 src=0xffff888100001000 start=0x10000000 end=0x10001000 vmflags=0x100073
 app-500 [000] ..... 1.005000: fork_vma_ret: (dup_mmap+0x10/0x20 <- copy_page_range) ret=0
 app-500 [000] ..... 1.005500: sched_process_fork: comm=app pid=500 child_comm=app child_pid=501
 app-500 [000] ..... 1.006000: wp_fault: (do_wp_page+0x0/0xfb0) mm=0xffff888100001000 addr=0x10000000 pte=0x8000000002000025 flags=0x1a55
 app-500 [000] ..... 1.006500: new_anon: (folio_add_new_anon_rmap+0x0/0x1d0) page=0xffffea00000c0000 mm=0xffff888100001000 addr=0x10000000 head=0 order=0 rflags=0x1
 app-500 [000] ..... 1.007000: wp_fault_ret: (__handle_mm_fault+0x10/0x20 <- do_wp_page) ret=0x0
 app-500 [000] ..... 1.007500: bio_end: (bio_endio+0x0/0x100) bio=0xffff888400000000 status=0
 app-500 [000] ..... 1.008000: bio_release: (__bio_release_pages+0x0/0x100) bio=0xffff888400000000 dirty=0 bflags=0x0 p0=0xffffea0000080000 vcnt=1
 app-501 [001] ..... 1.008500: mm_exit: (exit_mmap+0x0/0x100) mm=0xffff888100002000 vmemmap=0xffffea0000000000
 app-501 [001] ..... 1.009000: sched_process_exit: comm=app pid=501 prio=120
 app-500 [000] ..... 1.009500: mm_exit: (exit_mmap+0x0/0x100) mm=0xffff888100001000 vmemmap=0xffffea0000000000
 app-500 [000] ..... 1.010000: sched_process_exit: comm=app pid=500 prio=120
`;

const report = (text: string) => check([memoryInput('trace.txt', text)], { kernel: '6.12' });
const without = (text: string, event: string, field: string, keep = 0): string => {
  let seen = 0;
  return text.replace(new RegExp(` ${event}: .*`, 'g'), (line) =>
    seen++ < keep ? line : line.replace(new RegExp(` ${field}=\\S*`), ''),
  );
};

describe('an event that lacks a field its kind needs shows nothing', () => {
  it('the whole is an error', async () => {
    expect((await report(READ_ACROSS_FORK)).verdict).toBe('violated');
  });

  for (const [event, ...fields] of [
    ['gup_fast', 'start', 'flags'],
    ['gup_fast_ret', 'ret'],
    ['grab_fast', 'page', 'refs'],
    ['new_anon', 'page', 'mm', 'addr', 'head'],
    ['wp_fault', 'mm', 'addr', 'flags'],
    ['fork_vma', 'src', 'dst', 'start', 'end'],
    ['fault', 'mm'],
    ['bio_release', 'bio'],
  ])
    for (const field of fields)
      it(`${event} without ${field}=: not clean, and no surer than with it`, async () => {
        const { verdict, findings, rules } = await report(without(READ_ACROSS_FORK, event, field));
        expect(verdict).not.toBe('clean');
        expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
        expect(JSON.stringify(rules)).toMatch(new RegExp(`event.* lacks?.* ${field}=`));
      });

  it('some of the events lack it: not clean either', async () => {
    const { verdict, rules } = await report(without(READ_ACROSS_FORK, 'new_anon', 'addr', 1));
    expect(verdict).toBe('could-not-be-checked');
    expect(JSON.stringify(rules)).toMatch('1 of 2 events of folio_add_new_anon_rmap lacks addr=');
  });

  it('flags that no line shows are unknown: neither for reading nor for writing', async () => {
    const noFlags = without(without(READ_ACROSS_FORK, 'gup_fast', 'flags'), 'grab_fast', 'flags');
    const noIo = noFlags.replace(/^.* bio_\w+: .*\n/gm, '');
    const { findings, verdict } = await report(noIo);
    expect(verdict).toBe('could-not-be-checked');
    expect(findings.map(({ rule }) => rule)).not.toContain('stale-read-pin');
    // a device that writes into the page proves that it was pinned for that
    expect((await report(noFlags)).findings.map(({ rule, harm }) => [rule, ...harm])).toEqual([
      ['fork-share-then-cow', 'lost-dma-write'],
    ]);
  });

  it('a line of trace_printk() in do_wp_page() is not a write fault', async () => {
    const text = READ_ACROSS_FORK.replace(/wp_fault: .*/, 'do_wp_page: here 0x10000000').replace(
      /^.* wp_fault_ret: .*\n/m,
      '',
    );
    expect((await report(text)).verdict).not.toBe('clean');
  });
});

describe('no claim about what is not recorded', () => {
  it('no unmapping is recorded: a page that was replaced may have been unmapped by its process', async () => {
    // the return of the write fault and the fault itself are gone, and so is any unmapping
    const text = READ_ACROSS_FORK.replace(/^.* (wp_fault|wp_fault_ret|fork_vma|fork_vma_ret): .*\n/gm, '');
    const { findings, verdict } = await report(text);
    expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
    expect(verdict).toBe('could-not-be-checked');
  });
});
