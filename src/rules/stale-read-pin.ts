// The general case of read pins: the process wrote to a copy, and the pin still reads the old page.
import { defineRule } from './contract.ts';
import { matters } from './drift-cause.ts';
import { examplesOf } from './examples.ts';
import { fix } from './fixes.ts';

export default defineRule({
  meta: {
    id: 'stale-read-pin',
    summary: 'A write fault copied a page that is pinned for reading.',
    why:
      'Reads through the pin return the old page and miss what the process writes. For a short FOLL_GET reference the ' +
      'kernel promises no more; a FOLL_PIN should stay coherent, and since v5.19 it does, because GUP unshares the ' +
      'page first.',
    needs: [['gup'], ['newAnon'], ['grab', 'pinPages', 'followPteRet']],
    status: 'stable',
    severity: {
      '5.10': 'warning for FOLL_PIN with FOLL_LONGTERM, else note',
      '6.1': 'error for FOLL_PIN with FOLL_LONGTERM, else note',
      '6.12': 'error for FOLL_PIN with FOLL_LONGTERM, else note',
      '7.2': 'error for FOLL_PIN with FOLL_LONGTERM, else note',
    },
    falsePositives: ['a read pin of a page that the process never writes again; it is stale but harmless'],
    references: ['Documentation/core-api/pin_user_pages.rst'],
    fixedBy: [fix('a7f226604170', { kind: 'PIN' })],
    advice: 'pin for writing, or use memory that is not copied on write (MAP_SHARED)',
    messages: {
      stale: 'the pin reads {pinned}; since the copy the process writes {mapped}',
      observed: 'the pin reads {pinned}; the process sees {mapped}, and no line shows since when',
    },
    examples: examplesOf('stale-read-pin'),
  },
  create(context) {
    return {
      drift({ drift }) {
        const { pin } = drift;
        if (drift.via !== 'cow' && drift.via !== 'observed') return;
        if (pin.call.write !== false || !matters(drift)) return;
        context.report({
          messageId: drift.via === 'cow' ? 'stale' : 'observed',
          drift,
          pin,
          cause:
            drift.via === 'cow'
              ? 'a write fault copied the page that is pinned for reading'
              : 'the address maps another page than is pinned for reading',
          promise: pin.call.kind === 'PIN' && pin.call.longterm ? 'roPinUnshares' : undefined,
          severity: pin.call.kind === 'PIN' && pin.call.longterm ? 'warning' : 'note',
        });
      },
    };
  },
});
