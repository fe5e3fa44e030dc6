// External rules: a file, a directory of them, or a package (`pindrift-rules-...`). Only those named by the user are
// loaded.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { InputError } from '../../util/errors.ts';
import { CODE, loadModule, resolvePackage } from './load-module.ts';
import type { GivenRule } from './prepare.ts';
import { loadedFrom } from './rule-failure.ts';
import { errorOf } from './rule-limits.ts';

const PREFIX = 'pindrift-rules-';

interface LoadOptions {
  check?: ((file: string, shown: string) => void) | undefined;
  timeout?: number | undefined;
}

/**
 * Load rules.
 * @param specs paths or names of packages
 * @param folder base of relative paths and packages
 * @param check throws for a file that must not be loaded; undefined: the user named it
 * @param timeout ms in which a file has to be loaded
 * @throws InputError that names what cannot be loaded and why
 */
export async function loadRules(
  specs: readonly string[],
  folder: string,
  { check, timeout }: LoadOptions = {},
): Promise<GivenRule[]> {
  const given: GivenRule[] = [];
  const seen = new Set<string>();
  for (const spec of specs) {
    const files = isPath(spec, folder) ? filesOf(resolve(folder, spec), spec) : [await packageFile(spec, folder)];
    const known = new Set(seen);
    const found: GivenRule[] = [];
    for (const file of files) {
      if (seen.has(file)) continue;
      seen.add(file);
      check?.(file, shownPath(file, folder));
      found.push(...(await rulesOf(file, folder, files.length > 1, timeout)));
    }
    if (found.length === 0 && !files.some((file) => known.has(file))) {
      throw new InputError('there is no rule in this directory', {
        where: spec,
        tryThis: 'pindrift rules new ID creates one',
      });
    }
    given.push(...found);
  }
  return given;
}

const isPath = (spec: string, folder: string): boolean =>
  /^\.{0,2}[/\\]|^\.\.?$/.test(spec) || isAbsolute(spec) || existsSync(resolve(folder, spec));

const noSuchPath = (spec: string): InputError =>
  new InputError('no such file or directory', {
    where: spec,
    tryThis: 'check the path; give a package name without ./',
  });

/** The files of a path. */
function filesOf(path: string, spec: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw noSuchPath(spec);
  if (!stat.isDirectory()) return [path];
  const entry = entryOf(path);
  if (entry !== undefined) return [entry];
  return readdirSync(path, { withFileTypes: true })
    .filter((file) => file.isFile() && isRuleFile(file.name))
    .map((file) => join(path, file.name))
    .sort();
}

/** Excludes tests, type declarations and configs. */
const isRuleFile = (name: string): boolean =>
  CODE.some((ending) => name.endsWith(ending)) && !/\.(?:test|spec|config)\.[cm]?[jt]s$|\.d\.[cm]?ts$/.test(name);

/** The entry named in the package.json of the directory. */
function entryOf(folder: string): string | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  let json: { exports?: unknown; main?: unknown };
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new InputError('this is not JSON', {
      where: file,
      tryThis: `npm install, if ${basename(folder)} is a package of others`,
      cause: error,
    });
  }
  const named = target(json.exports) ?? (typeof json.main === 'string' ? json.main : undefined);
  const path = named === undefined ? undefined : resolve(folder, named);
  return path !== undefined && existsSync(path) ? path : undefined;
}

/** The target of `exports` in a package.json for an import of the package itself. */
function target(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (typeof exports !== 'object' || exports === null) return undefined;
  const map = exports as Record<string, unknown>;
  return target(map['.'] ?? map.import ?? map.default);
}

async function packageFile(spec: string, folder: string): Promise<string> {
  if (!/^(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*$/i.test(spec))
    throw new InputError(`${spec} is neither a path nor the name of a package`, { tryThis: `./${spec}` });
  for (const name of namesOf(spec)) {
    const file = await resolvePackage(name, folder);
    if (file !== undefined) return file;
  }
  if (CODE.some((ending) => spec.endsWith(ending))) throw noSuchPath(spec);
  throw new InputError(`no file, directory or package named ${namesOf(spec).join(' or ')}`, {
    where: spec,
    tryThis: `npm install ${namesOf(spec).at(-1)}, or ./${spec} for a path`,
  });
}

/** `vfio` may mean `pindrift-rules-vfio`; scoped names such as `@acme` are not changed. */
const namesOf = (spec: string): string[] =>
  spec.startsWith(PREFIX) || spec.startsWith('@') ? [spec] : [spec, PREFIX + spec];

async function rulesOf(file: string, folder: string, many: boolean, timeout?: number): Promise<GivenRule[]> {
  const from = shownPath(file, folder);
  const exported = await loadModule(file, from, timeout);
  try {
    // a directory also contains helpers, which have no default export
    if (many && !isExport(exported)) return [];
    const list: readonly unknown[] = Array.isArray(exported)
      ? exported
      : hasRules(exported)
        ? exported.rules
        : [exported];
    for (const rule of list) loadedFrom(rule, file);
    const source = readFileSync(file, 'utf8');
    return list.map((rule) => ({ rule, from, source }));
  } catch (thrown) {
    // a Proxy may throw anything when it is looked at
    const error = errorOf(thrown);
    throw new InputError(`cannot be loaded: ${error.message}`, {
      where: from,
      tryThis: 'npx tsc --noEmit, which checks its syntax and types',
      cause: error,
    });
  }
}

const isExport = (value: unknown): boolean =>
  Array.isArray(value) || hasRules(value) || (typeof value === 'object' && value !== null && 'meta' in value);

const hasRules = (value: unknown): value is { rules: readonly unknown[] } =>
  typeof value === 'object' && value !== null && 'rules' in value && Array.isArray(value.rules);

export function shownPath(file: string, folder: string): string {
  const path = relative(folder, file);
  if (path === '') return basename(file);
  return path.startsWith('..') ? file : path;
}
