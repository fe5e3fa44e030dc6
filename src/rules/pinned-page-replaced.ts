// Another page was mapped at a pinned address, with no copy, unmapping or move in the trace.
import { defineRule } from './contract.ts';
import { matters } from './drift-cause.ts';
import { examplesOf } from './examples.ts';

const HOW = {
  fault: 'a fault mapped another page',
  'swap-in': 'a swap-in mapped another page',
} as const;

export default defineRule({
  meta: {
    id: 'pinned-page-replaced',
    summary:
      'A fault or a swap-in mapped another page at a pinned address, although nothing unmapped the pinned page first.',
    why: 'while a pin keeps the page alive, a swap entry must lead back to the same page, and a present entry is not replaced',
    needs: [['gup'], ['newAnon', 'anonRmap'], ['grab', 'pinPages', 'followPteRet']],
    status: 'stable',
    severity: { all: 'error where data were lost; else warning; note for a FOLL_GET read pin' },
    falsePositives: ['an unmapping that was not recorded; see the confidence'],
    references: ['Documentation/core-api/pin_user_pages.rst'],
    fixedBy: [],
    messages: { replaced: '{how}: the pin holds {pinned}, the address maps {mapped}' },
    examples: examplesOf('pinned-page-replaced'),
  },
  create(context) {
    return {
      drift({ drift }) {
        const { via, pin } = drift;
        if ((via !== 'fault' && via !== 'swap-in') || !matters(drift)) return;
        context.report({
          messageId: 'replaced',
          data: { how: HOW[via] },
          drift,
          pin,
          cause: HOW[via],
          severity: pin.call.write || pin.call.kind === 'PIN' ? 'warning' : 'note',
          doubts: via === 'fault' ? [{ cap: 'medium', because: 'the unmapping of the page was not recorded' }] : [],
        });
      },
    };
  },
});
