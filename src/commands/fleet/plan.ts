// Why: the first step: lists the captures and those without a result.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { resultKey } from '../../fleet/contract.ts';
import { manifestText } from '../../fleet/manifest.ts';
import { plan } from '../../fleet/plan.ts';
import { Results } from '../../fleet/results.ts';
import { count, grouped } from '../../util/count.ts';
import { escapeControl } from '../../util/escape.ts';
import { writeFileWhole, writeOut } from '../../util/output.ts';
import { BaseCommand } from '../base.ts';
import { checkOutput, inputsOf } from '../shared/check-output.ts';
import { hostPattern } from '../shared/flags.ts';
import { configKey, fleetRuleFlags, queueFlags } from '../shared/fleet-flags.ts';

export default class FleetPlan extends BaseCommand {
  static override summary = 'List captures with size and hash: the manifest of a run, or the jobs of a queue.';
  static override description =
    'Takes files, directories, globs (in quotes) and lists (@FILE: one path per line, or manifest lines for captures ' +
    'stored elsewhere, such as s3://bucket/key). In directories and globs, files that are not recordings are skipped ' +
    'and counted. Captures with the same content count once.';

  static override examples = [
    '<%= config.bin %> fleet plan /captures/2026-11-28 -o manifest.ndjson',
    '<%= config.bin %> fleet plan "/captures/**/*.gz" --results /results -o todo.ndjson',
    '<%= config.bin %> fleet plan /captures/incoming --queue redis://queue.lab:6379',
  ];

  static override args = {
    source: Args.string({
      description: 'files, directories, globs, @LIST',
      required: true,
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    output: Flags.string({ char: 'o', summary: 'the manifest; default: standard output', helpValue: 'FILE' }),
    results: Flags.string({ summary: 'skip captures that have a result in this directory', helpValue: 'DIR' }),
    'host-from': Flags.string({
      summary: 'regular expression; its first group, matched against the path, is the host of the capture',
      helpValue: 'REGEX',
    }),
    ...queueFlags,
    retry: Flags.boolean({ summary: 'put the failed captures of the queue back into it', dependsOn: ['queue'] }),
    ...fleetRuleFlags,
    quiet: Flags.boolean({ char: 'q', summary: 'print nothing on standard error' }),
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(FleetPlan);
    if (flags.output !== undefined) {
      const sources = args.source.map((name) => name.replace(/^@/, ''));
      await checkOutput(flags.output, inputsOf(sources, flags));
    }
    const say = (text: string): void => {
      if (!flags.quiet) process.stderr.write(`pindrift: ${escapeControl(text)}\n`);
    };
    const found = await plan(args.source, { hostFrom: hostPattern(flags['host-from']) });
    let { entries } = found;
    const { version } = this.config;
    const config = configKey(flags);
    if (flags.results !== undefined) {
      const done = await new Results(flags.results).done();
      entries = entries.filter(({ sha256 }) => !done.has(resultKey({ capture: sha256, version, config })));
    }
    say(
      `${count(entries.length, 'capture')} to check; already with a result: ` +
        `${grouped(found.entries.length - entries.length)}, duplicates: ${grouped(found.doubled)}, ` +
        `files that are no recordings: ${grouped(found.skipped.length)}`,
    );
    if (flags.queue === undefined || flags.output !== undefined) {
      if (flags.output === undefined) await writeOut(manifestText(entries));
      else writeFileWhole(flags.output, manifestText(entries));
    }
    if (flags.queue === undefined) return;
    const { openQueue } = await import('../../fleet/queue.ts');
    const queue = await openQueue({ url: flags.queue, name: flags['queue-name'] });
    try {
      const { added, known } = await queue.submit(entries, `${version} ${config}`);
      if (flags.retry) await queue.retry();
      say(`${added} added to the queue, ${known} already there`);
    } finally {
      await queue.close();
    }
  }
}
