// A page changed without notifying a secondary MMU, or a notifier window did not end.
import { type At, defineRule, type Mm, type Transitions } from './contract.ts';
import { examplesOf } from './examples.ts';

interface Window {
  start: number;
  end: number;
  event: number | undefined;
  at: At;
}

/** make_device_exclusive() or page_make_device_exclusive_one(), from its entry on. */
interface Setting {
  mm: Mm;
  vpn: number;
  covered: boolean;
}

const MMU_NOTIFY_EXCLUSIVE = 7;
/** A window lasts as long as a page table change; if one stays open this long, its end was lost. */
const LONG_NS = 1_000_000_000;

export default defineRule({
  meta: {
    id: 'notifier-window',
    summary:
      'A page changed, or became or ceased to be device-exclusive, outside any mmu notifier window of an address space ' +
      'that has notifiers; or windows overlap or stay open.',
    why:
      'a device with its own page tables (KVM, HMM, IOMMU SVA) keeps using the old page if it is not invalidated, and ' +
      'waits forever for a window that does not end',
    needs: [['notifierStart'], ['notifierEnd'], ['newAnon'], ['wpFault', 'wpPmd']],
    status: 'experimental',
    severity: { all: 'note' },
    falsePositives: [
      'a notifier that was unregistered meanwhile',
      'a window whose start was lost',
      'reuse and other permission upgrades; they need no window and are not checked',
    ],
    references: [
      'include/linux/mmu_notifier.h',
      'Documentation/mm/mmu_notifier.rst',
      'mm: Device exclusive memory access (linux-mm, March 2021): every set and restore calls the notifiers',
    ],
    fixedBy: [],
    messages: {
      outside: 'a write fault copied {pinned} outside any notifier window, though mm {mm} has notifiers',
      set: '{pinned} became device-exclusive outside any notifier window, though mm {mm} has notifiers',
      restored:
        '{pinned} was restored from a device-exclusive entry outside any notifier window, though mm {mm} has notifiers',
      overlap:
        'a device requested exclusive access to {pinned} while another notifier window over it was open in mm {mm}',
      open: 'a notifier window of mm {mm} was never closed',
    },
    examples: examplesOf('notifier-window'),
  },
  create(context) {
    // windows nest and may come from several tasks; it is enough that one of them covers the address
    const open = new Map<Mm, Window[]>();
    const setting = new Map<number, Setting>();
    let listening = false;
    let last: At | undefined;
    const covers = (w: Window, vpn: number) => vpn >= w.start && vpn < w.end;
    const lacking = (mm: Mm, vpn: number): boolean => {
      const list = open.get(mm);
      return list !== undefined && context.model.gaps.length === 0 && !list.some((w) => covers(w, vpn));
    };
    const UNREGISTERED = [
      { cap: 'low', because: 'the notifier may have been unregistered, which is not recorded' },
    ] as const;
    const cow = ({ mm, vpn, oldPage, at, fault, pins }: Transitions['cow']) => {
      if (!lacking(mm, vpn)) return;
      context.report({
        messageId: 'outside',
        data: { mm },
        pin: pins[0],
        about: { mm, vpn, page: oldPage, at: fault },
        at,
        cause: 'no invalidation around the copy',
        severity: 'note',
        doubts: UNREGISTERED,
        path: [
          { role: 'wp fault', at: fault, what: 'write fault' },
          { role: 'copy', at, what: 'new page mapped' },
        ],
      });
    };
    const sets = ({ at, fields: { mm, addr } }: { at: At; fields: { mm?: Mm; addr?: number } }) => {
      if (at.pid !== undefined && mm !== undefined && addr !== undefined)
        setting.set(at.pid, { mm, vpn: Math.floor(addr / context.model.pageBytes), covered: false });
    };
    const stayed = (mm: Mm, until: At | undefined) => {
      for (const w of open.get(mm) ?? []) {
        if (!((until?.ts ?? Number.NaN) - (w.at.ts ?? Number.NaN) > LONG_NS) || context.model.partial()) continue;
        context.report({
          messageId: 'open',
          data: { mm },
          about: { mm, vpn: w.start, page: undefined, at: w.at },
          at: w.at,
          cause: 'the window has no end',
          severity: 'note',
          doubts: [{ cap: 'medium', because: 'its end may not be recorded' }],
          path: [{ role: 'split', at: w.at, what: 'the window opens' }],
        });
      }
      open.delete(mm);
    };
    return {
      notifierStart({ mm, start, end, event, at }) {
        last = at;
        // exit_mmap() invalidates everything (0 to ULONG_MAX, -1 here) after its own line; the pointer may belong to a
        // new mm by then
        if (start === undefined || end === undefined || end <= start) return;
        if (!listening) {
          listening = true;
          context.on('cow', cow);
        }
        const list = open.get(mm) ?? [];
        const w = {
          start: Math.floor(start / context.model.pageBytes),
          end: Math.ceil(end / context.model.pageBytes),
          event,
          at,
        };
        const mine = at.pid === undefined ? undefined : setting.get(at.pid);
        if (mine?.mm === mm && covers(w, mine.vpn)) mine.covered = true;
        const other =
          event === MMU_NOTIFY_EXCLUSIVE ? list.find((x) => covers(x, w.start) && x.at.pid !== at.pid) : undefined;
        if (other !== undefined) {
          context.report({
            messageId: 'overlap',
            data: { mm },
            about: { mm, vpn: w.start, page: mm.entry(w.start)?.page, at },
            at,
            cause: 'two windows over one page',
            severity: 'note',
            doubts: [{ cap: 'low', because: 'the end of the other window may not be recorded' }],
            path: [{ role: 'zap', at: other.at, what: 'the other window opens' }],
          });
        }
        list.push(w);
        open.set(mm, list);
      },
      notifierEnd({ mm, start, end, at }) {
        last = at;
        const list = open.get(mm);
        if (list === undefined || start === undefined || end === undefined) return;
        const i = list.findLastIndex(
          (w) =>
            w.start === Math.floor(start / context.model.pageBytes) &&
            w.end === Math.ceil(end / context.model.pageBytes),
        );
        if (i >= 0) list.splice(i, 1);
      },
      deviceExclusive({ mm, vpn, page, at }) {
        const mine = at.pid === undefined ? undefined : setting.get(at.pid);
        if (at.pid !== undefined) setting.delete(at.pid);
        if (mine === undefined || mine.covered || open.get(mm) === undefined || context.model.gaps.length > 0) return;
        context.report({
          messageId: 'set',
          data: { mm },
          about: { mm, vpn, page, at },
          at,
          cause: 'no invalidation around the entry',
          severity: 'note',
          doubts: UNREGISTERED,
          path: [{ role: 'device-exclusive', at, what: 'the entry is set' }],
        });
      },
      deviceRestore({ mm, vpn, page, at }) {
        if (!lacking(mm, vpn)) return;
        context.report({
          messageId: 'restored',
          data: { mm },
          about: { mm, vpn, page, at },
          at,
          cause: 'no invalidation around the restore',
          severity: 'note',
          doubts: UNREGISTERED,
          path: [{ role: 'restore', at, what: 'the page is mapped again' }],
        });
      },
      events: { devExcl: sets, devExclOne: sets },
      exit({ mm, at }) {
        last = at;
        stayed(mm, at);
      },
      end() {
        for (const mm of [...open.keys()]) stayed(mm, last);
      },
    };
  },
});
