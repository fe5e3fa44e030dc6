// A device gets exclusive access to a page (atomics) that somebody else has pinned.
import { defineRule } from './contract.ts';
import { examplesOf } from './examples.ts';

export default defineRule({
  meta: {
    id: 'pin-under-device-exclusive',
    summary: 'A pinned page was replaced by a device-exclusive entry, or pinned while it had one.',
    why:
      'the page stays the same, so there is no drift; but the pin still reads and writes memory to which the ' +
      'device assumes it has exclusive access. The comment of make_device_exclusive() says that earlier GUP references are neither ' +
      'handled nor supported.',
    needs: [['gup'], ['devExcl'], ['devExclRet', 'devExclOne'], ['devExclRet', 'clearFlush']],
    status: 'stable',
    severity: { '7.2': 'note' },
    falsePositives: ['the reference make_device_exclusive() itself takes; it is recognised by its caller'],
    references: ['mm: Device exclusive memory access (linux-mm, March 2021)', 'make_device_exclusive(), mm/rmap.c'],
    fixedBy: [],
    advice: 'do not use GUP and device-exclusive access on the same range',
    messages: {
      hidden: 'the page {pinned} became device-exclusive while it was pinned; the pin still reaches it',
      stuck: 'the page {pinned} was pinned while its PTE was a device-exclusive entry',
    },
    examples: examplesOf('pin-under-device-exclusive'),
  },
  create(context) {
    return {
      deviceExclusive({ pins, at }) {
        for (const pin of pins) {
          context.report({
            messageId: 'hidden',
            pin,
            at,
            cause: 'make_device_exclusive()',
            severity: 'note',
            path: pin.steps.filter((s) => s.role === 'device-exclusive').slice(-1),
          });
        }
      },
      pin({ pin, at }) {
        if (pin.entry.state !== 'device-exclusive') return;
        context.report({
          messageId: 'stuck',
          pin,
          at,
          cause: 'the grab did not see the entry',
          severity: 'note',
          doubts: [{ cap: 'low', because: 'a restore that was not recorded would explain it' }],
        });
      },
    };
  },
});
