/**
 * `pindrift`: rules, and check and replay for use in a program. `pindrift/testing` tests rules.
 *
 * The exports follow semantic versioning (docs/rules-guide/api.md): anything a rule relies on changes only with the
 * major version. Any version may add transitions, event kinds, fields and optional parts of `meta`, so ignore what you
 * do not know.
 *
 * @packageDocumentation
 */
import type { Config } from './config/schema.ts';
import type { AnyRule } from './rules/contract.ts';
import { BUILT_IN } from './rules/index.ts';

export type { Config, RuleSetting, Suppression } from './config/schema.ts';
export type { Confidence, Evidence, Finding, Harm, PinInfo, Severity, Verdict } from './contract/finding.ts';
export type { CheckReport, Loss, RuleOutcome, Suppressed, TraceInfo } from './contract/report.ts';
export {
  type CheckOptions,
  check,
  type ReplayContext,
  type ReplayOptions,
  type ReplayResult,
  replay,
  type TraceSource,
} from './program.ts';
export type * from './rules/contract.ts';
export { defineRule, RULE_API } from './rules/contract.ts';
export { InputError } from './util/errors.ts';

/** The rules that `pindrift check` runs by default. */
export const builtInRules: readonly AnyRule[] = BUILT_IN;

/** Declare a config: `export default defineConfig({ ... })` in `pindrift.config.ts`. */
export function defineConfig(config: Config): Config {
  return config;
}
