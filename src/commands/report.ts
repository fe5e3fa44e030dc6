// Why: the findings again, in another form or for another reader, without reading the trace again.
import * as Args from '@oclif/core/args';
import { BaseCommand } from './base.ts';
import { exitCodeOf } from './shared/exit-code.ts';
import { failOnFlag, reportFlag, reportFlags, screenFlags } from './shared/flags.ts';
import { ReportPrinter } from './shared/print-report.ts';
import { ruleDocs } from './shared/rule-docs.ts';

export default class Report extends BaseCommand {
  static override summary = 'Report the findings of a store, in any format.';
  static override description =
    `Prints what \`check\` or \`ingest\` found when the store was made. The exit code is that of \`check\`: 0 clean, 1 findings at or above --fail-on, 3 could not be checked.`;
  static override examples = [
    '<%= config.bin %> report x.db',
    '<%= config.bin %> report x.db --json',
    '<%= config.bin %> report x.db --report text > mail.txt',
    '<%= config.bin %> report x.db -o findings.sarif -o findings.html',
  ];

  static override args = {
    store: Args.string({ description: 'a store made by ingest or check --save', required: true, ignoreStdin: true }),
  };
  static override flags = {
    ...reportFlags,
    report: reportFlag(['format']),
    'fail-on': failOnFlag,
    color: screenFlags.color,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Report);
    const { storedReport } = await import('./shared/stored.ts');
    const failOn = flags['fail-on'];
    const printer = await ReportPrinter.for(flags, [args.store]);
    const detailed = storedReport(args.store, { pins: printer.needsPins });
    await printer.print(detailed, {
      version: this.config.version,
      rules: ruleDocs(),
      failOn: failOn === 'never' ? undefined : failOn,
    });
    this.exit(exitCodeOf(detailed.report, failOn));
  }
}
