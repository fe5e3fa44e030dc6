// Why: who wrote a rule that fails is told what happened, where in his own file, and at which line of the trace; frames
// of pindrift mean nothing to him.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RuleFailed } from '../../contract/report.ts';
import type { RuleFailure } from './observe.ts';
import { placeInSource } from './place-in-source.ts';

/** What a rule's handlers are called is wrong; no frame of its file is on the stack. */
export class HandlerError extends TypeError {
  override readonly name = 'TypeError';
  /** the name that nothing has */
  readonly handler: string;

  constructor(message: string, handler: string) {
    super(message);
    this.handler = handler;
  }
}

const FILES = new WeakMap<object, string>();

/** Remember which file a rule was loaded from. */
export function loadedFrom(rule: unknown, file: string): void {
  if (typeof rule === 'object' && rule !== null) FILES.set(rule, file);
}

/** @param trace index of the trace in the report */
export function failedOf({ rule, from, line, handler, error }: RuleFailure, trace: number): RuleFailed {
  const file = from === undefined ? undefined : FILES.get(from);
  return {
    id: rule,
    trace,
    handler,
    ...(line > 0 ? { line } : {}),
    ...placed(error instanceof HandlerError ? nameIn(file, error.handler) : frameOf(error, file)),
    what: whatOf(error),
  };
}

const placed = (at: string | undefined): { at?: string } => (at === undefined ? {} : { at });

export function whatOf(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : `threw ${String(error)}`;
  } catch {
    return 'threw a value that cannot be printed';
  }
}

/** `my-rule.ts:12:9`: the first frame in a file that is neither Node's nor pindrift's. */
function frameOf(error: unknown, file: string | undefined): string | undefined {
  const stack = error instanceof Error && typeof error.stack === 'string' ? error.stack : '';
  const frames = [...stack.matchAll(/^ {4}at (?:.*\()?((?:file:\/\/|\/|[A-Za-z]:\\).*?):(\d+):(\d+)\)?$/gm)].map(
    ([, path = '', line, column]) => ({
      path: path.startsWith('file:') ? fileURLToPath(path) : path,
      place: `${line}:${column}`,
    }),
  );
  const own = frames.find(({ path }) => path === file) ?? frames.find(({ path }) => !path.startsWith(OURS));
  return own === undefined ? undefined : `${shown(own.path)}:${own.place}`;
}

const OURS = fileURLToPath(new URL('../..', import.meta.url));

/** Where a name stands in a file. */
function nameIn(file: string | undefined, name: string): string | undefined {
  if (file === undefined) return undefined;
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const place = placeInSource(source, name, undefined);
  return place === undefined ? undefined : `${shown(file)}:${place}`;
}

function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
