// Why: the main command: reads a trace and prints the verdict with its proof.
import type { DetailedReport } from '../contract/report.ts';
import { InputError } from '../util/errors.ts';
import { BaseCommand } from './base.ts';
import {
  armedFlag,
  baselineFlag,
  failOnFlag,
  filterFlags,
  filterOf,
  mergeFlag,
  reportFlags,
  saveFlags,
  screenFlags,
  traceFlags,
  tracesArg,
  workersFlag,
} from './shared/flags.ts';
import { printJudged } from './shared/print-judged.ts';
import { ruleFlags, watchFlags } from './shared/rule-flags.ts';
import { runCheck, type TraceOptions } from './shared/run-check.ts';
import { exitCodeWith, tellUnreadable, withUnreadable } from './shared/unreadable.ts';

export default class Check extends BaseCommand {
  static override summary = 'Check whether a pinned page stopped being the page the process sees.';
  static override description =
    `Reads each trace, replays it against a model of the kernel's memory management, and reports every pin whose address stopped mapping the pinned page: when, why, what harm it did, and the lines that prove it.

Exit codes: 0 checked, and nothing at or above --fail-on; 1 findings at or above it; 2 usage or unusable input; 3 as 0, but the evidence is insufficient for a clean verdict; 4 as 0 or 3, but some of several traces could not be read; 70 a bug in pindrift.`;

  static override examples = [
    '<%= config.bin %> check trace.txt',
    '$ zstd -dc trace.zst | <%= config.bin %> check - --json',
    '<%= config.bin %> check trace.txt -o findings.sarif -o -',
    '<%= config.bin %> check trace.txt --rules ./my-rules --debug-rule my-rule',
  ];

  static override args = { trace: tracesArg };
  static override flags = {
    ...traceFlags,
    ...mergeFlag,
    ...armedFlag,
    ...filterFlags,
    workers: workersFlag,
    ...saveFlags,
    ...reportFlags,
    'fail-on': failOnFlag,
    baseline: baselineFlag,
    ...ruleFlags,
    ...watchFlags,
    ...screenFlags,
  };

  override async run(): Promise<void> {
    const { args, flags, metadata } = await this.parse(Check);
    const unreadable: InputError[] = [];
    const isDefault = metadata.flags['fail-on']?.setFromDefault === true;
    const code = await printJudged(this.config, flags, isDefault, args.trace, async (setup, pins) => {
      const judged = await this.#judge(args.trace, { ...flags, filter: filterOf(flags), setup, unreadable }, pins);
      return { ...judged, report: withUnreadable(judged.report, unreadable) };
    });
    tellUnreadable(unreadable, 'traces');
    this.exit(exitCodeWith(code, unreadable));
  }

  async #judge(
    paths: string[],
    flags: TraceOptions & { save?: string; force: boolean },
    pins: boolean,
  ): Promise<DetailedReport> {
    const { save, ...options } = flags;
    if (save === undefined) return runCheck(paths, { ...options, pins });
    if (options.filter !== undefined)
      throw new InputError('a store needs the whole trace', { tryThis: 'omit --save, or the filter' });
    const { saveReport } = await import('./shared/run-ingest.ts');
    const report = await saveReport(paths, { ...options, out: save });
    if (!pins) return { report, pins: [] };
    const { storedReport } = await import('./shared/stored.ts');
    return storedReport(save, { pins });
  }
}
