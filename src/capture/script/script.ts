// Why: the traced machine needs neither Node nor pindrift. It runs one shell script: the definitions made here for its
// kernel, and capture.sh, which enables them, records and removes everything again.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CapturePlan, FetchStyle, LeftOut, Line } from '../plan.ts';
import { folderOf, TRACEPOINTS } from '../tracepoints.ts';

export interface ScriptOptions {
  /** `pindrift 0.1.0` */
  by: string;
  machine: string;
  /** sha256 of the BTF; '' is not compared */
  btf: string;
  /** `uname -r`; compared if the BTF cannot be; '' is not */
  release: string;
  /** the set of probes, for the header of the capture */
  tier: string;
  clock: string;
  /** what cannot be decided without an event; '' nothing */
  costOf: (event: string) => string;
  /** default arguments of the script: `--buffer 8M` */
  defaults?: readonly string[];
}

/** Letters of the styles in a script. */
const LETTERS: Readonly<Record<FetchStyle, string>> = { names: 'n', args: 'a', registers: 'r' };

export function captureScript(plan: CapturePlan, options: ScriptOptions): string {
  const symbols = new Set([
    ...plan.probes.flatMap(({ lines }) => lines.map(({ text }) => symbolOf(text))),
    ...plan.leftOut.flatMap(({ functions }) => functions.map(({ symbol }) => symbol)),
  ]);
  const kernel = [options.release && `kernel ${options.release}`, options.machine].filter(Boolean).join(', ');
  return `#!/bin/sh
# Records what becomes of pinned pages, for \`pindrift check\`. Made by ${options.by} for ${kernel}.
# Everything it does is in here; \`sh THIS --help\` says how to use it, \`--dry-run\` what it would arm.
set -u
LC_ALL=C
export LC_ALL

pd_machine=${quoted(options.machine)}
pd_release=${quoted(options.release)}
pd_btf=${quoted(options.btf)}
pd_tier=${quoted(options.tier)}
pd_made=$pd_tier
pd_clock=${quoted(options.clock)}
pd_symbols=${quoted([...symbols].join(' '))}
pd_tracepoints=${quoted(
    TRACEPOINTS.filter(({ captured }) => captured)
      .map(folderOf)
      .join(' '),
  )}

# probe EVENT TIER FUNCTION WHAT-IS-LOST-WITHOUT-IT, then the same in up to four ways: n by names, a by arguments and
# offsets, r by registers and offsets
# shellcheck disable=SC2016 # $arg1 is tracefs' own
pd_probes() {
  :
${plan.probes
  .map(({ event, tier, symbol, lines }) =>
    [`  probe ${event} ${tierLetter(tier)} ${symbol} ${quoted(options.costOf(event))}`, ...lines.map(wayText)].join(
      ' \\\n    ',
    ),
  )
  .join('\n')}
${plan.leftOut.map((one) => `  ${leftOutText(one, options.costOf(one.event))}`).join('\n')}
}

${body()}`.replace('main "$@"\n', () => `${mainLine(options.defaults ?? [])}\n`);
}

function mainLine(defaults: readonly string[]): string {
  const words = ['main', ...defaults.map(quoted), '"$@"'].join(' ');
  return defaults.length === 0 ? words : `# shellcheck disable=SC2016 # words as they were given\n${words}`;
}

/** A and the rest: what the rules require and what makes findings more precise. */
const tierLetter = (tier: string): string => (tier === 'A' ? 'A' : 'B');

const wayText = ({ style, text }: Line): string => `${LETTERS[style]} ${quoted(text)}`;

function leftOutText({ event, tier, functions }: LeftOut, cost: string): string {
  const symbols = functions.map(({ symbol }) => symbol).join(' ');
  const reason = functions.map(({ reason }) => reason).at(-1) ?? '';
  return `left_out ${event} ${tierLetter(tier)} ${quoted(cost)} ${quoted(symbols)} ${quoted(reason)}`;
}

const symbolOf = (line: string): string => line.split(' ')[1].replace('%return', '');

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const body = (): string => readFileSync(fileURLToPath(new URL('./capture.sh', import.meta.url)), 'utf8');
