// Where the config is: `pindrift.config.*` in the folder where pindrift runs or in one above it, up to the repository's
// root or the home folder. Outside of both nothing is taken: whoever unpacks an archive and checks what is in it has not
// asked to run what else is in it. Nothing but a few system calls, since every run asks.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const CONFIG_NAMES = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map((ending) => `pindrift.config.${ending}`);

export interface FoundConfig {
  path: string;
  /** it stands in a repository, or is that of the user's home: it is used though nobody named it */
  ours: boolean;
}

/** Upwards to the repository's root, the home folder or the root; of several in one folder the first of {@link CONFIG_NAMES}. */
export function findConfig(folder: string): FoundConfig | undefined {
  const home = resolve(homedir());
  let path: string | undefined;
  for (let at = resolve(folder); ; at = dirname(at)) {
    const name = path === undefined ? CONFIG_NAMES.find((candidate) => existsSync(join(at, candidate))) : undefined;
    if (name !== undefined) path = join(at, name);
    const isRoot = existsSync(join(at, '.git'));
    if (isRoot || at === home || dirname(at) === at)
      return path === undefined ? undefined : { path, ours: isRoot || dirname(path) === home };
  }
}
