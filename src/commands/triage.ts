// Why: how many different drifts several hosts, boots and kernels have, and where. It is a command of its own and not a
// flag of `report` because it takes any number of stores and traces, and its result is not a list of findings.
import { existsSync } from 'node:fs';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type { DetailedReport } from '../contract/report.ts';
import { type Baseline, readBaseline, withReports } from '../report/groups/baseline.ts';
import { GROUP_KEYS, type NamedReport, storyGroups } from '../report/groups/drifts.ts';
import { hostsBy, matrixOf } from '../report/groups/matrix.ts';
import { mergeReports } from '../report/groups/merge.ts';
import { withNewestNames } from '../report/groups/newest-names.ts';
import { jsonText } from '../report/shared/serialize.ts';
import { matrixText } from '../report/terminal/matrix.ts';
import { triageJson, triageText } from '../report/terminal/triage.ts';
import { InputError } from '../util/errors.ts';
import { EXIT } from '../util/exit-codes.ts';
import { writeFileWhole, writeOut } from '../util/output.ts';
import { terminal } from '../util/terminal.ts';
import { BaseCommand } from './base.ts';
import { checkOutput } from './shared/check-output.ts';
import { detailedReportOn } from './shared/diff-load.ts';
import { hostPattern, reportFlag, reportFlags, screenFlags, traceFlags } from './shared/flags.ts';
import { namedTraces } from './shared/named-traces.ts';
import { ReportPrinter } from './shared/print-report.ts';
import { aboutTool } from './shared/rule-docs.ts';
import { ruleFlags, setUpRules } from './shared/rule-flags.ts';
import { exitCodeWith, tellUnreadable, withEach } from './shared/unreadable.ts';

export default class Triage extends BaseCommand {
  static override summary = 'Group the findings of many captures: each drift once, with its kernels.';
  static override description =
    `Findings of one rule with one cause form one group, whatever kernel, host, boot or process shows them; findings with the same fingerprint are one variant of it. For each group: the worst severity, the number of findings and captures per kernel, and for each variant what distinguishes it from the others and the first and last capture that shows it, in the order given. The worst groups come first.

Directories and globs are accepted too; captures that cannot be read are listed at the end.

With a baseline (a small file to commit) each group is marked as new, known, invalid or back, and known groups that were not seen are listed. --update adds new groups to it; states (known, fixed, invalid) and comments are edited by hand.

The exit code is 0 whatever is found, and 4 when some captures could not be read; \`check\` and \`report\` give verdicts.`;

  static override examples = [
    '<%= config.bin %> triage fleet.db',
    '<%= config.bin %> triage host1.txt.gz host2.txt.gz 6.1.db --json',
    '<%= config.bin %> triage captures/ --matrix kernel --baseline known.json',
    '<%= config.bin %> triage captures/ --baseline known.json --update',
    '<%= config.bin %> triage captures/ -o all.html',
  ];

  static override args = {
    source: Args.string({
      description: 'stores, or traces (which are checked first), or directories of them',
      required: true,
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    by: Flags.option({ options: GROUP_KEYS, default: 'cause' })({
      summary: 'group by: cause (of one rule), rule, caller, kernel, host or fingerprint',
      helpValue: 'KEY',
    }),
    matrix: Flags.option({ options: ['kernel', 'host'] as const })({
      summary: 'print a table instead: a row per group, a column per kernel or host',
      helpValue: 'COLUMNS',
      // `exclusive` would print both in one bracket of the usage and leave that of --json empty
      relationships: [{ type: 'none', flags: ['report', 'output'] }],
    }),
    'host-from': Flags.string({
      summary: 'regular expression; its first group, matched against the path, is the host of the capture',
      description:
        'By default, the host is the first directory below the one that all captures share, or the name of the file up to its first dot.',
      helpValue: 'REGEXP',
    }),
    baseline: Flags.string({ summary: 'file of known findings (pindrift.baseline/1)', helpValue: 'FILE.json' }),
    update: Flags.boolean({ summary: 'add new groups to the baseline', dependsOn: ['baseline'] }),
    json: Flags.boolean({ summary: 'print JSON (pindrift.triage/1)', exclusive: ['report'] }),
    report: reportFlag(),
    output: reportFlags.output,
    ...traceFlags,
    ...ruleFlags,
    color: screenFlags.color,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Triage);
    const setup = await setUpRules(flags);
    const hostFrom = hostPattern(flags['host-from']);
    const { baseline: path, update } = flags;
    const known = path === undefined ? undefined : await baselineAt(path, update, args.source);
    const isReport = flags.report !== undefined || flags.output !== undefined;
    if (isReport && flags.json)
      throw new InputError('--json is the output of triage, -o that of a report', { tryThis: '-o FILE.json' });
    const printer = isReport
      ? await ReportPrinter.for({ ...flags, json: false, verbose: false }, args.source)
      : undefined;
    const { all: read, unreadable } = await withEach(
      await namedTraces(args.source),
      async (source): Promise<NamedReport & DetailedReport> => ({
        source,
        ...(await detailedReportOn(source, setup, { ...flags, pins: printer?.needsPins ?? false })),
      }),
    );
    const all = withNewestNames(read);
    if (printer === undefined) await this.#tell(all, flags, known, hostFrom);
    else
      await printer.print(mergeReports(all), {
        ...aboutTool(this.config, setup.rules),
      });
    if (update && path !== undefined && known !== undefined)
      writeFileWhole(path, [`${jsonText(withReports(known, all), 2)}\n`]);
    tellUnreadable(unreadable, 'captures');
    this.exit(exitCodeWith(EXIT.clean, unreadable));
  }

  async #tell(
    all: readonly NamedReport[],
    flags: { by: (typeof GROUP_KEYS)[number]; matrix?: 'kernel' | 'host' | undefined; json: boolean; color?: boolean },
    baseline: Baseline | undefined,
    hostFrom: RegExp | undefined,
  ): Promise<void> {
    const paths = all.flatMap(({ report }) => report.traces.map((trace) => trace.path));
    const options = { by: flags.by, hostOf: hostsBy(paths, hostFrom), baseline };
    const matrix =
      flags.matrix === undefined
        ? undefined
        : matrixOf(all, storyGroups(all, flags.by, options.hostOf), flags.matrix, options.hostOf, baseline);
    const look = terminal(process.stdout, flags.color);
    if (flags.json) await writeOut([triageJson(all, options, matrix)]);
    else await writeOut(matrix === undefined ? triageText(all, options, look) : matrixText(matrix, look));
  }
}

/** A baseline that is to be written may not exist yet. */
async function baselineAt(path: string, update: boolean, sources: readonly string[]): Promise<Baseline> {
  if (update) await checkOutput(path, sources);
  if (update && !existsSync(path)) return { schema: 'pindrift.baseline/1', groups: [] };
  return readBaseline(path);
}
