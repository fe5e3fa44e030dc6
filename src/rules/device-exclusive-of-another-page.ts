// make_device_exclusive() worked on a page that its address does not map.
import { defineRule } from './contract.ts';
import { examplesOf } from './examples.ts';

export default defineRule({
  meta: {
    id: 'device-exclusive-of-another-page',
    summary: 'Device-exclusive access was given to a page that is not the one mapped at the address.',
    why:
      'the page is looked up by GUP and the entry replaced afterwards; between the two the mapping may change, so the entry has to be compared with the page ' +
      'when it is replaced. Otherwise the device has a page for itself that the process does not see.',
    needs: [['devExcl'], ['devExclRet'], ['newAnon']],
    status: 'experimental',
    severity: { all: 'error; warning where lines are missing' },
    falsePositives: ['an event that mapped the page there and was not recorded; see the confidence'],
    references: [
      'mm: Device exclusive memory access (linux-mm, March 2021): the page has to be the one mapped at the expected address',
      'make_device_exclusive(), mm/rmap.c: the second folio_walk_start()',
    ],
    fixedBy: [],
    messages: {
      other: 'the device got {pinned} for itself, and the address mapped {other} at that moment',
    },
    examples: examplesOf('device-exclusive-of-another-page'),
  },
  create(context) {
    return {
      deviceExclusive({ mm, vpn, page, instead, at }) {
        if (instead === undefined) return;
        const whole = !context.model.partial();
        context.report({
          messageId: 'other',
          data: { other: { page: instead } },
          about: { mm, vpn, page, at },
          at,
          cause: 'the entry was not compared with the page',
          severity: whole ? 'error' : 'warning',
          doubts: [
            {
              cap: whole ? 'high' : 'low',
              because: 'an event that mapped the page at this address may not be recorded',
            },
          ],
          path: [{ role: 'device-exclusive', at, what: 'a page that is not mapped there' }],
        });
      },
    };
  },
});
