// Why: prints the findings of a store again, in any format, without reading the trace.
import * as Args from '@oclif/core/args';
import type { Setup } from '../config/assemble.ts';
import type { DetailedReport } from '../contract/report.ts';
import { mergeReports } from '../report/merge.ts';
import { BaseCommand } from './base.ts';
import { exitCodeOf } from './shared/exit-code.ts';
import { baselineFlag, failOnFlag, reportFlag, reportFlags, screenFlags } from './shared/flags.ts';
import { ReportPrinter } from './shared/print-report.ts';
import { aboutTool } from './shared/rule-docs.ts';
import {
  baselineOf,
  failOnOf,
  type RuleFlags,
  ruleFlags,
  settled,
  setUpRules,
  watched,
  watchFlags,
} from './shared/rule-flags.ts';
import type { WatchRuleFlags } from './shared/watch-rules.ts';

export default class Report extends BaseCommand {
  static override summary = 'Report the findings of stores, in any format.';
  static override description =
    `Prints what \`check\` or \`ingest\` found when the store was made. Several stores give one report, with the ` +
    'findings renumbered. With --rules, --config or --debug-rule the rules run again on the events in the store. The ' +
    `exit code is that of \`check\`: 0 clean, 1 findings at or above --fail-on, 3 could not be checked.`;
  static override examples = [
    '<%= config.bin %> report x.db',
    '<%= config.bin %> report host1.db host2.db -o night.html',
    '<%= config.bin %> report x.db --json',
    '<%= config.bin %> report x.db --report text > mail.txt',
    '<%= config.bin %> report x.db -o findings.sarif -o findings.html',
  ];

  static override args = {
    store: Args.string({
      description: 'stores made by ingest or check --save',
      required: true,
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    ...reportFlags,
    report: reportFlag(['format']),
    'fail-on': failOnFlag,
    baseline: baselineFlag,
    ...ruleFlags,
    ...watchFlags,
    ...screenFlags,
  };

  override async run(): Promise<void> {
    const { args, flags, metadata } = await this.parse(Report);
    const { setup, done } = await watched(await setUpRules(flags), flags);
    const failOn = failOnOf(flags['fail-on'], metadata.flags['fail-on']?.setFromDefault === true, setup);
    const withoutKnown = await baselineOf(flags.baseline);
    const printer = await ReportPrinter.for(flags, args.store);
    const all: DetailedReport[] = [];
    for (const store of args.store) all.push(await this.#judge(store, flags, setup, printer.needsPins));
    const judged = mergeReports(all);
    const detailed = { ...judged, report: withoutKnown(await settled(judged.report, setup, flags.quiet)) };
    done();
    await printer.print(detailed, {
      ...aboutTool(this.config, setup.rules),
      failOn: failOn === 'never' ? undefined : failOn,
    });
    this.exit(exitCodeOf(detailed.report, failOn));
  }

  /** The stored findings, or those of the rules named by the user. */
  async #judge(path: string, flags: RuleFlags & WatchRuleFlags, setup: Setup, pins: boolean): Promise<DetailedReport> {
    const { storedAgain, storedReport } = await import('./shared/stored.ts');
    const again =
      flags.rules !== undefined ||
      flags.config !== undefined ||
      flags.timing === true ||
      flags['debug-rule'] !== undefined;
    return again ? storedAgain(path, { pins, setup }) : storedReport(path, { pins, setup });
  }
}
