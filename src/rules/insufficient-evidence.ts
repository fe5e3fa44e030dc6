// Reports what this trace cannot prove. It makes no finding; it keeps the verdict from being "clean".
import { defineRule, type Pin, type Step } from './contract.ts';
import { insufficiencies, Shown } from './evidence.ts';
import { examplesOf } from './examples.ts';
import { isReplacedUnseen, mayBeOthers, unmapping } from './unmapping.ts';

/**
 * Pins without a recorded release that hide nothing: their addresses mapped the pinned page all the time they may have been
 * held. User space may keep a FOLL_LONGTERM pin as long as it likes; a FOLL_GET reference that no bio and no pipe owns is
 * dropped by put_page(), which leaves no line, so that it is taken as held to the end.
 */
function inPlace(pin: Pin): boolean {
  const { call, mm, page, where, owner } = pin;
  // a page that is shared may part from the pin without any change at its address, when another process keeps it
  const unseen = call.kind === 'GET' && owner === undefined && !pin.entry.shared && pin.sharedWith === undefined;
  if (!(unseen || (pin.live && call.kind === 'PIN' && call.longterm))) return false;
  if (pin.drifts > 0) return unseen && unmappedByItself(pin);
  if (mm === undefined || page === undefined || where === undefined) return false;
  // nothing can be mapped there any more
  if (unseen && mm.dead) return true;
  const entry = mm.entry(where);
  if (entry === undefined) return unseen && pin.last('zap') !== undefined;
  return entry.state === 'present' && entry.page === page;
}

/** The process has unmapped the page, and mapped another at its address: a note says so, however long the pin was held. */
function unmappedByItself(pin: Pin): boolean {
  const { drift, drifts } = pin;
  const step = drift === undefined || drifts > 1 ? undefined : unmapping(pin, drift.before, drift.via);
  return step?.role === 'zap' && !mayBeOthers(pin, step);
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
    const strange: Step[] = [];
    return {
      fork() {
        shown.forks++;
      },
      reuse({ mm, pins, anon }) {
        if (anon !== false && pins.some((pin) => pin.mm !== mm)) shown.foreign++;
      },
      swapIn({ pins }) {
        const isOfIt = (pin: Pin): boolean => pin.last('unmap') === undefined && pin.last('zap') === undefined;
        for (const pin of pins) if (pin.call.kind === 'PIN' && isOfIt(pin)) shown.swapped++;
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
          if (entry.hugetlb) shown.sharedHugetlb++;
          else if (pageFrom === 'folio') shown.sharedHuge++;
          else shown.shared++;
        }
        if (call.caller?.startsWith('make_device_exclusive') === true) shown.byDevice++;
      },
      drift({ drift: { pin, before, via } }) {
        const step = unmapping(pin, before, via);
        if (step !== undefined && step.foreign === undefined && mayBeOthers(pin, step)) strange.push(step);
        const explained = before.some(({ role }) => EXPLAINS.has(role));
        if (pin.call.kind === 'PIN' && pin.call.write !== true && !pin.entry.shared && !explained) shown.readCopies++;
      },
      end({ pins }) {
        const open = pins.filter((pin) => pin.owner !== 'transient' && !inPlace(pin));
        for (const pin of pins) if (isReplacedUnseen(pin)) shown.replaced++;
        shown.strange = strange.filter(({ foreign }) => foreign !== false).length;
        for (const reason of insufficiencies({ model: context.model, shown, open })) context.undecided(reason);
      },
    };
  },
});
