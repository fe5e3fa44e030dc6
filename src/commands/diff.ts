// Why: compares findings by their fingerprints instead of addresses: before and after a patch, between kernels, in a
// bisection.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type { CheckReport } from '../contract/report.ts';
import { diffReports } from '../report/groups/diff.ts';
import { diffJson, diffText } from '../report/terminal/diff.ts';
import { InputError } from '../util/errors.ts';
import { describeFailure } from '../util/failure.ts';
import { writeOut } from '../util/output.ts';
import { terminal } from '../util/terminal.ts';
import { BaseCommand } from './base.ts';
import { reportOn } from './shared/diff-load.ts';
import { diffExit, SKIP } from './shared/exit-code.ts';
import { failOnFlag, screenFlags, traceFlags } from './shared/flags.ts';
import { failOnOf, ruleFlags, setUpRules } from './shared/rule-flags.ts';

export default class Diff extends BaseCommand {
  static override summary = 'Show the findings of one capture that another does not have.';
  static override description =
    `Findings with the same fingerprint are the same drift. Signs: + only in B, - only in A, = in both.

Exit codes, as \`git bisect run\` expects them: 0 B has no finding at or above --fail-on that A lacks, 1 it has one, 125 B could not be checked (it cannot be read, or \`check\` would exit with 3), 2 usage, or A cannot be read.`;

  static override examples = [
    '<%= config.bin %> diff before.txt.gz after.txt.gz',
    '<%= config.bin %> diff 5.10.db 6.1.db --by rule',
    '$ git bisect run sh -c "./boot-and-capture trace.txt || exit 125; <%= config.bin %> diff good.db trace.txt"',
  ];

  static override args = {
    a: Args.string({ description: 'a trace or store to compare with', required: true, ignoreStdin: true }),
    b: Args.string({ description: 'a trace or store to judge', required: true, ignoreStdin: true }),
  };
  static override flags = {
    by: Flags.option({ options: ['fingerprint', 'rule'] as const, default: 'fingerprint' })({
      summary: 'how drifts are matched: by fingerprint, or by rule where kernels use different function names',
      helpValue: 'KEY',
    }),
    json: Flags.boolean({ summary: 'print JSON (pindrift.diff/1)' }),
    'fail-on': failOnFlag,
    ...traceFlags,
    ...ruleFlags,
    ...screenFlags,
  };

  override async run(): Promise<void> {
    const { args, flags, metadata } = await this.parse(Diff);
    const setup = await setUpRules(flags);
    const failOn = failOnOf(flags['fail-on'], metadata.flags['fail-on']?.setFromDefault === true, setup);
    const a = await reportOn(args.a, setup, flags);
    const b = await this.#judged(() => reportOn(args.b, setup, flags));
    const diff = diffReports(a, b, flags.by);
    const exit = diffExit(diff, b, failOn);
    if (!flags.quiet) {
      const sides = [
        { source: args.a, report: a },
        { source: args.b, report: b },
      ] as const;
      const look = terminal(process.stdout, flags.color);
      await writeOut(flags.json ? [diffJson(diff, sides, exit)] : diffText(diff, sides, look));
    }
    this.exit(exit);
  }

  /** A capture that cannot be read shows nothing about its kernel. */
  async #judged(read: () => Promise<CheckReport>): Promise<CheckReport> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      process.stderr.write(describeFailure(error).text);
      this.exit(SKIP);
    }
  }
}
