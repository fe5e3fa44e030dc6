// A device took a snapshot of page tables that somebody was changing.
import { type At, defineRule, type Mm } from './contract.ts';
import { examplesOf } from './examples.ts';

interface Window {
  start: number;
  end: number;
  at: At;
}

interface Snapshot extends Window {
  mm: Mm;
  /** a window over the range that was open already */
  inside: Window | undefined;
}

export default defineRule({
  meta: {
    id: 'hmm-snapshot-in-window',
    summary: 'hmm_range_fault() succeeded while an mmu notifier window over its range was open.',
    why:
      'a device may use what hmm_range_fault() found only when no invalidation came in between: mmu_interval_read_begin() waits for windows to close, and ' +
      'mmu_interval_read_retry() sees those that opened since. A snapshot taken inside a window holds pages that are about to go.',
    needs: [['hmmFault'], ['hmmFaultRet'], ['notifierStart'], ['notifierEnd']],
    status: 'experimental',
    severity: { all: 'note' },
    falsePositives: [
      'a window whose end was not recorded',
      'a driver that drops the snapshot, as mmu_interval_read_retry() tells it to',
    ],
    references: [
      'mm: Device exclusive memory access (linux-mm, March 2021), on hmm_range_fault() snapshots',
      'Documentation/mm/hmm.rst',
    ],
    fixedBy: [],
    advice:
      'mmu_interval_read_begin() before and mmu_interval_read_retry() under the driver lock after hmm_range_fault()',
    messages: {
      snapshot:
        'hmm_range_fault() of mm {mm} returned 0 for {address} inside a notifier window that was open since before the call',
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
            cause: 'the sequence of the notifier was not waited for',
            severity: 'note',
            doubts: [{ cap: 'low', because: 'what the driver did with the snapshot shows in no line' }],
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
