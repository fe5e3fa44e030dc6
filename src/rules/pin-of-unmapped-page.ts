// A GUP call returned a page that was not mapped at the address.
import { defineRule } from './contract.ts';
import { examplesOf } from './examples.ts';
import { fix } from './fixes.ts';

export default defineRule({
  meta: {
    id: 'pin-of-unmapped-page',
    summary: 'A pin succeeded although the entry at the address was swapped out or under migration.',
    why:
      'GUP-fast reads the entry, takes the reference and reads the entry again; it keeps the reference only if the entry ' +
      'has not changed. Otherwise the pin would hold a page that the address no longer maps.',
    needs: [['gup'], ['grab'], ['unmapOneRet', 'migrateOneRet']],
    status: 'experimental',
    severity: { all: 'note: the order of events across CPUs is seldom certain enough for more' },
    falsePositives: [
      'a refault that was not recorded',
      'clock skew between CPUs',
      'an entry probe that fires before the change it reports',
    ],
    references: [
      'mm/gup: use gup_can_follow_protnone() also in GUP-fast (linux-mm, August 2022): the principles of RCU GUP-fast',
    ],
    fixedBy: [fix('088b8aa537c2')],
    messages: { unmapped: '{pinned} was pinned through an address whose entry was {state}' },
    examples: examplesOf('pin-of-unmapped-page'),
  },
  create(context) {
    return {
      pin({ pin, at }) {
        const state = pin.entry.state;
        if (state !== 'swap' && state !== 'migration') return;
        // the slow path faults the page in first; the mapping then has its own line
        if (pin.duringFork !== undefined || pin.page === undefined) return;
        context.report({
          messageId: 'unmapped',
          data: { state: state === 'swap' ? 'swapped out' : 'under migration' },
          pin,
          at,
          cause: 'the grab and the unmapping overlap',
          severity: 'note',
          doubts: [{ cap: 'low', because: 'a refault that was not recorded would explain it' }],
        });
      },
    };
  },
});
