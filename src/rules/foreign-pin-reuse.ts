// The vmsplice leak: one process holds a reference on a page, and another process that maps the page may write to it.
import { type At, defineRule, type Mm, type Pin } from './contract.ts';
import { examplesOf } from './examples.ts';
import { fix } from './fixes.ts';

const UNSAID = {
  cap: 'medium',
  because: 'no event shows that the page was kept; nothing is recorded that replaced it',
  missing: true,
} as const;
const OWNERLESS = {
  cap: 'medium',
  because: 'nothing shows who used this FOLL_GET reference; put_page() may have dropped it, which is not recorded',
  missing: true,
} as const;

/** True unless the pinning address space still maps the page at the pinned address. */
const gaveUp = (pin: Pin, at: At): boolean =>
  pin.mm === undefined || pin.mm.dead || pin.steps.some((s) => s.role === 'zap' && s.at.order < at.order);

/** A fork has copied a private mapping that was at this address then. */
const isForked = (mm: Mm | undefined, vpn: number): boolean =>
  mm?.ops.some((op) => op.kind === 'fork' && vpn >= op.start && vpn < op.end) === true;

/** Generations of processes to search. */
const GENERATIONS = 32;

/** Processes related by fork share pages copy-on-write, however many generations apart. */
function areRelated(a: Mm, b: Mm): boolean {
  const forebears = new Set<number>();
  for (let mm: Mm | undefined = a; mm !== undefined && forebears.size < GENERATIONS; mm = mm.parent)
    forebears.add(mm.id);
  let mm: Mm | undefined = b;
  for (let n = 0; mm !== undefined && n < GENERATIONS; n++, mm = mm.parent) if (forebears.has(mm.id)) return true;
  return false;
}

export default defineRule({
  meta: {
    id: 'foreign-pin-reuse',
    summary: 'A write fault reused a page on which another process still holds a reference.',
    why:
      'the reference was taken while the page was shared. After its holder unmapped the page, the mapcount was one, so ' +
      'the write fault reused the page; the holder of the reference can read everything written to it since',
    needs: [['gup'], ['wpFaultRet', 'wpPmdRet'], ['newAnon']],
    status: 'stable',
    severity: {
      all: 'error, also for hugetlb, where no kernel prevents it; warning where nothing shows that the page was still held or kept',
    },
    falsePositives: [
      'pages shared on purpose (MAP_SHARED); the rule ignores them, since the page must be known to be anonymous',
    ],
    references: ['CVE-2020-29374', 'CVE-2020-29368'],
    fixedBy: [
      fix('09854ba94c6a', { by: 'do_wp_page', hugetlb: false }),
      fix('3bff7e3f1f16', { by: 'do_huge_pmd_wp_page', hugetlb: false }),
      fix('c145e0b47c77', { by: 'do_swap_page', hugetlb: false }),
    ],
    advice: 'use madvise(MADV_DONTFORK) on memory that must not be shared with a child',
    messages: {
      reused:
        'the page {pinned} is held by {pinner} and was made writable for mm {mm}: its later writes can be read through the pin',
    },
    examples: examplesOf('foreign-pin-reuse'),
  },
  create(context) {
    let unknown = 0;
    return {
      reuse({ mm, vpn, at, pins, said, anon, by }) {
        // a page of a file or of shmem is shared on purpose; so may be a page not known to be anonymous
        if (anon === false) return;
        for (const pin of pins) {
          if (pin.releasedAt !== undefined && pin.releasedAt.order <= at.order) continue;
          if (pin.mm === mm || pin.owner === 'transient' || pin.mm === undefined) continue;
          // pages of unrelated processes are shared on purpose, or the page has been reallocated
          if (!areRelated(pin.mm, mm)) continue;
          if (!gaveUp(pin, at) && pin.call.write !== false) continue;
          if (anon === undefined) {
            if (said && (isForked(mm, vpn) || isForked(mm.parent, vpn))) unknown++;
            continue;
          }
          context.report({
            messageId: 'reused',
            data: { pinner: pin.call.at, mm },
            pin,
            at,
            cause: 'a write fault reused a page that another process holds',
            severity: 'error',
            by,
            advice: pin.entry.hugetlb
              ? 'for hugetlb there is no fix; madvise(MADV_DONTFORK) keeps its pages from being shared'
              : undefined,
            harm: ['leak'],
            doubts: [
              ...(said ? [] : [UNSAID]),
              ...(pin.call.kind === 'GET' && pin.owner === undefined ? [OWNERLESS] : []),
            ],
            path: [
              ...pin.steps.filter((s) => s.role === 'zap').slice(-1),
              { role: 'reuse', at, what: 'the page became writable for the other process' },
            ],
          });
        }
      },
      end() {
        if (unknown > 0)
          context.undecided(
            `${unknown} page${unknown === 1 ? '' : 's'} of which nothing shows whether ${unknown === 1 ? 'it is' : 'they are'} shared on purpose became writable while another process held ${unknown === 1 ? 'it' : 'them'}`,
          );
      },
    };
  },
});
