// fork copied a device-exclusive entry to the child instead of restoring the page first.
import { type At, defineRule, type Mm, type PageId } from './contract.ts';
import { examplesOf } from './examples.ts';

interface Copied {
  src: Mm;
  page: PageId | undefined;
  at: At;
}

export default defineRule({
  meta: {
    id: 'device-exclusive-copied-by-fork',
    summary: 'fork copied a device-exclusive entry to the child without restoring it first.',
    why:
      'the entry gives the device exclusive access through one mapping; a second entry in the child is restored by the ' +
      "child's own fault, whose notifier does not reach the device that holds the page through the parent. " +
      'copy_nonpresent_pte() restores such entries before copying.',
    needs: [
      ['devExcl'],
      ['devExclRet', 'devExclOne'],
      ['devExclRet', 'clearFlush'],
      ['devRestore'],
      ['forkVma'],
      ['forkVmaRet'],
    ],
    status: 'experimental',
    severity: { all: 'error if the child restores the entry, which it can only have got by fork; otherwise warning' },
    falsePositives: ['a restore that was not recorded; this cannot explain an entry that the child itself restores'],
    references: [
      'mm: Device exclusive memory access (linux-mm, March 2021), on fork during the check',
      'copy_nonpresent_pte(), try_restore_exclusive_pte(), mm/memory.c',
    ],
    fixedBy: [],
    advice:
      'restore the entry in copy_nonpresent_pte() before it is copied, or use MADV_DONTFORK on memory that is device-exclusive',
    messages: {
      restored:
        'fork gave the child the device-exclusive entry of {pinned}: the child restored it in mm {child}, where no device ever set it',
      copied:
        'fork copied a range with the device-exclusive entry of {pinned} and no restore was recorded: the child, mm {child}, has the entry too',
    },
    examples: examplesOf('device-exclusive-copied-by-fork'),
  },
  create(context) {
    const open = new Map<Mm, Map<number, Copied>>();
    const tell = (child: Mm, vpn: number, { src, page, at }: Copied, restored: At | undefined) => {
      context.report({
        messageId: restored === undefined ? 'copied' : 'restored',
        data: { child },
        about: { mm: src, vpn, page, at },
        at: restored ?? at,
        cause: 'fork did not restore the entry before copying it',
        severity: restored === undefined ? 'warning' : 'error',
        doubts:
          restored === undefined
            ? [{ cap: 'medium', because: 'the only evidence is a missing restore', missing: true }]
            : [],
        path: [
          { role: 'fork', at, what: 'copy_page_range() over the entry returned 0' },
          ...(restored === undefined
            ? []
            : [{ role: 'restore', at: restored, what: 'the child restores the inherited entry' }]),
        ],
      });
    };
    const close = (child: Mm) => {
      const map = open.get(child);
      if (map === undefined) return;
      open.delete(child);
      // if no restore is recorded at all, a missing one proves nothing
      if (context.model.seen('devRestore') === 0) return;
      for (const [vpn, copied] of map) tell(child, vpn, copied, undefined);
    };
    return {
      exclusiveCopied({ src, child, vpn, page, at }) {
        const map = open.get(child) ?? new Map<number, Copied>();
        open.set(child, map.set(vpn, { src, page, at }));
      },
      deviceExclusive({ mm, vpn }) {
        open.get(mm)?.delete(vpn);
      },
      deviceRestore({ mm, vpn, at }) {
        const copied = open.get(mm)?.get(vpn);
        if (copied === undefined) return;
        open.get(mm)?.delete(vpn);
        tell(mm, vpn, copied, at);
      },
      exit({ mm }) {
        close(mm);
      },
      end() {
        for (const child of [...open.keys()]) close(child);
      },
    };
  },
});
