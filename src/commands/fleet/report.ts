// Why: the summary: new, ongoing and gone drifts, with kernels and hosts.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { summarize } from '../../fleet/summary.ts';
import { fleetReporters } from '../../report/fleet/index.ts';
import { checkWritable, writeFileWhole, writeOut } from '../../util/output.ts';
import { terminal } from '../../util/terminal.ts';
import { BaseCommand } from '../base.ts';
import { screenFlags } from '../shared/flags.ts';

export default class FleetReport extends BaseCommand {
  static override summary = 'Group the findings of a fleet: each drift once, new, ongoing or gone.';
  static override description =
    `Reads the Parquet files of \`fleet run\` and \`fleet work\` with DuckDB (@duckdb/node-api). Findings with the same fingerprint are the same drift. The exit code is 0 whatever is found.`;

  static override examples = [
    '<%= config.bin %> fleet report /results',
    '<%= config.bin %> fleet report /results --since 2026-11-27T18:00:00Z',
    '<%= config.bin %> fleet report /results --baseline /results.v6.12 --report html -o night.html',
  ];

  static override args = {
    results: Args.string({ description: 'directory of results', required: true, ignoreStdin: true }),
  };
  static override flags = {
    baseline: Flags.string({ summary: 'results to compare with', helpValue: 'DIR', exclusive: ['since'] }),
    since: Flags.string({ summary: 'captures before this time are the baseline', helpValue: 'TIME' }),
    report: Flags.option({ options: Object.keys(fleetReporters), default: 'text' })({
      summary: 'how to report: text, json (pindrift.fleet/1), html, kcidb (KCIDB 4.1)',
      helpValue: 'FORMAT',
    }),
    json: Flags.boolean({ summary: 'the same as --report json', exclusive: ['report'] }),
    output: Flags.string({ char: 'o', summary: 'write to this file', helpValue: 'FILE' }),
    color: screenFlags.color,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(FleetReport);
    if (flags.output !== undefined) checkWritable(flags.output);
    const report = await summarize(args.results, { baseline: flags.baseline, since: flags.since });
    const reporter = fleetReporters[flags.json ? 'json' : flags.report];
    const look =
      flags.output === undefined ? terminal(process.stdout, flags.color) : { color: false, width: undefined };
    const pieces = reporter?.render(report, { ...look, version: this.config.version }) ?? [];
    if (flags.output === undefined) await writeOut(pieces);
    else writeFileWhole(flags.output, pieces);
  }
}
