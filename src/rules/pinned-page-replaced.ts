// A page appeared at a pinned address without a copy, an unmapping or a move that the trace shows.
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
    summary: 'A fault or a swap-in mapped another page at a pinned address, though nothing unmapped it first.',
    why: 'a swapped-out entry must find the same page again while a pin keeps it alive, and a present entry takes no new page',
    needs: [['gup'], ['newAnon', 'anonRmap'], ['grab', 'pinPages', 'followPteRet']],
    status: 'stable',
    severity: { all: 'error where data were lost; else warning, note for a FOLL_GET for reading' },
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
          doubts: via === 'fault' ? [{ cap: 'medium', because: 'what unmapped the page was not recorded' }] : [],
        });
      },
    };
  },
});
