// Why: for a machine without Node: a single shell script is copied there, and a trace is copied back.
import * as Flags from '@oclif/core/flags';
import { captureScript } from '../../capture/script/script.ts';
import { writeFileWhole, writeOut } from '../../util/output.ts';
import { BaseCommand } from '../base.ts';
import {
  capturePlanFor,
  costOf,
  kernelFlags,
  leavesUndecided,
  lostWords,
  recordFlags,
  scriptWords,
} from '../shared/capture-plan.ts';
import { checkOutput, inputsOf } from '../shared/check-output.ts';

export default class CaptureScript extends BaseCommand {
  static override summary = 'Print a shell script that records on a machine with a given kernel.';
  static override description =
    `The script needs only root and a POSIX shell. It enables the probes in a separate trace instance, reports which of them the kernel rejected and what that costs, records while a command runs, for a given time or until Ctrl-C, writes one file for \`check\`, and removes everything again.

Without --btf the script is for this machine. For another machine, copy its /sys/kernel/btf/vmlinux (or name its vmlinuz); the script compares kernels before it enables anything.`;

  static override examples = [
    '<%= config.bin %> capture script -o capture.sh',
    '<%= config.bin %> capture script --btf vmlinuz-6.12.107 -o capture.sh',
    'sudo sh capture.sh -o trace.txt -- ./my-program',
  ];

  static override flags = {
    ...kernelFlags,
    ...recordFlags,
    output: Flags.string({ char: 'o', summary: 'write the script to this file', helpValue: 'FILE' }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(CaptureScript);
    if (flags.output !== undefined) await checkOutput(flags.output, inputsOf([], flags));
    const { kernel, plan } = capturePlanFor(flags, flags.tier, ['names', 'args', 'registers']);
    const text = captureScript(plan, {
      by: `pindrift ${this.config.version}`,
      machine: kernel.arch.machine,
      btf: kernel.sha256,
      release: kernel.release,
      tier: flags.tier,
      clock: flags.clock,
      costOf: (event) => costOf(event, plan),
      defaults: scriptWords(flags),
    });
    const lost = plan.leftOut.filter((one) => leavesUndecided(one, plan));
    for (const words of lostWords(lost, plan)) this.warn(words);
    if (!kernel.arch.tested)
      this.warn(`${kernel.arch.machine} is supported by its tables only; no capture has been tested on it`);
    if (flags.output === undefined) await writeOut([text]);
    else writeFileWhole(flags.output, [text]);
  }
}
