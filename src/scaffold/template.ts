// Why: the output of `rules new`: a working rule, its test and its page. It is a starting point for changes, so the
// rule is simple: a FOLL_LONGTERM pin is held while its process forks.
export interface Names {
  /** kebab-case */
  id: string;
  /** module imported by the rule and the test: `pindrift`, or a path inside this repository */
  api: string;
  testing: string;
  /** path of the rule from its test */
  rule: string;
  /** program that runs the tests */
  runner: 'vitest' | 'none';
}

export function ruleSource({ id, api }: Names): string {
  return `// A FOLL_LONGTERM pin is held while its process forks. (Say here what your rule is about, and why.)
import { defineRule } from '${api}';

export default defineRule({
  meta: {
    id: '${id}',
    summary: 'A process forked while it held a FOLL_LONGTERM pin.',
    why: 'the child gets a copy of every pinned page, which costs memory; MADV_DONTFORK would spare it',
    // event kinds without which it cannot decide; of each inner list one is enough
    needs: [['gup'], ['forkVma']],
    status: 'experimental',
    severity: { all: 'note' },
    falsePositives: ['none known'],
    references: ['Documentation/core-api/pin_user_pages.rst'],
    fixedBy: [],
    advice: 'madvise(MADV_DONTFORK) on the buffer',
    messages: { forked: '{task} forked while {pinned} was pinned FOLL_LONGTERM' },
    // part of the documentation; the test runs them
    examples: {
      fires: \`\\
# 6.12: fork under a pin for an I/O ring
${[FAULT, ...PIN, FORK, FORKED].join('\n')}
\`,
      silent: \`\\
# 6.12: the pin was released before
${[FAULT, ...PIN, ...UNPIN, FORK, FORKED].join('\n')}
\`,
    },
  },
  create(context) {
    return {
      fork({ pins, at }) {
        for (const pin of pins) {
          if (!pin.call.longterm) {
            context.debug('the pin is not FOLL_LONGTERM');
            continue;
          }
          context.report({
            messageId: 'forked',
            data: { task: at },
            pin,
            at,
            cause: 'fork under a FOLL_LONGTERM pin',
            severity: 'note',
            path: [{ role: 'fork', at, what: 'copy_page_range() of the pinned range' }],
          });
        }
      },
    };
  },
});
`;
}

// Lines of a real capture (Linux 6.12), shortened: a task that faults, pins a page for an I/O ring, and forks.
const FAULT =
  'scn-196 [001] ..... 8.074600: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff88e44106c200 addr=0x7f08d439b000 flags=0x1255';
const PIN = [
  'scn-196 [001] ..... 8.075762: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f08d439b000 nr=1 flags=0x101 pages=0xffff88e4bfdc0348',
  'scn-196 [001] d.... 8.076371: grab_fast: (try_grab_folio_fast+0x0/0x160) page=0xffffef6b010cc040 refs=1 flags=0x80101 ref=1',
  'scn-196 [001] ..... 8.076689: pin_fast_ret: (io_pin_pages+0x82/0xf0 <- pin_user_pages_fast) ret=1',
];
const UNPIN = [
  'scn-196 [001] ..... 8.080614: unpin_folio: (unpin_user_folio+0x4/0x20) page=0xffffef6b010cc040 n=1',
  'scn-196 [001] ..... 8.080622: put_folio: (gup_put_folio+0x0/0xa0) page=0xffffef6b010cc040 refs=1 flags=0x80000',
];
const FORK =
  'scn-196 [001] ..... 8.090012: fork_vma: (copy_page_range+0x4/0x19f0) dst=0xffff88e4413fee00 src=0xffff88e44106c200 start=0x7f08d439b000 end=0x7f08d439c000 vmflags=0x8100073';
const FORKED = 'scn-196 [001] ..... 8.090031: fork_vma_ret: (copy_process+0x16df/0x2740 <- copy_page_range) ret=0';

export function testSource({ testing, rule, runner }: Names): string {
  const vitest = runner === 'vitest';
  return `// Traces, and what the rule says of them: \`# expect: MESSAGE\` behind a line that must be in the evidence.
${imports({ rule, testing, runner })}

testRule(
  rule,
  {
    fires: [
      {
        name: 'a FOLL_LONGTERM pin, then fork',
        trace: \`
${lines([FAULT, ...PIN, `${FORK} # expect: forked`, FORKED])}
        \`,
      },
    ],
    silent: [
      {
        name: 'the pin is released before the fork',
        trace: \`
${lines([FAULT, ...PIN, ...UNPIN, FORK, FORKED])}
        \`,
      },
    ],
    partial: [
      {
        name: 'forks were not recorded',
        trace: \`
${lines([FAULT, ...PIN])}
        \`,
      },
    ],
  },${vitest ? '\n  { describe, it },' : '\n  // a test runner takes { describe, it } here; `pindrift rules test` needs nothing'}
);
`;
}

/** Sorted as the linter sorts them. */
function imports({ rule, testing, runner }: Pick<Names, 'rule' | 'testing' | 'runner'>): string {
  const own = `import rule from '${rule}';`;
  const tester = `import { testRule } from '${testing}';`;
  return runner === 'vitest'
    ? ["import { describe, it } from 'vitest';", own, tester].join('\n')
    : [tester, own].join('\n');
}

const lines = (list: readonly string[]): string => list.map((line) => `          ${line}`).join('\n');
