// Why: `check`, `report` and `capture run` differ only in where their findings come from.
import type { Setup } from '../../config/assemble.ts';
import type { CheckReport, DetailedReport } from '../../contract/report.ts';
import { exitCodeOf } from './exit-code.ts';
import type { FailOn } from './flags.ts';
import { type ReportFlags, ReportPrinter } from './print-report.ts';
import { aboutTool, type Package } from './rule-docs.ts';
import { failOnOf, type RuleFlags, settled, setUpRules } from './rule-flags.ts';
import type { WatchRuleFlags } from './watch-rules.ts';

/** The flags that all three have. */
export interface JudgedFlags extends ReportFlags, RuleFlags, WatchRuleFlags {
  'fail-on': FailOn;
  baseline?: string | undefined;
}

/**
 * Load the rules, print what `judge` finds with them, and return the exit code. Errors in the flags are reported before
 * `judge` is called.
 * @param isDefault `--fail-on` was not given
 * @param args the files, directories and globs that are read
 * @param judge finds; `pins`: the report needs the lifetime of each pin, too
 */
export async function printJudged(
  tool: Package,
  flags: JudgedFlags,
  isDefault: boolean,
  args: readonly string[],
  judge: (setup: Setup, pins: boolean) => Promise<DetailedReport>,
): Promise<number> {
  const { setup, done } = await watched(await setUpRules(flags), flags);
  const failOn = failOnOf(flags['fail-on'], isDefault, setup);
  const withoutKnown = await baselineOf(flags.baseline);
  const printer = await ReportPrinter.for(flags, args);
  const { pins, report: judged } = await judge(setup, printer.needsPins);
  const report = withoutKnown(await settled(judged, setup, flags.quiet === true));
  done();
  const threshold = failOn === 'never' ? undefined : failOn;
  await printer.print({ report, pins }, { ...aboutTool(tool, setup.rules), failOn: threshold });
  return exitCodeOf(report, failOn);
}

/** The setup with observers of the rules; `done` prints what they observed. */
async function watched(setup: Setup, flags: WatchRuleFlags): Promise<{ setup: Setup; done(): void }> {
  const debugged = flags['debug-rule'];
  if (flags.timing !== true && debugged === undefined) return { setup, done: () => {} };
  const { watchRules } = await import('./watch-rules.ts');
  const { observer, done } = watchRules(setup.rules, flags);
  return { setup: { ...setup, running: { ...setup.running, observer } }, done };
}

/** Applies a baseline to a report; it is read before the traces. */
async function baselineOf(path: string | undefined): Promise<(report: CheckReport) => CheckReport> {
  if (path === undefined) return (report) => report;
  const { knownBy } = await import('./known.ts');
  return knownBy(path);
}
