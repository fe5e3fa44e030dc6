// A config is code, so one that another user has put in a directory above is not run unless it is named.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { CODE, loadModule } from '../engine/running/load-module.ts';
import { shownPath } from '../engine/running/load-rules.ts';
import { InputError } from '../util/errors.ts';
import { findConfig } from './find.ts';
import { type Config, parseConfig } from './schema.ts';
import { mustBeOurs } from './trust.ts';

export interface LoadedConfig {
  config: Config;
  /** absolute */
  path: string;
  /** for people */
  shown: string;
  /** the user named it */
  named: boolean;
}

/**
 * The config for a directory.
 * @param named a file named by the user; undefined: search for one
 * @param timeout time limit in ms for loading it
 * @throws InputError that names the key, or the reason why it cannot be loaded
 */
export async function loadConfig(
  folder: string,
  { named, timeout }: { named?: string | undefined; timeout?: number | undefined } = {},
): Promise<LoadedConfig | undefined> {
  const path = named === undefined ? findConfig(folder)?.path : resolve(folder, named);
  if (path === undefined) return undefined;
  const shown = shownPath(path, folder);
  if (named === undefined) mustBeOurs(path, shown, `--config ${shown} to run it anyway, --no-config to ignore it`);
  else if (!existsSync(path))
    throw new InputError('no such config', {
      where: named,
      tryThis: 'check the path; without --config the one of this directory or of one above it is used',
    });
  mustBeConfig(path, shown);
  const value = extname(path) === '.json' ? readJson(path, shown) : await loadModule(path, shown, timeout);
  return { config: parseConfig(value, shown), path, shown, named: named !== undefined };
}

/** A directory is none, /dev/zero has no end, and a trace is no code. */
function mustBeConfig(path: string, shown: string): void {
  const stat = statSync(path);
  const endings = [...CODE, '.json'];
  const what = stat.isDirectory()
    ? 'a directory'
    : stat.isCharacterDevice()
      ? 'a device'
      : endings.includes(extname(path))
        ? undefined
        : 'a file of another kind';
  if (what === undefined) return;
  throw new InputError(`this is ${what}, not a config`, {
    where: shown,
    tryThis: `--config with a file that ends in ${endings.join(', ')}`,
  });
}

function readJson(path: string, shown: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new InputError(`invalid JSON: ${error instanceof Error ? error.message : String(error)}`, {
      where: shown,
      tryThis: `node -e 'JSON.parse(fs.readFileSync("${shown}"))'`,
      cause: error,
    });
  }
}
