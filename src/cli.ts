// Why: startup code shared by bin/run.js and bin/dev.mjs around oclif. It handles a closed stdout and crashes outside of
// commands, and sets the exit code without truncating output.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Interfaces } from '@oclif/core';
import { run } from '@oclif/core/run';
import { EXIT } from './util/exit-codes.ts';
import { describeFailure } from './util/failure.ts';
import { commandMeant } from './util/meant.ts';

const HELP = 'pindrift --help';

type LoadOptions = Extract<Interfaces.LoadOptions, { root: string }>;

/** Loads only this package: no plugins from the user's data directory and no development tools. */
const ONLY_OURS = { userPlugins: false, devPlugins: false } as const;

/** Runs one command line to its end. `load` tells oclif where package.json is. */
export async function main(load: LoadOptions, argv: string[] = process.argv.slice(2)): Promise<void> {
  guardOutput();
  process.on('uncaughtException', (error) => fail(error));
  process.on('unhandledRejection', (error) => fail(error));
  try {
    await run(argv, { ...load, ...ONLY_OURS, ...withoutPlugins(load, argv) });
  } catch (error) {
    const { exitCode, text } = describeFailure(error);
    // a command that has printed all it had to say
    if (text === '') return leave(exitCode);
    const commands = commandIds(load.root);
    fail(error, { help: hint(argv, commands), commands });
  }
}

/** Suggests `check` if the command is missing, or the nearest command if it is misspelled. */
function hint(argv: readonly string[], commands: readonly string[]): string {
  const [first] = argv;
  if (first !== undefined && existsSync(first)) return `pindrift check ${first}`;
  return commandMeant(argv, commands) ?? HELP;
}

/** `capture:run`; empty without a build. */
function commandIds(packageJson: string): string[] {
  try {
    const manifest = JSON.parse(readFileSync(join(dirname(packageJson), 'oclif.manifest.json'), 'utf8'));
    return Object.keys(manifest.commands);
  } catch {
    return [];
  }
}

/**
 * Our own commands start without the plugins, which provide only commands of their own and help pages; this saves a
 * tenth of the startup time. Anything else is loaded with plugins, as oclif would.
 */
function withoutPlugins({ root, pjson: given }: LoadOptions, [first]: readonly string[]): Partial<LoadOptions> {
  if (given !== undefined || first === undefined || !/^[a-z]+$/.test(first)) return {};
  const folder = new URL('./commands/', import.meta.url);
  if (!['.js', '.ts', '/'].some((end) => existsSync(new URL(first + end, folder)))) return {};
  const pjson = JSON.parse(readFileSync(root, 'utf8')) as Interfaces.PJSON;
  return { root: dirname(root), pjson: { ...pjson, oclif: { ...pjson.oclif, plugins: [] } } };
}

/** Runs before oclif's own listener, which swallows EPIPE and would continue without a reader. */
function guardOutput(): void {
  process.stdout.prependListener('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.brokenPipe);
    process.stderr.write(`pindrift: cannot write the result (stdout): ${error.code ?? error.message}\n`);
    process.exit(EXIT.unusable);
  });
  guardErrors();
}

/** What cannot be written to stderr is lost. The stream is made when it is first used: a pipe loads sockets. */
function guardErrors(): void {
  const own = Object.getOwnPropertyDescriptor(process, 'stderr');
  if (own?.get === undefined) return;
  const get = (): typeof process.stderr => {
    Object.defineProperty(process, 'stderr', own);
    return process.stderr.on('error', () => {});
  };
  Object.defineProperty(process, 'stderr', { ...own, get });
}

function fail(error: unknown, context: { help: string; commands?: readonly string[] } = { help: HELP }): void {
  const failure = describeFailure(error, { ...context, debug: Boolean(process.env.DEBUG) });
  process.stderr.write(failure.text);
  leave(failure.exitCode);
}

/** Ends the process after stdout has been flushed, even if workers and timers remain. */
function leave(exitCode: number): void {
  process.exitCode = exitCode;
  process.stdout.write('', () => process.exit(exitCode));
}
