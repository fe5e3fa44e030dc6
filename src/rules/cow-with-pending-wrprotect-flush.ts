// A page was write-protected on one CPU and copied on another with no TLB flush in between: a stale TLB entry may still
// allow writes to the old page.
import { type At, defineRule, type Mm, type Transitions, type WrprotectKind } from './contract.ts';
import { examplesOf } from './examples.ts';
import { fix } from './fixes.ts';

/** pages [start, end) that may still have old entries in a TLB */
interface Pending {
  start: number;
  end: number;
  kind: WrprotectKind;
  at: At;
}

/** The part of the range that remains pending after [start, end) is flushed. */
const left = (p: Pending, start: number, end: number): Pending[] =>
  end <= p.start || start >= p.end
    ? [p]
    : [
        { ...p, end: Math.min(p.end, start) },
        { ...p, start: Math.max(p.start, end) },
      ].filter((rest) => rest.start < rest.end);

export default defineRule({
  meta: {
    id: 'cow-with-pending-wrprotect-flush',
    summary: 'A page was copied on one CPU after another CPU had write-protected it and before the TLB was flushed.',
    why: 'a thread with the old, writable entry in its TLB still stores to the page that was just replaced',
    needs: [['softDirty', 'uffdWp'], ['tlbFlush'], ['newAnon']],
    status: 'experimental',
    severity: { all: 'note' },
    falsePositives: [
      'flushes without a range (arch_tlbbatch_flush), which are not probed',
      'a single-threaded process',
    ],
    references: ['mm: soft_dirty: userfaultfd: introduce wrprotect_tlb_flush_pending (linux-mm, January 2021)'],
    fixedBy: [fix('6ce64428d620')],
    messages: {
      window:
        '{kind} made the page {pinned} read-only on cpu {from}; it was copied on cpu {to} before any TLB flush of the address space',
    },
    examples: examplesOf('cow-with-pending-wrprotect-flush'),
  },
  create(context) {
    const pending = new Map<Mm, Pending[]>();
    // tasks in wp_page_copy(): ptep_clear_flush() flushes the page only after its content has been copied, which is too
    // late
    const copying = new Set<number>();
    let stop: (() => void) | undefined;
    // every write fault gives these events: nothing of them is read while no flush is pending
    const copies = (event: { readonly at: At }) => {
      const pid = stop === undefined ? undefined : event.at.pid;
      if (pid !== undefined) copying.add(pid);
    };
    const over = (mm: Mm): void => {
      pending.delete(mm);
      if (pending.size > 0) return;
      stop?.();
      stop = undefined;
    };
    const cow = ({ mm, vpn, oldPage, at, fault, pins }: Transitions['cow']) => {
      // if flushes are not recorded, a missing flush proves nothing
      if (!context.model.recorded('tlbFlush')) return;
      const p = pending.get(mm)?.find((x) => vpn >= x.start && vpn < x.end && x.at.cpu !== at.cpu);
      if (p === undefined || mm.pids.length < 2) return;
      context.report({
        messageId: 'window',
        data: { kind: p.kind, from: p.at.cpu ?? '?', to: at.cpu ?? '?' },
        pin: pins[0],
        about: { mm, vpn, page: oldPage, at: fault },
        at,
        cause: 'the flush was still pending',
        severity: 'note',
        doubts: [{ cap: 'low', because: 'batched flushes carry no address and may not be probed' }],
        path: [
          { role: 'wrprotect', at: p.at, what: `read-only by ${p.kind}` },
          { role: 'copy', at, what: 'new page mapped' },
        ],
      });
    };
    return {
      wrprotect({ mm, start, end, kind, at }) {
        if (kind !== 'soft-dirty' && kind !== 'uffd-wp') return;
        stop ??= context.on('cow', cow);
        const list = pending.get(mm) ?? [];
        list.push({ start, end, kind, at });
        pending.set(mm, list.slice(-16));
      },
      tlbFlush({ mm, start, end, at }) {
        const list = pending.get(mm);
        if (list === undefined) return;
        const { pageBytes } = context.model;
        const from = start === undefined ? 0 : Math.floor(start / pageBytes);
        // TLB_FLUSH_ALL is ~0, which reads as -1
        const to = end === undefined || end < 0 ? Number.POSITIVE_INFINITY : Math.ceil(end / pageBytes);
        if (to - from <= 1 && at.pid !== undefined && copying.has(at.pid)) return;
        const rest = list.flatMap((p) => left(p, from, to));
        if (rest.length === 0) over(mm);
        else pending.set(mm, rest.slice(-16));
      },
      exit({ mm }) {
        over(mm);
      },
      events: {
        wpCopy: copies,
        clearFlush: copies,
        wpFaultRet(event) {
          const pid = copying.size === 0 ? undefined : event.at.pid;
          if (pid !== undefined) copying.delete(pid);
        },
      },
    };
  },
});
