// A device gets a page for itself (atomics) while somebody else holds a pin on it.
import { defineRule } from './contract.ts';
import { examplesOf } from './examples.ts';

export default defineRule({
  meta: {
    id: 'pin-under-device-exclusive',
    summary: 'A pinned page was hidden under a device-exclusive entry, or pinned while it was.',
    why:
      'the page stays the same, so nothing drifts; but the pin goes on reading and writing memory that the device believes to have alone. ' +
      'make_device_exclusive() says that earlier GUP references are not handled and not supported.',
    needs: [['gup'], ['devExcl'], ['devExclRet']],
    status: 'stable',
    severity: { '7.2': 'note' },
    falsePositives: ['make_device_exclusive() takes a reference itself; it is recognised by its caller'],
    references: ['mm: Device exclusive memory access (linux-mm, March 2021)', 'make_device_exclusive(), mm/rmap.c'],
    fixedBy: [],
    advice: 'do not mix GUP users and device-exclusive access on one range',
    messages: {
      hidden: 'the page {pinned} became device-exclusive while it was pinned; the pin still reaches it',
      stuck: 'the page {pinned} was pinned while a device-exclusive entry hid it',
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
