// A pin held under the control of user space, taken by a call that is meant to be short-term.
import { type At, defineRule, type Pin } from './contract.ts';
import { examplesOf } from './examples.ts';

const NS = 1_000_000_000;

export default defineRule({
  meta: {
    id: 'long-held-pin',
    summary:
      'A FOLL_PIN without FOLL_LONGTERM, or a FOLL_GET reference in a pipe, was held for seconds; user space controls its lifetime.',
    why:
      'FOLL_LONGTERM tells the kernel that user space controls the lifetime: pages are moved out of ZONE_MOVABLE and ' +
      'CMA, and files with dirty tracking are refused. Without it the page blocks migration unexpectedly, and neither ' +
      'fork nor reclaim can tell FOLL_GET from any other reference.',
    needs: [['gup'], ['gupRet']],
    status: 'experimental',
    severity: { all: 'note' },
    falsePositives: ['slow I/O: pages in a bio that has not ended are not reported'],
    references: [
      'mm: soft_dirty: userfaultfd: introduce wrprotect_tlb_flush_pending (linux-mm, January 2021): long-term means ' +
        'that user space controls the lifetime',
      'Documentation/core-api/pin_user_pages.rst, CASE 1 to 3',
    ],
    fixedBy: [],
    advice:
      'use FOLL_LONGTERM if user space controls the lifetime; use pin_user_pages*() instead of get_user_pages*() if ' +
      'data are accessed through the reference',
    options: {
      seconds: { type: 'number', default: 5, description: 'seconds after which a pin counts as long-held' },
    },
    messages: {
      pin: '{pinned} was held by FOLL_PIN without FOLL_LONGTERM for {seconds} s',
      get: '{pinned} was in a pipe, held by FOLL_GET, for {seconds} s',
    },
    examples: examplesOf('long-held-pin'),
  },
  create(context) {
    const limit = context.options.seconds * NS;
    const tell = (pin: Pin, until: At | undefined, held: boolean) => {
      const { call, owner } = pin;
      const short = call.kind === 'PIN' ? !call.longterm && owner !== 'bio' : owner === 'pipe';
      const from = call.heldAt.ts;
      if (!short || owner === 'transient' || from === undefined || until?.ts === undefined) return;
      const ns = until.ts - from;
      if (!(ns >= limit) || context.model.facts.timeUnit !== 'ns') return;
      context.report({
        messageId: call.kind === 'PIN' ? 'pin' : 'get',
        data: { seconds: Math.floor(ns / NS) },
        pin,
        at: until,
        cause: 'user space controls how long the page is held',
        severity: 'note',
        path: held ? [] : [{ role: 'release', at: until, what: 'released' }],
      });
    };
    let last: At | undefined;
    return {
      // the latest time in the trace, approximately
      pin({ at }) {
        last = at;
      },
      exit({ at, pins }) {
        last = at;
        for (const pin of pins) tell(pin, at, true);
      },
      release({ pin, at, presumed }) {
        last = at;
        // a presumed release may have happened much earlier; a pin that outlives its address space was reported when
        // that ended
        if (!presumed && pin.mm?.dead !== true) tell(pin, at, false);
      },
      end({ pins }) {
        for (const pin of pins) if (pin.state === 'held') tell(pin, last, true);
      },
    };
  },
});
