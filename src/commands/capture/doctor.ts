// Why: recording can fail for a dozen reasons, most of which the kernel reports as EINVAL.
import * as Flags from '@oclif/core/flags';
import { type Check, checkMachine } from '../../capture/doctor.ts';
import type { CapturePlan } from '../../capture/plan.ts';
import { wrap } from '../../report/shared/format.ts';
import { type Paint, painter } from '../../report/shared/paint.ts';
import { jsonText } from '../../report/shared/serialize.ts';
import { count } from '../../util/count.ts';
import { InputError } from '../../util/errors.ts';
import { writeOut } from '../../util/output.ts';
import { terminal } from '../../util/terminal.ts';
import { BaseCommand } from '../base.ts';
import { capturePlanFor, costOf, kernelFlags, leftOutWords, type TierName, tierFlag } from '../shared/capture-plan.ts';
import { screenFlags } from '../shared/flags.ts';

export default class CaptureDoctor extends BaseCommand {
  static override summary = 'Report what can be recorded on this machine, what cannot, and how to fix it.';
  static override description =
    `Checks the user, tracefs, lockdown, and the kernel's types and functions: which functions are inlined, cloned or defined twice, and which rules need them. With --btf and --symbols it checks another kernel. Changes nothing.

The exit code is 0 if a capture is possible here, else 3.`;

  static override examples = [
    '$ sudo <%= config.bin %> capture doctor',
    '<%= config.bin %> capture doctor --btf vmlinuz --symbols System.map',
  ];

  static override flags = {
    ...kernelFlags,
    tier: tierFlag,
    json: Flags.boolean({ summary: 'print JSON (pindrift.doctor/1)' }),
    color: screenFlags.color,
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(CaptureDoctor);
    const { color, width } = terminal(process.stdout, flags.color);
    const checks = flags.btf === undefined ? checkMachine() : [];
    const found = await this.#plan(flags, checks);
    const isPossible = checks.every(({ state }) => state !== 'bad') && found !== undefined;
    if (flags.json) {
      const leftOut = found?.plan.leftOut.map((one) => ({ ...one, cost: costOf(one.event, found.plan) }));
      const armable = found?.plan.probes.map(({ event, symbol }) => ({ event, function: symbol }));
      const { release, machine } = found ?? {};
      await writeOut([
        `${jsonText({ schema: 'pindrift.doctor/1', possible: isPossible, checks, release, machine, armable, leftOut }, 2)}\n`,
      ]);
    } else {
      const paint = painter(color);
      const lines = [
        ...checks.flatMap((check) => checkLines(check, paint)),
        ...(found === undefined ? [] : planLines(found, paint, width ?? 80)),
      ];
      await writeOut([`${lines.join('\n')}\n`]);
    }
    this.exit(isPossible ? 0 : 3);
  }

  async #plan(
    flags: Parameters<typeof capturePlanFor>[0] & { tier: TierName },
    checks: Check[],
  ): Promise<Found | undefined> {
    try {
      const { kernel, plan } = capturePlanFor(flags, flags.tier, ['args', 'names', 'registers']);
      return {
        plan,
        release: kernel.release,
        machine: kernel.arch.machine,
        isTested: kernel.arch.tested,
        hasSymbols: kernel.symbols !== undefined,
      };
    } catch (error) {
      if (flags.btf !== undefined || !(error instanceof InputError)) throw error;
      if (checks.every(({ what, state }) => what !== 'types' || state === 'good'))
        checks.push({ what: 'types', state: 'bad', words: error.message, tryThis: error.tryThis });
      return undefined;
    }
  }
}

interface Found {
  plan: CapturePlan;
  release: string;
  machine: string;
  isTested: boolean;
  hasSymbols: boolean;
}

const WORDS = { good: 'ok', lacks: 'less', bad: 'NO' } as const;
const COLOURS = { good: 'green', lacks: 'yellow', bad: 'red' } as const;

function checkLines({ what, state, words, tryThis }: Check, paint: Paint): string[] {
  const lines = [`${paint(COLOURS[state], WORDS[state].padEnd(4))} ${what.padEnd(10)} ${words}`];
  return tryThis === undefined ? lines : [...lines, `${' '.repeat(16)}try: ${tryThis}`];
}

function planLines({ plan, release, machine, isTested, hasSymbols }: Found, paint: Paint, width: number): string[] {
  const lost = plan.leftOut.filter(({ event }) => costOf(event, plan) !== '');
  const rest = plan.leftOut.filter((one) => !lost.includes(one));
  const lines = [
    '',
    paint('bold', `${count(plan.probes.length, 'event')} can be recorded on ${release || 'this kernel'} (${machine})`),
  ];
  if (!isTested)
    lines.push(...wrap('This architecture is supported by its tables only; no capture has been tested on it.', width));
  if (!hasSymbols)
    lines.push(...wrap('Without symbols, inlined and cloned functions cannot be detected: use --symbols.', width));
  for (const one of lost) {
    lines.push(
      '',
      ...hanging(leftOutWords(one), width),
      ...hanging(costOf(one.event, plan), width).map((line) => paint('yellow', line)),
    );
  }
  if (rest.length > 0) {
    lines.push('', 'Missing, but replaced by other events or not needed by any rule:');
    lines.push(...rest.flatMap((one) => hanging(leftOutWords(one), width)));
  }
  return lines;
}

const hanging = (text: string, width: number): string[] => wrap(text, width - 2).map((line) => `  ${line}`);
