// Held for as long as user space likes, by a call that promised to be short.
import { type At, defineRule, type Pin } from './contract.ts';
import { examplesOf } from './examples.ts';

const NS = 1_000_000_000;

export default defineRule({
  meta: {
    id: 'long-held-pin',
    summary:
      'A FOLL_PIN without FOLL_LONGTERM, or a FOLL_GET reference in a pipe, was held for seconds: its lifetime is user space’s.',
    why:
      'FOLL_LONGTERM means that user space owns the lifetime: it moves pages out of ZONE_MOVABLE and CMA and refuses files with dirty tracking. Without it ' +
      'the page blocks migration where nobody expects it; and FOLL_GET cannot be told from any other reference by fork or reclaim at all.',
    needs: [['gup'], ['gupRet']],
    status: 'experimental',
    severity: { all: 'note' },
    falsePositives: ['slow I/O: pages in a bio that has not ended are not told'],
    references: [
      'mm: soft_dirty: userfaultfd: introduce wrprotect_tlb_flush_pending (linux-mm, January 2021): long-term means that user space owns the lifetime',
      'Documentation/core-api/pin_user_pages.rst, CASE 1 to 3',
    ],
    fixedBy: [],
    advice:
      'FOLL_LONGTERM for what user space keeps; pin_user_pages*() instead of get_user_pages*() for what is written or read through',
    options: {
      seconds: { type: 'number', default: 5, description: 'how long is too long, in seconds' },
    },
    messages: {
      pin: '{pinned} was held by FOLL_PIN without FOLL_LONGTERM for {seconds} s',
      get: '{pinned} lay in a pipe, held by FOLL_GET, for {seconds} s',
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
        cause: 'user space decides how long the page is held',
        severity: 'note',
        path: held ? [] : [{ role: 'release', at: until, what: 'given back' }],
      });
    };
    let last: At | undefined;
    return {
      // the time the trace reaches, near enough
      pin({ at }) {
        last = at;
      },
      exit({ at, pins }) {
        last = at;
        for (const pin of pins) tell(pin, at, true);
      },
      release({ pin, at, presumed }) {
        last = at;
        // one that was not seen may have been long ago, and one over after its address space was told there
        if (!presumed && pin.mm?.dead !== true) tell(pin, at, false);
      },
      end({ pins }) {
        for (const pin of pins) if (pin.state === 'held') tell(pin, last, true);
      },
    };
  },
});
