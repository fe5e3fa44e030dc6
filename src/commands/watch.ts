// Why: finds drifts as they happen, and keeps the events before them. A capture of ten minutes misses what occurs once
// a week.
import { writeFileSync } from 'node:fs';
import { arch, release } from 'node:os';
import { join } from 'node:path';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { PROBE_TABLE } from '../capture/probe-table.ts';
import { Armed } from '../live/armed.ts';
import { type LiveSource, openLive } from '../live/live-source.ts';
import { type LiveOptions, LiveWatch, type WatchEnd } from '../live/live-watch.ts';
import { checkMetricsFile } from '../live/metrics.ts';
import { reactionOf } from '../live/reactions.ts';
import { InputError } from '../util/errors.ts';
import { EXIT } from '../util/exit-codes.ts';
import { remove, temporaryFolder } from '../util/temporary.ts';
import { terminal } from '../util/terminal.ts';
import { BaseCommand } from './base.ts';
import { recordFlags, scriptHere, scriptWords, sizeFlag } from './shared/capture-plan.ts';
import { failOnFlag, screenFlags, traceFlags } from './shared/flags.ts';
import { failOnOf, ruleFlags, setUpRules } from './shared/rule-flags.ts';

type WatchFlags = Parameters<typeof scriptWords>[0] &
  Parameters<typeof scriptHere>[0] & { 'ring-size': string; 'retreat-at': number };

const follow = async (source: LiveSource, options: LiveOptions): Promise<WatchEnd> =>
  (await LiveWatch.open(source, options)).run();

const CORE = new Set(PROBE_TABLE.filter(({ tier }) => tier === 'A').map(({ name }) => name));
const REPORTS = ['text', 'ndjson'] as const;

export default class Watch extends BaseCommand {
  static override summary = 'Follow a trace as it is written, and report each finding as soon as it is known.';
  static override description =
    `Reads a FIFO, a growing file, trace_pipe or standard input, and reports the findings of \`check\`: a drift at once, its harm and its end as updates of the same finding. It may run for days: memory use is bounded, and of similar findings only the first few are reported in full, the rest are counted.

SIGTERM and SIGINT end it: open findings are reported, and the exit code is 0. SIGHUP reloads the config. At the end of the input the exit codes are those of \`check\`.`;

  static override examples = [
    '$ sudo <%= config.bin %> watch --react save=/var/tmp/pindrift',
    '$ sudo <%= config.bin %> watch /sys/kernel/tracing/instances/mm/trace_pipe',
    '<%= config.bin %> watch fifo --report ndjson | jq -c .',
    '$ ssh host cat trace_pipe | <%= config.bin %> watch - --react save=/var/tmp/pindrift --react exit',
  ];

  static override args = {
    source: Args.string({
      description:
        'a FIFO, a growing file, trace_pipe of a trace instance, or - for standard input; default, as root: record and follow this machine',
      ignoreStdin: true,
    }),
  };

  static override flags = {
    ...traceFlags,
    report: Flags.option({ options: REPORTS, default: 'text' as const })({
      summary: 'text: steps for a terminal; ndjson: one JSON object per line (docs/watch.md)',
      helpValue: 'FORMAT',
    }),
    react: Flags.string({
      summary: 'what to do on a finding: stop, snapshot, save=DIR, exec=COMMAND, exit; may be given more than once',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'WHAT',
    }),
    'react-on': Flags.option({ options: ['error', 'warning', 'note'] as const, default: 'warning' as const })({
      summary: 'react to findings of this severity (error, warning or note) and above',
      helpValue: 'SEVERITY',
    }),
    instance: Flags.string({
      summary: 'directory of the followed trace instance; default: the directory of trace_pipe',
      helpValue: 'DIR',
    }),
    ring: Flags.string({
      summary:
        'directory of an overwriting instance with the same events that is not read: for stop, snapshot and save',
      helpValue: 'DIR',
    }),
    'ring-size': sizeFlag({ summary: 'without a source: size of that instance, per CPU', default: '16M' }),
    ...recordFlags,
    buffer: sizeFlag({
      summary: 'without a source: size of the ring buffer that is read, per CPU',
      default: '8M',
    }),
    'retreat-at': Flags.integer({
      summary: 'without a source: above this many events per second, only the core set stays enabled',
      description:
        'Also when events are lost, or when reading is more than two seconds behind. Each condition must hold for three ' +
        'seconds; the change is reported and counted.',
      default: 100_000,
      min: 1,
      helpValue: 'N',
    }),
    history: Flags.integer({
      summary: 'MiB of the newest text to keep for save if there is no ring',
      default: 16,
      min: 1,
      max: 1024,
      helpValue: 'MIB',
    }),
    'max-same': Flags.integer({
      summary: 'findings of one fingerprint that are reported in full; the others are counted',
      default: 3,
      min: 1,
      helpValue: 'N',
    }),
    'max-rate': Flags.integer({
      summary: 'findings per second that are reported in full, on average',
      min: 1,
      helpValue: 'N',
    }),
    metrics: Flags.string({
      summary: "write metrics to this file every 15 seconds, for node_exporter's textfile collector",
      helpValue: 'FILE',
    }),
    status: Flags.integer({ summary: 'report the status every N seconds', min: 1, helpValue: 'SECONDS' }),
    idle: Flags.integer({
      summary: 'end when nothing was added to a growing file for this long',
      min: 1,
      helpValue: 'SECONDS',
    }),
    'fail-on': failOnFlag,
    ...ruleFlags,
    ...screenFlags,
  };

  override async run(): Promise<void> {
    const { args, flags, metadata } = await this.parse(Watch);
    if (args.source === '-' && process.stdin.isTTY)
      throw new InputError('standard input is a terminal, not a trace', { tryThis: 'name the source, or pipe one in' });
    if (flags.metrics !== undefined) checkMetricsFile(flags.metrics);
    const setup = await setUpRules(flags);
    const failOn = failOnOf(flags['fail-on'], metadata.flags['fail-on']?.setFromDefault === true, setup);
    const screen = terminal(process.stdout, flags.color);
    const options: LiveOptions = {
      ...flags,
      reactions: (flags.react ?? []).map(reactionOf),
      reactOn: flags['react-on'],
      maxSame: flags['max-same'],
      maxRate: flags['max-rate'],
      historyBytes: (flags.react ?? []).some((one) => one.startsWith('save')) ? flags.history << 20 : undefined,
      screen: { color: screen.color, width: screen.width ?? 80 },
      version: this.config.version,
      host: `${release()} ${arch()}`,
      setup,
      again: () => setUpRules(flags),
    };
    const ended =
      args.source === undefined
        ? await this.#watchHere(flags, options)
        : await follow(
            openLive(args.source, { idleMs: flags.idle === undefined ? undefined : flags.idle * 1000 }),
            options,
          );
    this.exit(ended.by === 'signal' ? EXIT.clean : ended.exitCode(failOn));
  }

  /** Enable probes on this machine, follow the events, and remove everything afterwards. */
  async #watchHere(flags: WatchFlags, options: LiveOptions): Promise<WatchEnd> {
    if (process.getuid?.() !== 0) {
      throw new InputError('only root may record kernel events', {
        tryThis: 'sudo, or name a source that somebody else records',
      });
    }
    const folder = temporaryFolder();
    const script = join(folder, 'capture.sh');
    writeFileSync(script, scriptHere(flags, this.config.version));
    const armed = new Armed(script, ['--ring', flags['ring-size'], ...scriptWords(flags)]);
    try {
      const instances = await armed.instances();
      if (instances.instance === undefined) {
        throw new InputError('this machine cannot be recorded; see the messages above', {
          tryThis: 'pindrift capture doctor',
        });
      }
      const retreat = flags.tier === 'core' ? undefined : { core: CORE, mostPerSecond: flags['retreat-at'] };
      return await follow(armed.source, { ...options, ...instances, retreat, kernel: options.kernel ?? release() });
    } finally {
      armed.source.close();
      await armed.over;
      remove(folder);
    }
  }
}
