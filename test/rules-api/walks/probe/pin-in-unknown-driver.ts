// A driver that pindrift has never heard of maps user memory for its device. Its function is probed; the rule says what
// the probe means.
import { defineRule, type Probes } from 'pindrift';

const probes = {
  acmeMap: {
    function: 'acme_map_user_buffer',
    on: 'entry',
    events: ['acme_map'],
    fields: { uaddr: 'address', npages: 'number', mm: 'mm' },
  },
} as const satisfies Probes;

export default defineRule({
  probes,
  meta: {
    id: 'pin-in-unknown-driver',
    summary: 'The acme driver pinned user memory.',
    why: 'to see that a probe of our own is understood',
    needs: [['acmeMap'], ['gup']],
    status: 'experimental',
    severity: { all: 'warning' },
    falsePositives: [],
    references: [],
    fixedBy: [],
    messages: { pinned: 'acme_map() of {npages} pages was followed by a pin on {pinned}' },
  },
  create(context) {
    const mapped = new Map<number, number>();
    return {
      events: {
        acmeMap({ fields: { uaddr, npages, mm } }) {
          if (uaddr !== undefined && npages !== undefined && mm !== undefined)
            mapped.set(Math.floor(uaddr / 4096), npages);
        },
      },
      pin({ pin, at }) {
        const npages = mapped.get(pin.vpn ?? -1);
        if (npages === undefined) return;
        context.report({
          messageId: 'pinned',
          data: { npages },
          pin,
          at,
          cause: 'acme_map_user_buffer()',
          severity: 'warning',
        });
      },
    };
  },
});
