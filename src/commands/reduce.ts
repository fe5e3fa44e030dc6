// Why: the lines a bug report needs, cut out of a capture, and a test case for a rule: it still shows the same finding.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { reduceToFinding, textOf } from '../engine/reduce.ts';
import { count } from '../report/format.ts';
import { escapeControl } from '../util/escape.ts';
import { checkWritable, writeFileWhole, writeOut } from '../util/output.ts';
import { BaseCommand } from './base.ts';
import { traceFlags } from './shared/flags.ts';
import { ruleFlags, setUpRules } from './shared/rule-flags.ts';

export default class Reduce extends BaseCommand {
  static override summary = 'Cut a trace down to the lines that still show a finding.';
  static override description =
    `Leaves out lines as long as \`check\` still says the same: the same rule about the same pin with the same steps, severity and confidence, on the same kernel era. No line of what remains can go. Comments at the head of the trace stay.

The result is a trace: \`check\` takes it, and a bug report or the test of a rule can quote it whole. What else the trace showed is not in it.`;
  static override examples = [
    '<%= config.bin %> reduce trace.txt.gz --finding 3 -o small.txt',
    '<%= config.bin %> reduce trace.txt | wc -l',
  ];

  static override args = {
    trace: Args.string({
      description: 'the text of a trace; plain, .gz, .zst or .xz',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    finding: Flags.integer({
      summary: 'number of the finding, as `check` shows it',
      min: 1,
      default: 1,
      helpValue: 'N',
    }),
    output: Flags.string({ char: 'o', summary: 'write to this file and not to standard output', helpValue: 'FILE' }),
    format: traceFlags.format,
    kernel: traceFlags.kernel,
    ...ruleFlags,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Reduce);
    const { output } = flags;
    if (output !== undefined) checkWritable(output, [args.trace]);
    const { rules, running } = await setUpRules(flags);
    const { format, kernel } = flags;
    const { at, finding, lines } = await reduceToFinding(args.trace, flags.finding, { format, kernel, rules, running });
    const text = textOf(lines);
    if (output === undefined) await writeOut([text]);
    else writeFileWhole(output, [text]);
    process.stderr.write(
      `pindrift: ${count(at.length, 'line')} still show finding ${finding.n}: ${escapeControl(finding.rule)}\n`,
    );
  }
}
