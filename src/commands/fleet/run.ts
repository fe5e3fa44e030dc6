// Why: the work of one job. Existing engines distribute the jobs; this is the command that each of them starts.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { readManifest } from '../../fleet/manifest.ts';
import { CheckPool } from '../../fleet/pool.ts';
import { Results } from '../../fleet/results.ts';
import { runShard } from '../../fleet/run.ts';
import { entriesOf, shardOf } from '../../fleet/shard.ts';
import { jsonText } from '../../report/shared/serialize.ts';
import { count } from '../../util/count.ts';
import { EXIT } from '../../util/exit-codes.ts';
import { writeOut } from '../../util/output.ts';
import { Progress } from '../../util/progress.ts';
import { BaseCommand } from '../base.ts';
import {
  configKey,
  demandRules,
  fleetRuleFlags,
  jobsOf,
  limitFlags,
  limitsOf,
  settingsOf,
} from '../shared/fleet-flags.ts';

export default class FleetRun extends BaseCommand {
  static override summary = 'Check the captures of a manifest, or of a shard of it, into Parquet files.';
  static override description =
    `Each capture is checked in a process of its own with limits on time and memory, so that a bad capture affects no other. Captures with a result in the directory are not checked again. The shard is taken from --shard, from the environment of a Slurm array job, or from JOB_COMPLETION_INDEX and PINDRIFT_SHARDS.

Exit codes: 0 every capture has a verdict or is not a recording, 2 usage, an unusable manifest, or results that cannot be written, 3 some captures have no verdict (their rows give the reason), 70 a bug in pindrift. Findings do not change the exit code; \`fleet report\` lists them.`;

  static override examples = [
    '<%= config.bin %> fleet run manifest.ndjson -o /results',
    '<%= config.bin %> fleet run manifest.ndjson -o /results --shard 0/8',
    `<%= config.bin %> fleet run list.ndjson -o out --fetch 'aws s3 cp "$1" -'`,
  ];

  static override args = {
    manifest: Args.string({
      description: 'output of `fleet plan`; - is standard input',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    output: Flags.string({ char: 'o', summary: 'directory for the results', required: true, helpValue: 'DIR' }),
    shard: Flags.string({ summary: 'part I of N, where I starts at 0', helpValue: 'I/N' }),
    ...limitFlags,
    ...fleetRuleFlags,
    json: Flags.boolean({ summary: 'print a summary as JSON (pindrift.fleet-run/1)' }),
    quiet: Flags.boolean({ char: 'q', summary: 'print nothing on standard output, and no progress' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(FleetRun);
    const all = readManifest(args.manifest);
    const shard = shardOf(flags.shard, process.env);
    const entries = shard === undefined ? all : entriesOf(all, shard);
    await demandRules(flags);
    const results = new Results(flags.output);
    const pool = new CheckPool(jobsOf(flags), settingsOf(flags), limitsOf(flags));
    const progress = Progress.onStderr(flags.quiet);
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    let position = 0;
    try {
      const summary = await runShard(entries, {
        ...{ results, pool, jobs: jobsOf(flags), done: await results.done(), fetch: flags.fetch },
        ...{ version: this.config.version, config: configKey(flags) },
        onDone: ({ capture }, n, of) => {
          position += capture.bytes;
          progress.update(`${n}/${of} ${capture.path}`, position, bytes);
        },
      });
      progress.clear();
      const data = { schema: 'pindrift.fleet-run/1', shard, ...summary };
      if (flags.json) await writeOut([`${jsonText(data, 2)}\n`]);
      else if (!flags.quiet) await writeOut([summaryText(summary)]);
      const { checked = 0, unusable = 0 } = summary.byStatus;
      const whole = summary.skipped + checked + unusable === summary.captures;
      this.exit(whole ? EXIT.clean : EXIT.undecided);
    } finally {
      progress.clear();
      await pool.close();
    }
  }
}

function summaryText({ byStatus, captures, findings, parts, skipped }: Awaited<ReturnType<typeof runShard>>): string {
  const counts = Object.entries(byStatus).map(([status, n]) => `${n} ${status}`);
  if (skipped > 0) counts.push(`${skipped} already had a result`);
  const ends = [count(captures, 'capture'), count(findings, 'finding'), count(parts.length, 'part')];
  return `${ends[0]}: ${counts.join(', ')}; ${ends[1]}; ${ends[2]} written\n`;
}
