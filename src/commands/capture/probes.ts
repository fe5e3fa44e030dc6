// Why: for use with other tools: only the definitions, and their form for trace-cmd and perf.

import { readFileSync } from 'node:fs';
import * as Flags from '@oclif/core/flags';
import { bpftraceProgram } from '../../capture/bpftrace.ts';
import type { CapturePlan, FetchStyle } from '../../capture/plan.ts';
import { folderOf, TRACEPOINTS } from '../../capture/tracepoints.ts';
import { jsonText } from '../../report/shared/serialize.ts';
import { writeOut } from '../../util/output.ts';
import { BaseCommand } from '../base.ts';
import { capturePlanFor, costOf, kernelFlags, leftOutWords, tierFlag } from '../shared/capture-plan.ts';

const README = '/sys/kernel/tracing/README';
const ORDER: readonly FetchStyle[] = ['names', 'args', 'registers'];

export default class CaptureProbes extends BaseCommand {
  static override summary = 'Print the probe definitions for a kernel, for dynamic_events.';
  static override description =
    'One line per event. Events this kernel cannot provide are comments at the end, with the reason. Arguments are ' +
    'written by name where the kernel is known to accept names, otherwise by number and offset.';

  static override examples = [
    '<%= config.bin %> capture probes',
    '<%= config.bin %> capture probes --btf vmlinux --symbols kallsyms --style registers',
    '<%= config.bin %> capture probes --for trace-cmd',
    '<%= config.bin %> capture probes --for bpftrace > pins.bt',
  ];

  static override flags = {
    ...kernelFlags,
    tier: tierFlag,
    style: Flags.option({ options: ORDER })({
      summary: 'names: vma->vm_mm (since 6.6); args: +16($arg1); registers: +16(%di)',
      helpValue: 'STYLE',
    }),
    for: Flags.option({ options: ['trace-cmd', 'perf', 'bpftrace'] as const })({
      summary: 'print the command lines for this tool, or its program',
      helpValue: 'TOOL',
    }),
    json: Flags.boolean({ summary: 'print JSON (pindrift.probes/1)', exclusive: ['for'] }),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(CaptureProbes);
    const style =
      flags.for === 'bpftrace'
        ? 'args'
        : (flags.style ?? (flags.btf === undefined && readmeHasNames() ? 'names' : 'args'));
    const others = flags.for === 'bpftrace' ? [] : ORDER.filter((other) => other !== style);
    const { kernel, plan } = capturePlanFor(flags, flags.tier, [style, ...others]);
    if (flags.json) {
      const { release, sha256 } = kernel;
      const shown = { schema: 'pindrift.probes/1', release, machine: kernel.arch.machine, btf: sha256, style };
      await writeOut([`${jsonText({ ...shown, ...listed(plan) }, 2)}\n`]);
    } else if (flags.for === 'bpftrace') await writeOut([bpftraceProgram(plan, kernel)]);
    else if (flags.for !== undefined) await writeOut([recipe(flags.for, plan)]);
    else await writeOut([definitions(plan)]);
  }
}

/** What the running kernel reports about itself; readable by root. */
function readmeHasNames(): boolean {
  try {
    return readFileSync(README, 'utf8').includes('<argname>[->field');
  } catch {
    return false;
  }
}

const listed = (plan: CapturePlan): object => ({
  probes: plan.probes.map(({ event, tier, symbol, fields, lines }) => ({
    event,
    tier,
    function: symbol,
    fields,
    definition: lines[0].text,
    alternatives: lines.slice(1).map(({ text }) => text),
  })),
  leftOut: plan.leftOut.map((one) => ({ ...one, cost: costOf(one.event, plan) })),
});

function definitions(plan: CapturePlan): string {
  const left = plan.leftOut.map((one) => {
    const cost = costOf(one.event, plan);
    return `# not ${leftOutWords(one)}${cost && `; ${cost}`}\n`;
  });
  return `${plan.probes.map(({ lines }) => `${lines[0].text}\n`).join('')}${left.join('')}`;
}

function recipe(tool: 'trace-cmd' | 'perf', plan: CapturePlan): string {
  const events = TRACEPOINTS.filter(({ captured }) => captured).map((one) => folderOf(one).replace('/', ':'));
  const switches = ['pindrift', ...events].map(
    (event) => `-e ${event === 'pindrift' && tool === 'perf' ? "'pindrift:*'" : event}`,
  );
  const record =
    tool === 'trace-cmd'
      ? [`trace-cmd record -C mono -b 65536 ${switches.join(' ')} COMMAND`, 'pindrift check trace.dat']
      : [
          `perf record -a -k mono -m 16M ${switches.join(' ')} -- COMMAND`,
          'perf script --ns > trace.txt',
          'pindrift check trace.txt',
        ];
  return [
    '# as root; one line per write, so that a rejected line does not affect the others',
    'cd /sys/kernel/tracing',
    ...plan.probes.map(({ lines }) => `echo '${lines[0].text}' >> dynamic_events`),
    ...record,
    '# afterwards',
    "grep ':pindrift/' dynamic_events | sed 's/^[a-z0-9]*:\\([^ ]*\\).*/-:\\1/' | while read -r e; do echo \"$e\" >> dynamic_events; done",
    '',
  ].join('\n');
}
