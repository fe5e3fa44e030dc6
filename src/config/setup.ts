// From what the user said (flags, a config) to the rules that run. When nobody said anything, nothing is loaded.

import type { Severity } from '../contract/finding.ts';
import type { RuleOptions } from '../engine/run-rules.ts';
import type { Rule } from '../rules/contract.ts';
import { BUILT_IN } from '../rules/index.ts';
import { findConfig } from './find.ts';
import type { Config, Suppression } from './schema.ts';

export interface SetupOptions {
  /** where the user stands: the config is looked for from here upwards, paths start here */
  folder: string;
  /** more rules: files, folders, packages (`--rules`) */
  rules?: readonly string[] | undefined;
  /** a config the user named; false: none (`--no-config`) */
  config?: string | false | undefined;
}

/** The rules that run, and what is made of their findings. */
export interface Setup {
  readonly rules: readonly Rule[];
  readonly running: RuleOptions;
  /** severities that take the place of the rules' own */
  readonly severity: ReadonlyMap<string, Severity>;
  readonly suppress: readonly Suppression[];
  readonly failOn: Config['failOn'];
  /** the config, as named to people */
  readonly from: string | undefined;
  /** a config that lies here and is not used: it is in no repository, and nobody named it */
  readonly stranger?: string | undefined;
}

const NOTHING_SAID: Setup = {
  rules: BUILT_IN,
  running: {},
  severity: new Map(),
  suppress: [],
  failOn: undefined,
  from: undefined,
};

/**
 * Load what the user named and nothing else.
 * @throws InputError that names the file and the key or the rule
 */
export async function setUp(options: SetupOptions): Promise<Setup> {
  const { folder, rules = [], config } = options;
  const found = config === undefined ? findConfig(folder) : undefined;
  const stranger = found?.ours === false ? found.path : undefined;
  const hasConfig = config !== false && (config !== undefined || found?.ours === true);
  if (!hasConfig && rules.length === 0) return { ...NOTHING_SAID, stranger };
  const { assemble } = await import('./assemble.ts');
  return { ...(await assemble({ ...options, config: hasConfig ? config : false })), stranger };
}
