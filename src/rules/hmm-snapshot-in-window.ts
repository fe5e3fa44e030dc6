// A device took a snapshot of page tables while they were being changed.
import { type At, defineRule, type Mm } from './contract.ts';
import { examplesOf } from './examples.ts';

interface Window {
  start: number;
  end: number;
  at: At;
}

interface Snapshot extends Window {
  mm: Mm;
  /** an open window that covers the range */
  inside: Window | undefined;
}

export default defineRule({
  meta: {
    id: 'hmm-snapshot-in-window',
    summary: 'hmm_range_fault() succeeded while an mmu notifier window over its range was open.',
    why:
      'a device may use the result of hmm_range_fault() only if no invalidation happened in between: ' +
      'mmu_interval_read_begin() waits for open windows, and mmu_interval_read_retry() detects those opened since. A ' +
      'snapshot taken inside a window may contain pages that are being unmapped.',
    needs: [['hmmFault'], ['hmmFaultRet'], ['notifierStart'], ['notifierEnd']],
    status: 'experimental',
    severity: { all: 'note' },
    falsePositives: [
      'a window whose end was not recorded',
      'a driver that discards the snapshot, as mmu_interval_read_retry() requires',
    ],
    references: [
      'mm: Device exclusive memory access (linux-mm, March 2021), on hmm_range_fault() snapshots',
      'Documentation/mm/hmm.rst',
    ],
    fixedBy: [],
    advice:
      'call mmu_interval_read_begin() before hmm_range_fault(), and mmu_interval_read_retry() after it, under the driver lock',
    messages: {
      snapshot:
        'hmm_range_fault() of mm {mm} returned 0 for {address} inside a notifier window that was already open when it was called',
    },
    examples: examplesOf('hmm-snapshot-in-window'),
  },
  create(context) {
    const open = new Map<Mm, Window[]>();
    const taking = new Map<number, Snapshot>();
    return {
      notifierStart({ mm, start, end, at }) {
        if (start === undefined || end === undefined || end <= start) return;
        const list = open.get(mm) ?? [];
        list.push({ start, end, at });
        open.set(mm, list);
      },
      notifierEnd({ mm, start, end }) {
        const list = open.get(mm) ?? [];
        const i = list.findLastIndex((w) => w.start === start && w.end === end);
        if (i >= 0) list.splice(i, 1);
      },
      exit({ mm }) {
        open.delete(mm);
      },
      events: {
        hmmFault({ at, fields }) {
          const { mm, start, end } = fields;
          if (at.pid === undefined || mm === undefined || start === undefined || end === undefined) return;
          const inside = open.get(mm)?.find((w) => w.start < end && start < w.end);
          taking.set(at.pid, { mm, start, end, at, inside });
        },
        hmmFaultRet({ at, fields }) {
          const taken = at.pid === undefined ? undefined : taking.get(at.pid);
          if (at.pid !== undefined) taking.delete(at.pid);
          if (taken?.inside === undefined || fields.ret !== 0 || context.model.gaps.length > 0) return;
          const { mm, start, inside } = taken;
          if (open.get(mm)?.includes(inside) !== true) return;
          context.report({
            messageId: 'snapshot',
            data: { mm, address: `0x${start.toString(16)}` },
            about: { mm, vpn: Math.floor(start / context.model.pageBytes), page: undefined, at: taken.at },
            at,
            cause: 'the driver did not wait for the notifier sequence',
            severity: 'note',
            doubts: [{ cap: 'low', because: 'the trace does not show what the driver did with the snapshot' }],
            path: [
              { role: 'zap', at: inside.at, what: 'the window opens' },
              { role: 'pin', at, what: 'the snapshot succeeds' },
            ],
          });
        },
      },
    };
  },
});
