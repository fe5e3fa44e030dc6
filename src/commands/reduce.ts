// Why: reduces a capture to the lines needed for a bug report or a rule's test case, which still show the same finding.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { reduceToFinding, textOf } from '../engine/reduce.ts';
import { count } from '../util/count.ts';
import { escapeControl } from '../util/escape.ts';
import { writeFileWhole, writeOut } from '../util/output.ts';
import { BaseCommand } from './base.ts';
import { checkOutput, inputsOf } from './shared/check-output.ts';
import { traceFlags } from './shared/flags.ts';
import { ruleFlags, setUpRules } from './shared/rule-flags.ts';

export default class Reduce extends BaseCommand {
  static override summary = 'Reduce a trace to the lines that still show a finding.';
  static override description =
    `Removes lines as long as \`check\` still reports the same: the same rule about the same pin with the same steps, severity and confidence, on the same kernel era. No remaining line can be removed. Comments at the head of the trace are kept.

The result is a trace: \`check\` accepts it, and a bug report or the test of a rule can quote it completely. It does not contain the other findings of the trace.`;
  static override examples = [
    '<%= config.bin %> reduce trace.txt.gz --finding 3 -o small.txt',
    '<%= config.bin %> reduce trace.txt | wc -l',
  ];

  static override args = {
    trace: Args.string({
      description: 'a trace as text; plain, .gz, .zst or .xz',
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
    output: Flags.string({ char: 'o', summary: 'write to this file instead of standard output', helpValue: 'FILE' }),
    format: traceFlags.format,
    kernel: traceFlags.kernel,
    ...ruleFlags,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(Reduce);
    const { output } = flags;
    if (output !== undefined) await checkOutput(output, inputsOf([args.trace], flags));
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
