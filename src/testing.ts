/**
 * `pindrift/testing`: tests for rules. Works with any test runner, with none, and with `pindrift rules test`.
 *
 * @packageDocumentation
 */
export type { Case, Cases, Expectation } from './testing/cases.ts';
export { type Runner, testRule } from './testing/test-rule.ts';
