// Tests of rules without a test runner: finds the files, and runs the tests collected by `testRule`.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CODE, loadModule } from '../engine/running/load-module.ts';
import { shownPath } from '../engine/running/load-rules.ts';
import { InputError } from '../util/errors.ts';
import { COLLECT, type Waiting } from './test-rule.ts';

export interface TestOutcome {
  rule: string;
  /** `fires: fork, then the parent writes` */
  name: string;
  /** error message; undefined: passed */
  failure: string | undefined;
}

export interface FileOutcome {
  /** for people */
  file: string;
  outcomes: TestOutcome[];
}

/** Files with tests of rules: those named, and those in directories that use `pindrift/testing`. */
export function testFiles(paths: readonly string[], folder: string): string[] {
  const files = paths.flatMap((path) => {
    const full = resolve(folder, path);
    const stat = statSync(full, { throwIfNoEntry: false });
    if (stat === undefined)
      throw new InputError('no such file or directory', {
        where: path,
        tryThis: 'pindrift rules test FILE.test.ts, or a directory',
      });
    return stat.isDirectory() ? below(full) : [full];
  });
  return [...new Set(files)];
}

const NOT_OURS = new Set(['node_modules', 'dist', 'coverage']);

function below(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return NOT_OURS.has(entry.name) || entry.name.startsWith('.') ? [] : below(path);
      return isTest(entry.name) && readFileSync(path, 'utf8').includes('pindrift/testing') ? [path] : [];
    });
}

const isTest = (name: string): boolean =>
  CODE.some((ending) => name.endsWith(`.test${ending}`) || name.endsWith(`.spec${ending}`));

/**
 * Run one file.
 * @throws InputError if it cannot be loaded, or contains no rule test
 */
export async function runTestFile(path: string, folder: string): Promise<FileOutcome> {
  const file = shownPath(path, folder);
  const waiting: Waiting[] = [];
  Reflect.set(globalThis, COLLECT, (one: Waiting) => waiting.push(one));
  try {
    await loadModule(path, file);
  } finally {
    Reflect.deleteProperty(globalThis, COLLECT);
  }
  if (waiting.length === 0)
    throw new InputError('this file does not test a rule', {
      where: file,
      tryThis: "import { testRule } from 'pindrift/testing' and call it",
    });
  const outcomes: TestOutcome[] = [];
  for (const { rule, tests } of waiting) {
    for (const { name, run } of tests) outcomes.push({ rule, name, failure: await failureOf(run) });
  }
  return { file, outcomes };
}

async function failureOf(run: () => Promise<void>): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (error instanceof Error && error.name === 'AssertionError') return error.message;
    throw error;
  }
}
