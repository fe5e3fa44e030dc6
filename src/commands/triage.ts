// Why: several hosts, boots and kernels, and one question: how many different drifts are there, and where? A command of
// its own and not a flag of `report`: it takes any number of stores and traces, and its answer is no list of findings.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type { NamedReport } from '../report/drifts.ts';
import { triageJson, triageText } from '../report/terminal/triage.ts';
import { writeOut } from '../util/output.ts';
import { terminal } from '../util/terminal.ts';
import { BaseCommand } from './base.ts';
import { reportOn } from './shared/diff-load.ts';
import { screenFlags, traceFlags } from './shared/flags.ts';
import { ruleFlags, setUpRules } from './shared/rule-flags.ts';

export default class Triage extends BaseCommand {
  static override summary = 'Group the findings of many captures: each drift once, with its kernels.';
  static override description =
    `Findings with the same fingerprint are the same drift, whatever host, boot or process shows it. For each: the worst severity, how many findings in how many captures, per kernel, and the first and the last capture that shows it, in the order given. The worst come first.

The exit code is 0 whatever is found; \`check\` and \`report\` are the ones that judge.`;

  static override examples = [
    '<%= config.bin %> triage fleet.db',
    '<%= config.bin %> triage host1.txt.gz host2.txt.gz 6.1.db --json',
  ];

  static override args = {
    source: Args.string({
      description: 'stores, or traces (which are checked first)',
      required: true,
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    json: Flags.boolean({ summary: 'print JSON (pindrift.triage/1)' }),
    ...traceFlags,
    ...ruleFlags,
    color: screenFlags.color,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Triage);
    const setup = await setUpRules(flags);
    const reports: NamedReport[] = [];
    for (const source of args.source) reports.push({ source, report: await reportOn(source, setup, flags) });
    await writeOut(flags.json ? [triageJson(reports)] : triageText(reports, terminal(process.stdout, flags.color)));
  }
}
