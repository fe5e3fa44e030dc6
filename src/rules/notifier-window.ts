// A page change that a secondary MMU was not told about.
import { type At, defineRule, type Mm, type Transitions } from './contract.ts';
import { examples } from './examples/notifier-window.ts';

interface Window {
  start: number;
  end: number;
  at: At;
}

export default defineRule({
  meta: {
    id: 'notifier-window',
    summary:
      'A copy changed the page of an address outside any mmu notifier window, in an address space that has notifiers.',
    why: 'a device with its own page tables (KVM, HMM, IOMMU SVA) goes on using the old page when nobody invalidates it',
    needs: [['notifierStart'], ['notifierEnd'], ['newAnon'], ['wpFault', 'wpPmd']],
    status: 'experimental',
    severity: { all: 'note' },
    falsePositives: [
      'a notifier that was unregistered meanwhile',
      'a window whose start was lost',
      'reuse and other upgrades of permission need no window and are not looked at',
    ],
    references: ['include/linux/mmu_notifier.h', 'Documentation/mm/mmu_notifier.rst'],
    fixedBy: [],
    messages: { outside: 'a write fault copied {pinned} outside any notifier window, though mm {mm} has notifiers' },
    examples,
  },
  create(context) {
    // windows nest and may come from several tasks; what counts is that one covers the address
    const open = new Map<Mm, Window[]>();
    let listening = false;
    const cow = ({ mm, vpn, oldPage, at, fault, pins }: Transitions['cow']) => {
      const list = open.get(mm);
      if (list === undefined || context.model.gaps.length > 0) return;
      if (list.some((w) => vpn >= w.start && vpn < w.end)) return;
      context.report({
        messageId: 'outside',
        data: { mm },
        pin: pins[0],
        about: { mm, vpn, page: oldPage, at: fault },
        at,
        cause: 'no invalidation around the copy',
        severity: 'note',
        doubts: [{ cap: 'low', because: 'the notifier may have been unregistered, which leaves no line' }],
        path: [
          { role: 'wp fault', at: fault, what: 'write fault' },
          { role: 'copy', at, what: 'new page mapped' },
        ],
      });
    };
    return {
      notifierStart({ mm, start, end, at }) {
        // exit_mmap() invalidates all (0 to ULONG_MAX, -1 here) behind its own line: the pointer may be the next mm's by then
        if (start === undefined || end === undefined || end <= start) return;
        if (!listening) {
          listening = true;
          context.on('cow', cow);
        }
        const list = open.get(mm);
        const w = { start: Math.floor(start / 4096), end: Math.ceil(end / 4096), at };
        if (list === undefined) open.set(mm, [w]);
        else list.push(w);
      },
      notifierEnd({ mm, start, end }) {
        const list = open.get(mm);
        if (list === undefined || start === undefined || end === undefined) return;
        const i = list.findLastIndex((w) => w.start === Math.floor(start / 4096) && w.end === Math.ceil(end / 4096));
        if (i >= 0) list.splice(i, 1);
      },
      exit({ mm }) {
        open.delete(mm);
      },
    };
  },
});
