// Why: `fleet run` and `fleet work` check captures in the same way, and the rules and settings are part of a result's
// name.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import * as Flags from '@oclif/core/flags';
import type { CheckSettings } from '../../fleet/contract.ts';
import type { CheckLimits } from '../../fleet/pool.ts';
import { ruleFlags, setUpRules } from './rule-flags.ts';

/** No config is searched for: the rules must not depend on a worker's current directory. */
export const fleetRuleFlags = {
  rules: ruleFlags.rules,
  config: Flags.string({ summary: 'a config file; without this flag no config is searched for', helpValue: 'FILE' }),
  kernel: Flags.string({ summary: 'kernel of captures that do not show it', helpValue: 'RELEASE' }),
};

export const queueFlags = {
  queue: Flags.string({
    summary: 'a queue: redis://HOST:6379 or postgres://USER@HOST/DATABASE (needs bullmq with ioredis or pg)',
    helpValue: 'URL',
    env: 'PINDRIFT_QUEUE',
  }),
  'queue-name': Flags.string({ summary: 'name of the queue', default: 'pindrift', helpValue: 'NAME' }),
};

export const limitFlags = {
  jobs: Flags.integer({
    summary: 'captures checked at a time; default: number of CPUs',
    min: 1,
    max: 256,
    helpValue: 'N',
  }),
  timeout: Flags.integer({
    summary: 'seconds per capture; default: 60, plus 1 for each 256 kB',
    min: 1,
    helpValue: 'SECONDS',
  }),
  memory: Flags.integer({ summary: 'MiB of memory per check', min: 64, default: 1024, helpValue: 'MIB' }),
  fetch: Flags.string({
    summary: 'shell command that writes the capture "$1" to its standard output, for references such as s3://...',
    helpValue: 'COMMAND',
  }),
};

export interface FleetOptions {
  rules?: string[] | undefined;
  config?: string | undefined;
  kernel?: string | undefined;
}

export const settingsOf = ({ config, kernel, rules }: FleetOptions): CheckSettings => ({ config, kernel, rules });

/**
 * Invalid rules are reported before the first capture, not for each.
 * @throws InputError
 */
export async function demandRules({ config, rules }: FleetOptions): Promise<void> {
  if (config !== undefined || rules !== undefined)
    await setUpRules({ config, rules, 'no-config': config === undefined });
}

/** Hash of the rules and settings, 16 hex digits: results with another hash are different results. */
export function configKey({ config, kernel, rules = [] }: FleetOptions): string {
  if (config === undefined && rules.length === 0 && kernel === undefined) return 'default';
  const hash = createHash('sha256');
  for (const path of [config, ...rules]) {
    if (path === undefined) continue;
    hash.update(`${path}\n`);
    // a package or a directory counts only by its name
    if (existsSync(path) && statSync(path).isFile()) hash.update(readFileSync(path));
  }
  return hash
    .update(`\n${kernel ?? ''}`)
    .digest('hex')
    .slice(0, 16);
}

const SECONDS = 60;
const BYTES_PER_SECOND = 262_144;

export function limitsOf(flags: { timeout?: number | undefined; memory: number }): CheckLimits {
  return {
    seconds: (bytes) => flags.timeout ?? SECONDS + bytes / BYTES_PER_SECOND,
    memory: flags.memory,
  };
}

export const jobsOf = (flags: { jobs?: number | undefined }): number => flags.jobs ?? availableParallelism();
