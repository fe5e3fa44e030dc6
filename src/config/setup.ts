// Determines the rules to run from flags and a config. Loads nothing by default.

import { BUILT_IN } from '../rules/index.ts';
import type { Setup, SetupOptions } from './assemble.ts';
import { findConfig } from './find.ts';

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
  const stranger = found?.strange === undefined ? undefined : `${found.path} ${found.strange}`;
  const hasConfig = config !== false && (config !== undefined || (found !== undefined && stranger === undefined));
  if (!hasConfig && rules.length === 0) return { ...NOTHING_SAID, stranger };
  const { assemble } = await import('./assemble.ts');
  return { ...(await assemble({ ...options, config: hasConfig ? config : false })), stranger };
}
