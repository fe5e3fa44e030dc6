// A FOLL_PIN that nobody gives back: the page never returns to the allocator.
import { defineRule } from './contract.ts';
import { examples } from './examples/pin-leak.ts';

const RELEASES = ['putFolio', 'unpin', 'unpinPages', 'unpinFolio', 'unpinRange'] as const;

export default defineRule({
  meta: {
    id: 'pin-leak',
    summary:
      'A FOLL_PIN was still held when its address space was gone and the trace ended, or its page was in other use without a release.',
    why: 'the page stays allocated and unmovable for good; a driver that forgets its pins, or gives them back by put_page(), loses memory with each of them',
    needs: [['gup'], ['mmExit'], ['putFolio', 'unpin', 'unpinPages', 'unpinFolio', 'unpinRange']],
    status: 'stable',
    severity: {
      all: 'warning when the address space is gone; note when the page was reused (a release that was not recorded)',
    },
    falsePositives: [
      'an owner that outlives the process (file descriptors passed on) and releases after the end of the trace',
    ],
    references: ['Documentation/core-api/pin_user_pages.rst'],
    fixedBy: [],
    advice: "release with unpin_user_page*(), in the owner's release path as well as in its error paths",
    messages: {
      leaked: 'the pin on {pinned} was never given back, though its address space is gone',
      reused: '{pinned} was allocated afresh while it was pinned: its release was not recorded',
    },
    examples,
  },
  create(context) {
    return {
      release({ pin, by, at }) {
        if (by !== 'unseen' || pin.call.kind !== 'PIN') return;
        context.report({
          messageId: 'reused',
          pin,
          at,
          cause: 'no release was recorded',
          severity: 'note',
          doubts: [{ cap: 'low', because: 'most likely the release lies outside what was recorded' }],
          path: [{ role: 'map', at, what: 'the page in new use' }],
        });
      },
      end({ pins }) {
        const recorded = RELEASES.some((kind) => context.model.seen(kind) > 0);
        for (const pin of pins) {
          if (pin.call.kind !== 'PIN' || pin.state !== 'orphan') continue;
          context.report({
            messageId: 'leaked',
            pin,
            at: pin.call.heldAt,
            cause: 'no release until the end of the trace',
            severity: context.model.partial() ? 'note' : 'warning',
            harm: ['leak'],
            doubts: [
              { cap: 'medium', because: 'the owner may release after the end of the trace' },
              ...(recorded
                ? []
                : [{ cap: 'low' as const, because: 'no release of any pin is recorded in this trace' }]),
              ...(context.model.partial()
                ? [{ cap: 'low' as const, because: 'the release may be among what was not recorded' }]
                : []),
            ],
          });
        }
      },
    };
  },
});
