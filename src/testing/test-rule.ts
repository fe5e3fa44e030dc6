// `testRule`: runs the cases of a rule with describe/it of a test runner, with `pindrift rules test`, or without
// either, returning a promise.
import { AssertionError } from 'node:assert';
import type { AnyRule, Messages, OptionSchemas, Probes, Rule } from '../rules/contract.ts';
import type { Cases } from './cases.ts';
import { suiteOf, type Test } from './suite.ts';

/** The functions of a test runner: vitest's, node:test's, mocha's, jest's. */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

/** Tests collected for `pindrift rules test`. */
export interface Waiting {
  rule: string;
  tests: Test[];
}

/** Where `pindrift rules test` collects them. */
export const COLLECT = Symbol.for('pindrift.rules.test');

/**
 * Test a rule with traces written in the test.
 *
 * Fails for a case with a wrong result, for lines that cannot be parsed, for a rule that throws, changes the state it
 * was given, uses a clock or keeps state between traces, for {placeholders} without a value, for messages not covered
 * by any case, for two cases with the same trace, and if a firing, a silent or a partial case is missing.
 * `meta.examples` are run too.
 *
 * @param runner `describe` and `it` if they are not global: `testRule(rule, cases, { describe, it })`
 * @returns resolves when the cases have run; immediately if a runner or `pindrift rules test` runs them
 * @throws {AssertionError} without a runner: all errors, as diffs of the traces
 * @throws {InputError} the rule's `meta` is invalid
 */
export async function testRule<M extends Messages, O extends OptionSchemas, P extends Probes>(
  rule: Rule<M, O, P>,
  cases: Cases<M, O>,
  runner: Runner | undefined = globalRunner(),
): Promise<void> {
  const tests = suiteOf(rule as AnyRule, cases as unknown as Cases, (message) => new AssertionError({ message }));
  const collect = Reflect.get(globalThis, COLLECT) as ((waiting: Waiting) => void) | undefined;
  if (collect !== undefined) return collect({ rule: rule.meta.id, tests });
  if (runner !== undefined) {
    runner.describe(rule.meta.id, () => {
      for (const { name, run } of tests) runner.it(name, run);
    });
    return;
  }
  await runAll(rule.meta.id, tests);
}

function globalRunner(): Runner | undefined {
  const { describe, it } = globalThis as Partial<Runner>;
  return typeof describe === 'function' && typeof it === 'function' ? { describe, it } : undefined;
}

async function runAll(rule: string, tests: readonly Test[]): Promise<void> {
  const failures: string[] = [];
  for (const { name, run } of tests) {
    try {
      await run();
    } catch (error) {
      failures.push(`${rule}, ${name}\n${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (failures.length > 0) throw new AssertionError({ message: failures.join('\n\n') });
}
