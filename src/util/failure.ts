// Why: for any exception the user gets two lines on stderr (what and where, then what to try) and the exit code that
// distinguishes a usage error from a bug. Pure, so that the wording can be tested.

import { stripVTControlCharacters } from 'node:util';
import { InputError } from './errors.ts';
import { escapeControl } from './escape.ts';
import { EXIT } from './exit-codes.ts';

export interface Failure {
  exitCode: number;
  /** Lines for stderr; empty if there is nothing to print (a command that set its exit code). */
  text: string;
}

/** Messages for errors of the operating system that were not translated elsewhere. */
const SYSTEM_ERRORS: Record<string, string> = {
  EACCES: 'permission denied',
  EDQUOT: 'disk quota exceeded',
  EFBIG: 'file too large',
  EISDIR: 'is a directory',
  ELOOP: 'a symbolic link that leads back to itself',
  EMFILE: 'too many open files (ulimit -n)',
  ENAMETOOLONG: 'file name too long',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on the device',
  ENOTDIR: 'not a directory',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system',
};

export interface FailureContext {
  /** The command to suggest after a usage error. */
  help?: string;
  /** Ids of all commands: a word after one of them is an argument too many. */
  commands?: readonly string[];
  /** Show the stack of a crash. */
  debug?: boolean;
  /** A store read by the command: an unexpected exception is attributed to its content. */
  store?: string | undefined;
}

export function describeFailure(error: unknown, context: FailureContext = {}): Failure {
  if (error instanceof InputError) {
    const stack =
      context.debug === true && error.cause instanceof Error ? `  ${escapeLines(error.cause.stack ?? '')}\n` : '';
    return { exitCode: EXIT.unusable, text: message(error.message, error.where, error.tryThis) + stack };
  }
  const exit = oclifExit(error);
  if (exit !== undefined && isErrorWithCode(error, 'EEXIT')) return { exitCode: exit, text: '' };
  if (exit === EXIT.unusable && error instanceof Error) {
    return { exitCode: EXIT.unusable, text: message(usageMessage(error, context.commands), undefined, context.help) };
  }
  const system = systemError(error);
  if (system) return { exitCode: EXIT.unusable, text: message(system.what, system.where) };
  if (context.store !== undefined && context.debug !== true) {
    const text = message(`this store is damaged (${nameOf(error)})`, context.store, STORE_AGAIN);
    return { exitCode: EXIT.unusable, text };
  }
  return { exitCode: EXIT.crash, text: crashMessage(error, context.debug ?? false) };
}

function message(what: string, where?: string, tryThis?: string): string {
  const place = where === undefined ? '' : ` (${escapeControl(where)})`;
  const next = tryThis === undefined ? '' : `  try: ${escapeControl(tryThis)}\n`;
  return `pindrift: ${escapeLines(what)}${place}\n${next}`;
}

/** Lines after the first are indented, so that echoed text cannot look like a line of pindrift. */
function escapeLines(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => escapeControl(line.trimEnd()))
    .filter((line) => line !== '')
    .join('\n  ');
}

/** oclif puts an `oclif.exit` on its own errors; 2 on usage errors, 1 on modules it could not load. */
function oclifExit(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('oclif' in error)) return undefined;
  const { exit } = error.oclif as { exit?: unknown };
  return typeof exit === 'number' ? exit : undefined;
}

/** oclif's messages as one sentence: without headings, notes and repetitions. */
function usageMessage(error: Error, commands: readonly string[] = []): string {
  const text = stripVTControlCharacters(error.message)
    .replace(/\n?See more help with --help\s*$/, '')
    .replace(/\n\s*Note: --[\s\S]*$/, '')
    .replace(/^The following errors? occurred:\n\s*/, '')
    .replace(/^Parsing (--[\w-]+)\s+Expected/, '$1: expected')
    .replace(/^Parsing (--[\w-]+)\s+/, '$1: ')
    .replace(/^(--[\w-]+)=true (cannot also be provided)/, '$1 $2')
    .replace(/^All of the following must be provided when using (--[\w-]+): (.+)/, '$1 needs $2')
    .replace(/^Missing required flag (\w+)$/, 'missing flag: --$1')
    .replace(/^Nonexistent flags?: /, 'unknown flag: ')
    .replace(
      /^Missing \d+ required args?:\n\s*(\w+)[\s\S]*$/,
      (_all, arg: string) => `missing argument: ${arg.toUpperCase()}`,
    )
    .replace(/^command (.+) not found$/s, (_all, id: string) => {
      const known = commands.find((command) => id.startsWith(`${command}:`) && !isTopic(command, commands));
      return known === undefined
        ? `unknown command: ${named(id)}`
        : `unexpected argument: ${id.slice(known.length + 1)}`;
    });
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** `capture` is a command, and the first word of others. */
const isTopic = (command: string, commands: readonly string[]): boolean =>
  commands.some((other) => other.startsWith(`${command}:`));

/** The typed words that may be a command: a topic and one more word; not the file after them. */
const named = (id: string): string =>
  id
    .split(':')
    .filter((word) => /^-*[a-z][\w-]*$/i.test(word))
    .slice(0, 2)
    .join(' ') || id;

function systemError(error: unknown): { what: string; where?: string } | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  const what = SYSTEM_ERRORS[String(error.code)];
  if (what === undefined) return undefined;
  return 'path' in error && typeof error.path === 'string' ? { what, where: error.path } : { what };
}

function isErrorWithCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

const STORE_AGAIN =
  'ingest the trace again; if the store is damaged again, report it as a bug (DEBUG=pindrift for a stack)';

/** The thrown value as one line; it may be anything. */
function nameOf(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return 'a value that cannot be printed';
  }
}

function crashMessage(error: unknown, debug: boolean): string {
  const text = `pindrift: internal error: ${escapeLines(nameOf(error))}\n`;
  if (!debug) return `${text}  try: the same command with DEBUG=pindrift for a stack, and report it as a bug\n`;
  const stack = error instanceof Error && error.stack !== undefined ? error.stack : 'no stack';
  return `${text}  ${escapeLines(stack)}\n`;
}
