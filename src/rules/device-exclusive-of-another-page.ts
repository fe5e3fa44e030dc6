// make_device_exclusive() operated on a page that is not mapped at its address.
import { defineRule } from './contract.ts';
import { examplesOf } from './examples.ts';

export default defineRule({
  meta: {
    id: 'device-exclusive-of-another-page',
    summary: 'Device-exclusive access was given to a page other than the one mapped at the address.',
    why:
      'GUP looks up the page and the entry is replaced later. The mapping may change in between, so the entry must be ' +
      'compared with the page when it is replaced. Otherwise the device gets exclusive access to a page the process ' +
      'does not see. Up to v6.14 make_device_exclusive_range() walks the mappings of the page instead, which compares ' +
      'them by itself.',
    needs: [['devExcl'], ['devExclRet'], ['newAnon']],
    status: 'experimental',
    severity: { all: 'error; warning where lines are missing' },
    falsePositives: ['an event that mapped the page there but was not recorded; see the confidence'],
    references: [
      'mm: Device exclusive memory access (linux-mm, March 2021): the page has to be the one mapped at the expected address',
      'make_device_exclusive(), mm/rmap.c: the second folio_walk_start()',
    ],
    fixedBy: [],
    messages: {
      other: 'the device got exclusive access to {pinned} while the address mapped {other}',
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
              because: 'an event that mapped the page at this address may be missing',
            },
          ],
          path: [{ role: 'device-exclusive', at, what: 'a page that is not mapped there' }],
        });
      },
    };
  },
});
