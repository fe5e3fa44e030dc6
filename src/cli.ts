// Why: the frame around oclif that every start shares (bin/run.js, bin/dev.js): what happens when stdout goes away,
// when something crashes outside a command, and how the exit code gets out without cutting what is still being written.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Interfaces } from '@oclif/core';
import { run } from '@oclif/core/run';
import { EXIT } from './util/exit-codes.ts';
import { describeFailure } from './util/failure.ts';
import { commandMeant } from './util/meant.ts';

const HELP = 'pindrift --help';

type LoadOptions = Extract<Interfaces.LoadOptions, { root: string }>;

/** Nothing is loaded that this package does not bring: not what lies in the user's data folder, not development tools. */
const ONLY_OURS = { userPlugins: false, devPlugins: false } as const;

/** Runs one command line to its end. `load` tells oclif where package.json is. */
export async function main(load: LoadOptions, argv: string[] = process.argv.slice(2)): Promise<void> {
  guardOutput();
  process.on('uncaughtException', (error) => fail(error));
  process.on('unhandledRejection', (error) => fail(error));
  try {
    await run(argv, { ...load, ...ONLY_OURS, ...withoutPlugins(load, argv) });
  } catch (error) {
    fail(error, hint(argv, load.root));
  }
}

/** Who forgets the command means `check`; who mistypes one means the nearest. */
function hint(argv: readonly string[], packageJson: string): string {
  const [first] = argv;
  if (first !== undefined && existsSync(first)) return `pindrift check ${first}`;
  try {
    const manifest = JSON.parse(readFileSync(join(dirname(packageJson), 'oclif.manifest.json'), 'utf8'));
    return commandMeant(argv, Object.keys(manifest.commands)) ?? HELP;
  } catch {
    return HELP;
  }
}

/**
 * The plugins are commands of their own and pages of help; a command of ours starts without them, which is a tenth of a
 * start. Whatever is not plainly one has them, as oclif would.
 */
function withoutPlugins({ root, pjson: given }: LoadOptions, [first]: readonly string[]): Partial<LoadOptions> {
  if (given !== undefined || first === undefined || !/^[a-z]+$/.test(first)) return {};
  const folder = new URL('./commands/', import.meta.url);
  if (!['.js', '.ts', '/'].some((end) => existsSync(new URL(first + end, folder)))) return {};
  const pjson = JSON.parse(readFileSync(root, 'utf8')) as Interfaces.PJSON;
  return { root: dirname(root), pjson: { ...pjson, oclif: { ...pjson.oclif, plugins: [] } } };
}

/** Before oclif's own listener, which swallows EPIPE and would go on working for nobody. */
function guardOutput(): void {
  process.stdout.prependListener('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.brokenPipe);
    process.stderr.write(`pindrift: cannot write the result (stdout): ${error.code ?? error.message}\n`);
    process.exit(EXIT.unusable);
  });
  process.stderr.on('error', () => {});
}

function fail(error: unknown, help = HELP): void {
  const failure = describeFailure(error, { help, debug: Boolean(process.env.DEBUG) });
  process.stderr.write(failure.text);
  leave(failure.exitCode);
}

/** Ends the process after stdout has been written out; workers and timers that are left do not hold it. */
function leave(exitCode: number): void {
  process.exitCode = exitCode;
  process.stdout.write('', () => process.exit(exitCode));
}
