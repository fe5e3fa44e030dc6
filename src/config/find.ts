// Where the config is: `pindrift.config.*` in the folder where pindrift runs or in one above it, up to the repository's
// root or the home folder. Outside of both nothing is taken: whoever unpacks an archive and checks what is in it has not
// asked to run what else is in it, and an archive may have a `.git` in it, too. Nothing but a few system calls, since
// every run asks.
import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const CONFIG_NAMES = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map((ending) => `pindrift.config.${ending}`);

export interface FoundConfig {
  path: string;
  /** why it is not used unless it is named; undefined: it stands in a repository, or is that of the user's home */
  strange: string | undefined;
}

/** Upwards to the repository's root, the home folder or the root; of several in one folder the first of {@link CONFIG_NAMES}. */
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

/** Times of file systems are as coarse as this, in ms. */
const COARSE = 2000;

/**
 * Who writes a file, or has git write it, changes it between its birth and the last change of its inode. What unpacks an
 * archive gives files the time that they had elsewhere; whoever made it cannot know the moment at which that would fit.
 */
function isUnpacked(path: string): boolean {
  const { birthtimeMs, mtimeMs, ctimeMs } = statSync(path);
  return mtimeMs > ctimeMs + COARSE || (birthtimeMs > 0 && mtimeMs < birthtimeMs - COARSE);
}
