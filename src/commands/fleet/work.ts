// Why: a worker for captures submitted to a queue at any time.
import * as Flags from '@oclif/core/flags';
import { CheckPool } from '../../fleet/pool.ts';
import { openQueue } from '../../fleet/queue.ts';
import { Results } from '../../fleet/results.ts';
import { workQueue } from '../../fleet/work.ts';
import { InputError } from '../../util/errors.ts';
import { escapeControl } from '../../util/escape.ts';
import { BaseCommand } from '../base.ts';
import {
  configKey,
  demandRules,
  fleetRuleFlags,
  jobsOf,
  limitFlags,
  limitsOf,
  queueFlags,
  settingsOf,
} from '../shared/fleet-flags.ts';

export default class FleetWork extends BaseCommand {
  static override summary = 'Check captures from a queue until stopped.';
  static override description =
    'A capture leaves the queue when its rows are on disk. Captures of a killed worker are given to another worker; ' +
    'a capture whose worker dies twice, or whose check fails twice, stays in the queue as failed. On SIGTERM and ' +
    'SIGINT the worker finishes its current captures and exits.';

  static override examples = [
    '<%= config.bin %> fleet work --queue redis://queue.lab:6379 -o /results',
    '<%= config.bin %> fleet work --queue postgres://pindrift@db.lab/pindrift -o /results --until-empty',
  ];

  static override flags = {
    output: Flags.string({ char: 'o', summary: 'directory for the results', required: true, helpValue: 'DIR' }),
    ...queueFlags,
    'until-empty': Flags.boolean({ summary: 'exit when the queue is empty' }),
    lock: Flags.integer({
      summary: 'seconds after which the captures of an unresponsive worker are given to another',
      default: 30,
      min: 1,
      helpValue: 'SECONDS',
    }),
    ...limitFlags,
    ...fleetRuleFlags,
    quiet: Flags.boolean({ char: 'q', summary: 'print nothing on standard error' }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(FleetWork);
    if (flags.queue === undefined)
      throw new InputError('no queue given', {
        tryThis: '--queue redis://HOST:6379, or PINDRIFT_QUEUE in the environment',
      });
    const say = (text: string): void => {
      if (!flags.quiet) process.stderr.write(`pindrift: ${escapeControl(text)}\n`);
    };
    await demandRules(flags);
    const results = new Results(flags.output);
    const queue = await openQueue({ url: flags.queue, name: flags['queue-name'], lock: flags.lock * 1000 });
    const pool = new CheckPool(jobsOf(flags), settingsOf(flags), limitsOf(flags));
    const stop = new AbortController();
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.on(signal, () => {
        say('finishing the current captures');
        stop.abort();
      });
    try {
      const { captures } = await workQueue(queue, {
        ...{ results, pool, jobs: jobsOf(flags), done: await results.done(), fetch: flags.fetch },
        ...{ version: this.config.version, config: configKey(flags) },
        ...{ untilEmpty: flags['until-empty'], signal: stop.signal },
        onDone: ({ capture }) => {
          if (capture.status !== 'checked') say(`${capture.path}: ${capture.status}: ${capture.reason ?? ''}`);
        },
      });
      say(`${captures} captures checked`);
    } finally {
      await pool.close();
      await queue.close();
    }
    this.exit(0);
  }
}
