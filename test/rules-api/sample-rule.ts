// A rule for the tests of the tester: it reports a fork under a FOLL_LONGTERM pin, and each test bends one thing of it.
import { type AnyRule, defineRule, type Handlers, type Model, type Report } from '../../src/index.ts';
import type { Cases } from '../../src/testing.ts';
import { pinOnly, pinThenFork, releasedThenFork } from './traces.ts';

interface Bent {
  meta?: Record<string, unknown>;
  report?: Partial<Report>;
  /** what else happens in the handler of fork */
  fork?: (context: { model: Model }, t: Parameters<NonNullable<Handlers['fork']>>[0]) => void;
}

export function sampleRule({ meta = {}, report = {}, fork }: Bent = {}): AnyRule {
  return defineRule({
    meta: {
      id: 'sample-rule',
      summary: 's',
      why: 'w',
      needs: [['gup'], ['forkVma']],
      status: 'experimental',
      severity: { all: 'note' },
      falsePositives: [],
      references: [],
      fixedBy: [],
      messages: { forked: '{task} forked under {pinned}' },
      ...meta,
    },
    create(context) {
      return {
        fork(t) {
          fork?.(context, t);
          for (const pin of t.pins) {
            context.report({
              messageId: 'forked',
              data: { task: t.at },
              pin,
              at: t.at,
              cause: 'fork',
              severity: 'note',
              path: [{ role: 'fork', at: t.at, what: 'fork' }],
              ...(report as object),
            });
          }
        },
      };
    },
  });
}

export const goodCases: Cases = {
  fires: [{ name: 'fork', trace: `${pinThenFork} # expect: forked` }],
  silent: [{ name: 'released', trace: releasedThenFork }],
  partial: [{ name: 'no fork', trace: pinOnly }],
};
