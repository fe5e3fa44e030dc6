// `testRule`: the cases of a rule, run by whatever runs tests here: describe/it of a test runner, `pindrift rules test`,
// or nothing but the promise it returns.
import { AssertionError } from 'node:assert';
import type { AnyRule, Messages, OptionSchemas, Probes, Rule } from '../rules/contract.ts';
import type { Cases } from './cases.ts';
import { suiteOf, type Test } from './suite.ts';

/** The functions of a test runner: vitest's, node:test's, mocha's, jest's. */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

/** Tests that wait for `pindrift rules test` to run them. */
export interface Waiting {
  rule: string;
  tests: Test[];
}

/** Where `pindrift rules test` collects. */
export const COLLECT = Symbol.for('pindrift.rules.test');

/**
 * Test a rule against traces written in the test.
 *
 * Fails on a case that does not behave, on lines that cannot be read, on a rule that throws, changes the state it was
 * given, asks for the time or remembers anything from one trace to the next, on {placeholders} without a value, on
 * messages that no case reaches, on two cases that are the same, and when a firing, a silent or a partial case is
 * missing. `meta.examples` are run too.
 *
 * @param runner `describe` and `it` where they are not global: `testRule(rule, cases, { describe, it })`
 * @returns settled when the cases have run; at once where a runner or `pindrift rules test` runs them
 * @throws {AssertionError} without a runner: everything that is wrong, like a diff on the traces
 * @throws {InputError} the rule is none: its `meta` is wrong
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
