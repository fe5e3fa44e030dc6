// Where the config is: `pindrift.config.*` in the folder where pindrift runs or in one above it. Nothing but a few
// system calls, since every run asks.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export const CONFIG_NAMES = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map((ending) => `pindrift.config.${ending}`);

/** Upwards to the root; of several in one folder the first of {@link CONFIG_NAMES}. */
export function findConfig(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const name = CONFIG_NAMES.find((candidate) => existsSync(join(at, candidate)));
    if (name !== undefined) return join(at, name);
    if (dirname(at) === at) return undefined;
  }
}
