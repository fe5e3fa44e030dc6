// Why: prints the findings of a store again, in any format, without reading the trace.
import * as Args from '@oclif/core/args';
import type { Setup } from '../config/assemble.ts';
import type { DetailedReport } from '../contract/report.ts';
import { mergeReports } from '../report/groups/merge.ts';
import { BaseCommand } from './base.ts';
import { baselineFlag, failOnFlag, reportFlag, reportFlags, screenFlags } from './shared/flags.ts';
import { printJudged } from './shared/print-judged.ts';
import { type RuleFlags, ruleFlags, watchFlags } from './shared/rule-flags.ts';
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
    const isDefault = metadata.flags['fail-on']?.setFromDefault === true;
    const code = await printJudged(this.config, flags, isDefault, args.store, async (setup, pins) => {
      const all: DetailedReport[] = [];
      for (const store of args.store) all.push(await this.#judge(store, flags, setup, pins));
      return mergeReports(all);
    });
    this.exit(code);
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
