// A page appeared at a pinned address without a copy, an unmapping or a move that the trace shows.
import { defineRule } from './contract.ts';
import { matters } from './drift-cause.ts';

const HOW = {
  fault: 'a fault mapped another page',
  'swap-in': 'a swap-in brought another page',
  migrate: 'the page was migrated',
  ksm: 'KSM merged the page',
  collapse: 'the range was collapsed into a huge page',
} as const;

export default defineRule({
  meta: {
    id: 'pinned-page-replaced',
    summary: 'Another page was mapped at a pinned address: by a fault, swap-in, migration, KSM or collapse.',
    why: 'each of these checks for extra references first and should have backed off',
    needs: [['gup'], ['newAnon', 'anonRmap'], ['grab', 'pinPages', 'followPteRet']],
    status: 'stable',
    severity: { all: 'warning; error when data were lost' },
    falsePositives: ['an unmapping that was not recorded; see the confidence'],
    references: ['Documentation/mm/page_migration.rst'],
    fixedBy: [],
    messages: { replaced: '{how}: the pin holds {pinned}, the address maps {mapped}' },
  },
  create(context) {
    return {
      drift({ drift }) {
        const { via, pin } = drift;
        if (via === 'cow' || via === 'observed' || !matters(drift)) return;
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
