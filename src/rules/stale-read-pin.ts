// The general case of read pins: the process wrote to a copy, the pin still reads the old page.
import { defineRule } from './contract.ts';
import { matters } from './drift-cause.ts';
import { examplesOf } from './examples.ts';

export default defineRule({
  meta: {
    id: 'stale-read-pin',
    summary: 'A write fault copied a page that is pinned for reading.',
    why:
      'Whoever reads through the pin sees the old page and misses what the process writes. For a short FOLL_GET reference ' +
      'that is all the kernel offers; a FOLL_PIN is meant to stay in step, since v5.19 by unsharing first.',
    needs: [['gup'], ['newAnon'], ['grab', 'pinPages', 'followPteRet']],
    status: 'stable',
    severity: {
      '5.10': 'warning for FOLL_PIN with FOLL_LONGTERM, else note',
      '6.1': 'error for FOLL_PIN with FOLL_LONGTERM, else note',
      '6.12': 'error for FOLL_PIN with FOLL_LONGTERM, else note',
      '7.2': 'error for FOLL_PIN with FOLL_LONGTERM, else note',
    },
    falsePositives: ['a read pin of a page that the process never writes again is stale in name only'],
    references: ['Documentation/core-api/pin_user_pages.rst'],
    fixedBy: [
      'a7f226604170 ("mm/gup: trigger FAULT_FLAG_UNSHARE when R/O-pinning a possibly shared anonymous page") (in v5.19)',
    ],
    advice: 'pin for writing, or use memory that is not copied on write (MAP_SHARED)',
    messages: { stale: 'the pin reads {pinned}, the process writes {mapped} since the copy' },
    examples: examplesOf('stale-read-pin'),
  },
  create(context) {
    return {
      drift({ drift }) {
        const { pin } = drift;
        if (drift.via !== 'cow' && drift.via !== 'observed') return;
        if (pin.call.write !== false || !matters(drift)) return;
        context.report({
          messageId: 'stale',
          drift,
          pin,
          cause: 'a write fault copied the page that is pinned for reading',
          promise: pin.call.kind === 'PIN' && pin.call.longterm ? 'roPinUnshares' : undefined,
          severity: pin.call.kind === 'PIN' && pin.call.longterm ? 'warning' : 'note',
        });
      },
    };
  },
});
