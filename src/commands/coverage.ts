// Why: before believing "clean", know what the capture could have shown. And what to add to the next one.
import * as Flags from '@oclif/core/flags';
import { coverage } from '../engine/coverage.ts';
import { jsonText } from '../report/serialize.ts';
import { coverageText } from '../report/terminal/coverage.ts';
import { writeOut } from '../util/output.ts';
import { terminal } from '../util/terminal.ts';
import { BaseCommand } from './base.ts';
import { armedFlag, mergeFlag, screenFlags, traceFlags, tracesArg } from './shared/flags.ts';
import { ruleFlags, setUpRules } from './shared/rule-flags.ts';
import { armedIn, withTraces } from './shared/run-check.ts';

export default class CoverageOf extends BaseCommand {
  static override summary = 'Say what a trace can and cannot prove, and which probes are missing.';
  static override description =
    `For each rule: whether this trace can decide it, and what is missing if not, with the exact probe definitions to add on the trace's kernel. Also how many events of which kind there are, what became of the pins, and where events were lost.

The exit code is 0 whatever is missing; \`check\` is the one that judges.`;

  static override examples = [
    '<%= config.bin %> coverage trace.txt',
    '<%= config.bin %> coverage trace.txt --kernel 6.1 --json',
  ];

  static override args = { trace: tracesArg };
  static override flags = {
    json: Flags.boolean({ summary: 'print JSON (pindrift.coverage/1)' }),
    ...traceFlags,
    ...mergeFlag,
    ...armedFlag,
    ...ruleFlags,
    color: screenFlags.color,
  };

  override async run(): Promise<void> {
    const { args, flags } = await this.parse(CoverageOf);
    const { color, width } = terminal(process.stdout, flags.color);
    const { format, kallsyms, kernel } = flags;
    const armed = armedIn(flags.armed);
    const { rules } = await setUpRules(flags);
    const result = await withTraces(args.trace, flags, (traces, onProgress) =>
      coverage(traces, { format, kallsyms, kernel, armed, rules, onProgress }),
    );
    await writeOut([flags.json ? `${jsonText(result, 2)}\n` : coverageText(result, { color, width })]);
  }
}
