// Why: which rules run, and how, is said in the same way to every command that runs them.
import * as Flags from '@oclif/core/flags';
import type { Setup } from '../../config/setup.ts';

export const ruleFlags = {
  rules: Flags.string({
    summary: 'more rules: a file, a folder, or a package (pindrift-rules-...); may be given more than once',
    helpValue: 'PATH',
    multiple: true,
    multipleNonGreedy: true,
  }),
  config: Flags.string({
    summary: 'this config and no other',
    description: 'Without this flag, pindrift.config.ts (or .js, .json) in this folder or one above it.',
    helpValue: 'FILE',
    exclusive: ['no-config'],
  }),
  'no-config': Flags.boolean({ summary: 'no config, even where there is one' }),
};

export interface RuleWishes {
  rules?: string[] | undefined;
  config?: string | undefined;
  'no-config'?: boolean;
}

/** Load the rules and settings that the user named. */
export async function setUpRules(flags: RuleWishes): Promise<Setup> {
  const { setUp } = await import('../../config/setup.ts');
  return setUp({ folder: process.cwd(), rules: flags.rules, config: flags['no-config'] === true ? false : flags.config });
}
