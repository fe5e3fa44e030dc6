// fork gave the child a device-exclusive entry instead of restoring the page first.
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
      'the entry stands for access that the device alone has to one mapping; a second one in the child is restored by its own fault, whose ' +
      'notifier does not reach the device that holds the page through the parent. copy_nonpresent_pte() restores such entries before it copies.',
    needs: [['devExcl'], ['devExclRet'], ['devRestore'], ['forkVma'], ['forkVmaRet']],
    status: 'experimental',
    severity: { all: 'error where the child restores the entry, which only fork can have given it; warning otherwise' },
    falsePositives: ['a restore that was not recorded; where the child restores the entry there is none'],
    references: [
      'mm: Device exclusive memory access (linux-mm, March 2021), on fork at the instant of the check',
      'copy_nonpresent_pte(), try_restore_exclusive_pte(), mm/memory.c',
    ],
    fixedBy: [],
    advice:
      'restore the entry in copy_nonpresent_pte() before it is copied, or MADV_DONTFORK on memory that a device has for itself',
    messages: {
      restored:
        'fork gave the child the device-exclusive entry of {pinned}: the child restored it in mm {child}, where no device ever set it',
      copied:
        'fork went over the device-exclusive entry of {pinned} and no restore of it is shown: the child, mm {child}, has the entry too',
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
            ? [{ cap: 'medium', because: 'only the missing line of a restore says so', missing: true }]
            : [],
        path: [
          { role: 'fork', at, what: 'copy_page_range() over the entry returned 0' },
          ...(restored === undefined
            ? []
            : [{ role: 'restore', at: restored, what: 'the child restores an entry of its own' }]),
        ],
      });
    };
    const close = (child: Mm) => {
      const map = open.get(child);
      if (map === undefined) return;
      open.delete(child);
      // without any restore on record nothing can be said from the absence of one
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
