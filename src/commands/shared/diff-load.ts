// Why: `diff` and `triage` take traces and stores alike, judged by the same rules and settings.
import type { Setup } from '../../config/setup.ts';
import type { CheckReport } from '../../contract/report.ts';
import type { RuleWishes } from './rule-flags.ts';
import { settled } from './rule-flags.ts';
import { runCheck, type TraceOptions } from './run-check.ts';

/** @param wishes rules or a config that the user named: they run again on a store */
export async function reportOn(
  source: string,
  setup: Setup,
  options: TraceOptions & RuleWishes = {},
): Promise<CheckReport> {
  return settled(await judged(source, setup, options), setup, true);
}

async function judged(source: string, setup: Setup, options: TraceOptions & RuleWishes): Promise<CheckReport> {
  const { isStore, storedReport } = await import('./stored.ts');
  if (!isStore(source)) return (await runCheck([source], { ...options, setup })).report;
  if (options.rules === undefined && options.config === undefined) {
    return (await storedReport(source, { pins: false, setup })).report;
  }
  const { rerun } = await import('../../engine/rerun.ts');
  return rerun(source, { rules: setup.rules, running: setup.running });
}
