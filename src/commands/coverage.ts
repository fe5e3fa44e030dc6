// Why: shows what a capture could have shown, to judge a clean verdict, and what to add to the next one.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { stockOf } from '../capture/coverage-lines.ts';
import { reading, tracedKernel } from '../capture/kernel.ts';
import { planProbes } from '../capture/plan.ts';
import { SET_NAMES } from '../engine/advice.ts';
import { coverage, coverageOfKernel, type KernelCoverage } from '../engine/coverage.ts';
import { jsonText } from '../report/shared/serialize.ts';
import { coverageText } from '../report/terminal/coverage.ts';
import { kernelText } from '../report/terminal/coverage-advice.ts';
import type { Rule } from '../rules/contract.ts';
import { InputError } from '../util/errors.ts';
import { writeOut } from '../util/output.ts';
import { terminal } from '../util/terminal.ts';
import { eraOfRelease } from '../vocabulary/era.ts';
import { BaseCommand } from './base.ts';
import { armedFlag, mergeFlag, screenFlags, traceFlags, tracesArg } from './shared/flags.ts';
import { ruleFlags, setUpRules } from './shared/rule-flags.ts';
import { armedIn, withTraces } from './shared/run-check.ts';

export default class CoverageOf extends BaseCommand {
  static override summary = 'Report what a trace can and cannot prove, and which probes are missing.';
  static override description =
    `For each rule: whether this trace can decide it, and if not, what is missing, with the exact probe definitions to add on the kernel of the trace. Also the number of events of each kind, the fate of the pins, and where events were lost.

Without a trace, --kernel (a version) or --btf (the types of a kernel) lists what can be recorded there: three sets of probes, the rules each can decide, and with --set its definitions.

The exit code is 0 whatever is missing; \`check\` gives the verdict.`;

  static override examples = [
    '<%= config.bin %> coverage trace.txt',
    '<%= config.bin %> coverage trace.txt --kernel 6.1 --json',
    '<%= config.bin %> coverage --kernel 6.1 --set recommended',
    '<%= config.bin %> coverage --btf vmlinux',
  ];

  static override args = {
    trace: Args.string({ description: tracesArg.description, multiple: true, ignoreStdin: true }),
  };
  static override flags = {
    json: Flags.boolean({ summary: 'print JSON (pindrift.coverage/1)' }),
    ...traceFlags,
    ...mergeFlag,
    btf: Flags.string({
      summary: 'without a trace: the types of the kernel to record on (BTF, vmlinux or vmlinuz, then modules)',
      helpValue: 'FILE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    set: Flags.option({ options: SET_NAMES })({
      summary: 'without a trace: print the definitions of this set (minimal, recommended, full)',
      helpValue: 'SET',
    }),
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
    if (args.trace === undefined) {
      const asked = kernelCoverage(flags, rules);
      if (flags.json) await writeOut([`${jsonText(asked, 2)}\n`]);
      else if (flags.set === undefined) await writeOut([kernelText(asked, { color, width })]);
      else await writeOut((asked.sets.find(({ name }) => name === flags.set)?.lines ?? []).map((line) => `${line}\n`));
      return;
    }
    if (flags.btf !== undefined || flags.set !== undefined)
      throw new InputError('--btf and --set are for a kernel of which there is no trace', {
        tryThis: 'pindrift coverage --kernel 6.1 --set recommended',
      });
    const result = await withTraces(args.trace, flags, (traces, onProgress) =>
      coverage(traces, { format, kallsyms, kernel, armed, rules, onProgress }),
    );
    await writeOut([flags.json ? `${jsonText(result, 2)}\n` : coverageText(result, { color, width })]);
  }
}

/** @throws InputError if neither flag names a known kernel */
function kernelCoverage(
  { btf, kernel }: { btf: string[] | undefined; kernel: string | undefined },
  rules: readonly Rule[] | undefined,
): KernelCoverage {
  if (btf !== undefined) {
    const traced = tracedKernel({ btf });
    const { probes } = reading(traced.path, () =>
      planProbes(traced.types, { arch: traced.arch, styles: ['names', 'args', 'registers'] }),
    );
    const name = [traced.release || traced.path, traced.arch.machine].join(' ');
    return coverageOfKernel(
      {
        name,
        named: `--btf ${btf.join(' ')}`,
        from: 'definitions from its BTF',
        era: eraOfRelease(traced.release)?.name,
        probes,
      },
      rules,
    );
  }
  if (kernel === undefined)
    throw new InputError('neither a trace nor a kernel is given', {
      tryThis: 'pindrift coverage TRACE, --kernel 6.1 or --btf FILE',
    });
  const era = eraOfRelease(kernel)?.name;
  if (era === undefined) throw new InputError(`unknown kernel: ${kernel}`, { tryThis: '--kernel 6.1, or --btf FILE' });
  return coverageOfKernel(
    {
      name: kernel,
      named: `--kernel ${kernel}`,
      from: `definitions of Debian's stock kernel ${stockOf(era)} for x86-64`,
      era,
    },
    rules,
  );
}
