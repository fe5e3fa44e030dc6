// Why: an output never replaces a file that the same command reads. It is checked before anything is read, since a trace
// that is overwritten cannot be recorded again.
import { type Stats, statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { findTraces } from '../../engine/find-traces.ts';
import { CODE } from '../../engine/running/load-module.ts';
import { InputError } from '../../util/errors.ts';
import { checkWritable } from '../../util/output.ts';

/** Flags that name a file, or a directory of rules, that is read. */
const INPUT_FLAGS = ['armed', 'baseline', 'btf', 'config', 'kallsyms', 'rules', 'symbols'] as const;

/** The files that a command reads: its arguments, and those of its flags. */
export function inputsOf(args: readonly string[], flags: object): string[] {
  const given = flags as Partial<Record<(typeof INPUT_FLAGS)[number], string | readonly string[]>>;
  return [...args, ...INPUT_FLAGS.flatMap((name) => given[name] ?? [])];
}

/**
 * Checks beforehand, as far as possible, that a file can be written and is no input.
 * @param inputs files, directories and globs; those that do not exist are ignored
 * @throws InputError that says what to do
 */
export async function checkOutput(path: string, inputs: readonly string[]): Promise<void> {
  checkWritable(path);
  for (const input of inputs) {
    if (!(await isRead(path, input))) continue;
    throw new InputError('the same command reads this file; it would be overwritten', {
      where: path,
      tryThis: 'use another name',
    });
  }
}

async function isRead(path: string, input: string): Promise<boolean> {
  const [read, written] = [statOf(input), statOf(path)];
  if (written === undefined) return resolve(path) === resolve(input);
  if (!written.isFile()) return false;
  if (read?.isFile()) return isSame(read, written);
  if (read?.isDirectory() && resolve(path).startsWith(resolve(input) + sep) && CODE.some((end) => path.endsWith(end)))
    return true;
  return (await tracesIn(input)).some((trace) => isSame(statOf(trace), written));
}

/** The traces in a directory or glob; what is wrong with it is said when it is read. */
async function tracesIn(input: string): Promise<readonly string[]> {
  try {
    return (await findTraces(input))?.traces ?? [];
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}

const isSame = (one: Stats | undefined, other: Stats): boolean => one?.dev === other.dev && one?.ino === other.ino;

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
