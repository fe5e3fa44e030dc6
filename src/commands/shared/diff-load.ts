// Why: `diff` and `triage` accept traces and stores, checked with the same rules and settings.
import type { Setup } from '../../config/assemble.ts';
import type { CheckReport, DetailedReport } from '../../contract/report.ts';
import type { RuleFlags } from './rule-flags.ts';
import { settled } from './rule-flags.ts';
import { runCheck, type TraceOptions } from './run-check.ts';

type Options = TraceOptions & RuleFlags & { pins?: boolean };

/** @param options rules or a config named by the user: they run again on a store */
export async function reportOn(source: string, setup: Setup, options: Options = {}): Promise<CheckReport> {
  return (await detailedReportOn(source, setup, options)).report;
}

/** The same with the pins, if `options.pins` requests them. */
export async function detailedReportOn(source: string, setup: Setup, options: Options = {}): Promise<DetailedReport> {
  const detailed = await judged(source, setup, options);
  return { ...detailed, report: await settled(detailed.report, setup, true) };
}

async function judged(source: string, setup: Setup, options: Options): Promise<DetailedReport> {
  const { isStore, rulesAgain, storedReport } = await import('./stored.ts');
  if (!isStore(source)) return runCheck([source], { ...options, setup });
  const stored = await storedReport(source, { pins: options.pins === true, setup });
  if (options.rules === undefined && options.config === undefined) return stored;
  return { ...stored, report: await rulesAgain(source, { rules: setup.rules, running: setup.running }) };
}
