// Reports what this trace cannot prove. It makes no finding; it keeps the verdict from being "clean".
import { defineRule, type Pin } from './contract.ts';
import { insufficiencies, Shown } from './evidence.ts';
import { examplesOf } from './examples.ts';
import { isReplacedUnseen } from './unmapping.ts';

/**
 * User space may keep a FOLL_LONGTERM pin as long as it likes. One that is still held at the end of the trace, and
 * whose address mapped the pinned page all the time, hides nothing.
 */
function inPlace(pin: Pin): boolean {
  const { call, mm, page, where } = pin;
  if (!pin.live || call.kind !== 'PIN' || !call.longterm || pin.drifts > 0) return false;
  if (mm === undefined || page === undefined || where === undefined) return false;
  const entry = mm.entry(where);
  return entry?.state === 'present' && entry.page === page;
}

/** Steps after which a page is no longer mapped at its address, whoever else maps it. */
const EXPLAINS: ReadonlySet<string> = new Set(['wrprotect', 'zap', 'unmap', 'migrate', 'ksm merge', 'collapse']);

export default defineRule({
  meta: {
    id: 'insufficient-evidence',
    summary:
      'Pins whose lifetime the trace does not show completely, and event kinds without which nothing can be concluded.',
    why: 'a trace without unpin events is not clean; nor is one with missing lines, or with pins still open at the end',
    needs: [],
    status: 'stable',
    severity: { all: 'no finding; the verdict becomes "could not be checked"' },
    falsePositives: [],
    references: [],
    fixedBy: [],
    messages: {},
    examples: examplesOf('insufficient-evidence'),
  },
  create(context) {
    const shown = new Shown();
    return {
      fork() {
        shown.forks++;
      },
      reuse({ mm, pins, anon }) {
        if (anon !== false && pins.some((pin) => pin.mm !== mm)) shown.foreign++;
      },
      swapIn({ pins }) {
        for (const pin of pins) if (pin.call.kind === 'PIN' && pin.last('unmap') === undefined) shown.swapped++;
      },
      release({ pin, by }) {
        if (by === 'unseen' && pin.call.kind === 'PIN') shown.unreleased++;
        if (by === 'over') shown.unended++;
        if (isReplacedUnseen(pin)) shown.replaced++;
        if (by === 'given up') shown.givenUp++;
      },
      pin({ pin }) {
        const { call, entry, pageFrom } = pin;
        if (call.flags === undefined) shown.unknownFlags++;
        // a walk down to a PTE names its page; a lockless walk may have found a hugetlb page
        if (entry.state === undefined && pageFrom !== 'follow' && !entry.hugetlb) shown.unmapped++;
        if (entry.shared) {
          if (pageFrom === 'folio') shown.sharedHuge++;
          else shown.shared++;
        }
        if (call.caller?.startsWith('make_device_exclusive') === true) shown.byDevice++;
      },
      drift({ drift: { pin, before } }) {
        const explained = before.some(({ role }) => EXPLAINS.has(role));
        if (pin.call.kind === 'PIN' && pin.call.write !== true && !pin.entry.shared && !explained) shown.readCopies++;
      },
      end({ pins }) {
        const open = pins.filter((pin) => pin.owner !== 'transient' && !inPlace(pin));
        for (const pin of pins) if (isReplacedUnseen(pin)) shown.replaced++;
        for (const reason of insufficiencies({ model: context.model, shown, open })) context.undecided(reason);
      },
    };
  },
});
