// Finds the config: `pindrift.config.*` in the current directory or one above it, up to the root of the repository or
// the home directory. Outside of both none is used: a user who unpacks and checks an archive does not want to run code
// from it; and an archive may contain a `.git`. Uses only a few system calls, since it runs each time.
import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const CONFIG_NAMES = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map((ending) => `pindrift.config.${ending}`);

export interface FoundConfig {
  path: string;
  /** why it is used only if named; undefined: it is in a repository, or in the user's home directory */
  strange: string | undefined;
}

/**
 * Upwards to the root of the repository, the home directory or the root; of several in one directory the first of
 * {@link CONFIG_NAMES}.
 */
export function findConfig(folder: string): FoundConfig | undefined {
  const home = resolve(homedir());
  let path: string | undefined;
  for (let at = resolve(folder); ; at = dirname(at)) {
    const name = path === undefined ? CONFIG_NAMES.find((candidate) => existsSync(join(at, candidate))) : undefined;
    if (name !== undefined) path = join(at, name);
    const isRoot = existsSync(join(at, '.git'));
    if (!isRoot && at !== home && dirname(at) !== at) continue;
    if (path === undefined) return undefined;
    if (dirname(path) === home) return { path, strange: undefined };
    if (!isRoot) return { path, strange: 'is not in a repository' };
    return { path, strange: isUnpacked(path) ? 'was unpacked or copied here' : undefined };
  }
}

/** Resolution of file system times, in ms. */
const COARSE = 2000;

/**
 * A file written by a user or by git is modified between its birth and the last change of its inode. An extracted
 * archive restores earlier modification times, and its author cannot know the time of extraction.
 */
function isUnpacked(path: string): boolean {
  const { birthtimeMs, mtimeMs, ctimeMs } = statSync(path);
  return mtimeMs > ctimeMs + COARSE || (birthtimeMs > 0 && mtimeMs < birthtimeMs - COARSE);
}
