// Why: the flags for rules are the same for all commands that run them.
import * as Flags from '@oclif/core/flags';
import type { Setup } from '../../config/assemble.ts';
import type { CheckReport } from '../../contract/report.ts';
import { escapeControl } from '../../util/escape.ts';
import type { FailOn } from './flags.ts';

export const ruleFlags = {
  rules: Flags.string({
    summary: 'more rules: a file, a directory, or a package (pindrift-rules-...); may be given more than once',
    helpValue: 'PATH',
    multiple: true,
    multipleNonGreedy: true,
  }),
  config: Flags.string({
    summary: 'use this config only',
    description:
      'Default: pindrift.config.ts (or .js, .json) in this directory or the nearest one above it, up to the root of ' +
      'the repository or your home directory.',
    helpValue: 'FILE',
    exclusive: ['no-config'],
  }),
  'rule-timeout': Flags.integer({
    summary: 'seconds that your own rules may take to load, and for a batch of events',
    helpValue: 'SECONDS',
    default: 30,
    min: 1,
    max: 86_400,
  }),
  'no-config': Flags.boolean({ summary: 'ignore config files' }),
};

export interface RuleFlags {
  rules?: string[] | undefined;
  config?: string | undefined;
  'no-config'?: boolean;
  'rule-timeout'?: number | undefined;
}

/** For rule authors. */
export const watchFlags = {
  timing: Flags.boolean({ summary: 'print on standard error how long each rule took' }),
  'debug-rule': Flags.string({
    summary: 'print on standard error the events this rule gets, with their lines, and what it reports',
    helpValue: 'ID',
  }),
};

/** Load the rules and settings named by the user. */
export async function setUpRules(flags: RuleFlags): Promise<Setup> {
  const { setUp } = await import('../../config/setup.ts');
  const timeout = flags['rule-timeout'];
  const setup = await setUp({
    folder: process.cwd(),
    rules: flags.rules,
    config: flags['no-config'] === true ? false : flags.config,
    timeout: timeout === undefined ? undefined : timeout * 1000,
  });
  const { from, stranger } = setup;
  if (from !== undefined) say(`config ${from}`);
  if (stranger !== undefined)
    say(`${stranger} and is ignored; use it with --config FILE, or silence this message with --no-config`);
  return timeout === undefined ? setup : { ...setup, running: { ...setup.running, timeout: timeout * 1000 } };
}

const say = (text: string): void => void process.stderr.write(`pindrift: ${escapeControl(text)}\n`);

/** Applies the config to the report; prints remarks about it on stderr. */
export async function settled(report: CheckReport, setup: Setup, quiet: boolean): Promise<CheckReport> {
  if (setup.severity.size === 0 && setup.suppress.length === 0) return report;
  const { settle, today } = await import('../../config/settle.ts');
  const { report: changed, notes } = settle(report, setup, today());
  if (!quiet) for (const note of notes) process.stderr.write(`pindrift: ${escapeControl(note)}\n`);
  return changed;
}

/** The flag if given; else the config; else the flag's default. */
export const failOnOf = (flag: FailOn, isDefault: boolean, setup: Setup): FailOn =>
  isDefault ? (setup.failOn ?? flag) : flag;
