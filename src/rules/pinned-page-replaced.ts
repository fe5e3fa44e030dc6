// Another page was mapped at a pinned address, with no copy, unmapping or move in the trace.
import { type Drift, defineRule } from './contract.ts';
import { matters, mayBeNonAnonymous } from './drift-cause.ts';
import { examplesOf } from './examples.ts';

const HOW = {
  fault: 'a fault mapped another page',
  'swap-in': 'a swap-in mapped another page',
} as const;
const UNFAULTED = 'another page was mapped without a fault (uprobes up to v6.14, or UFFDIO_COPY)';

const UNMAPPING = [{ cap: 'medium', because: 'the unmapping of the page was not recorded' }] as const;
const UFFDIO_COPY = [
  { cap: 'medium', because: 'UFFDIO_COPY maps a page only where nothing is, and an unmapping was not recorded' },
] as const;
const MIGRATION = [
  {
    cap: 'medium',
    because: 'no migration is recorded (remove_migration_pte), which maps another page in the same way',
    missing: true,
  },
] as const;

export default defineRule({
  meta: {
    id: 'pinned-page-replaced',
    summary:
      'A fault or a swap-in mapped another page at a pinned address, although nothing unmapped the pinned page first.',
    why: 'while a pin keeps the page alive, a swap entry must lead back to the same page, and a present entry is not replaced',
    needs: [['gup'], ['newAnon', 'anonRmap'], ['grab', 'pinPages', 'followPteRet']],
    status: 'stable',
    severity: {
      all:
        'error where data were lost; else warning; note for a FOLL_GET read pin, and without FOLL_LONGTERM for a read pin of ' +
        'what no line shows to be anonymous: the first write replaces the zero page and a page of a file',
    },
    falsePositives: ['an unmapping that was not recorded; see the confidence'],
    references: ['Documentation/core-api/pin_user_pages.rst'],
    fixedBy: [],
    messages: { replaced: '{how}: the pin holds {pinned}, the address maps {mapped}' },
    examples: examplesOf('pinned-page-replaced'),
  },
  create(context) {
    const { model } = context;
    // do_swap_page() shows its entry; swapoff maps pages without it
    const isSwapIn = ({ before }: Drift): boolean =>
      before.at(-1)?.entry !== undefined || model.recorded('migrateIn') || model.recorded('migrateOne');
    return {
      drift({ drift }) {
        const { before, via, pin } = drift;
        if ((via !== 'fault' && via !== 'swap-in') || !matters(drift)) return;
        const unfaulted = via === 'fault' && before.at(-1)?.unfaulted === true;
        // the first write, which may not be recorded, replaces what is not anonymous; a swap-in is of what is
        const isPromised =
          pin.call.kind === 'PIN' && (pin.call.longterm || via === 'swap-in' || !mayBeNonAnonymous(pin));
        const how = unfaulted ? UNFAULTED : HOW[via];
        context.report({
          messageId: 'replaced',
          data: { how },
          drift,
          pin,
          cause: how,
          severity: pin.call.write || isPromised ? 'warning' : 'note',
          doubts: unfaulted ? UFFDIO_COPY : via === 'fault' ? UNMAPPING : isSwapIn(drift) ? [] : MIGRATION,
        });
      },
    };
  },
});
