// One drift is a bug in the kernel or in the program; twenty in a second are a fork, an mprotect or a reclaim that went
// over a whole buffer, and belong together. The rule counts, so it has options, and it keeps what it counted small.
import { type Drift, defineRule, type Mm } from 'pindrift';

export default defineRule({
  meta: {
    id: 'drift-storm',
    summary: 'Many pinned pages of one process parted from their mappings within a short time.',
    why: 'one cause took a whole buffer away from its device; the first drift shows which',
    needs: [['gup'], ['newAnon'], ['grab', 'pinPages', 'followPteRet']],
    status: 'experimental',
    severity: { all: 'warning' },
    falsePositives: ['several buffers of one process that drift for different reasons at once'],
    references: [],
    fixedBy: [],
    messages: { storm: '{count} pinned pages parted within {within} ms, from {pinned} on' },
    options: {
      atLeast: { type: 'integer', default: 16, minimum: 2, description: 'number of drifts that make a storm' },
      withinMs: { type: 'number', default: 1000, minimum: 0, description: 'within so many milliseconds' },
    },
  },
  create(context) {
    const { atLeast, withinMs } = context.options;
    const recent = new Map<Mm, Drift[]>();
    return {
      drift({ drift }) {
        const { mm } = drift.pin;
        const { ts } = drift.at;
        if (mm === undefined || ts === undefined || context.model.facts.timeUnit !== 'ns') {
          context.debug('without an address space or a time nothing can be counted');
          return;
        }
        const list = (recent.get(mm) ?? []).filter((one) => ts - (one.at.ts ?? ts) <= withinMs * 1e6);
        list.push(drift);
        recent.set(mm, list);
        if (list.length < atLeast) return;
        const [first] = list;
        recent.delete(mm);
        context.report({
          messageId: 'storm',
          data: { count: list.length, within: withinMs },
          pin: first.pin,
          at: drift.at,
          cause: `${list.length} drifts in ${withinMs} ms`,
          severity: 'warning',
          path: list.slice(0, 4).map(({ at, via }) => ({
            role: via === 'cow' ? 'copy' : via,
            at,
            what: 'another page at a pinned address',
          })),
        });
      },
      exit({ mm }) {
        recent.delete(mm);
      },
    };
  },
});
