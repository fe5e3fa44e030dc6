// Why: rules of others run with the trace between our hands. One that never comes back, ends the process or throws what
// cannot even be looked at is named, and costs itself its verdict, not the user the evening.
import { Script } from 'node:vm';
import { InputError } from '../../util/errors.ts';

/** What a rule is doing. */
export interface AtWork {
  rule: string;
  handler: string;
  line: () => number;
}

let working: AtWork | undefined;
let guarded = false;

/** Calls to process.exit() from within a rule throw from now on. */
function guardExit(): void {
  if (guarded) return;
  guarded = true;
  const exit = process.exit.bind(process);
  process.exit = ((code?: number): never => {
    if (working === undefined) return exit(code);
    throw new Error('it called process.exit()');
  }) as typeof process.exit;
}

/** Do it as this rule. */
export function as<T>(who: AtWork, work: () => T): T {
  guardExit();
  const before = working;
  working = who;
  try {
    return work();
  } finally {
    working = before;
  }
}

/** The same for code that waits. */
export async function asLater<T>(who: AtWork, work: () => Promise<T>): Promise<T> {
  guardExit();
  working = who;
  try {
    return await work();
  } finally {
    working = undefined;
  }
}

const WORK = Symbol.for('pindrift.limited');
/** A time limit holds for what a script calls, and for nothing else. */
const SCRIPT = new Script(`globalThis[Symbol.for('pindrift.limited')]()`);

/**
 * Do it within so many ms.
 * @throws InputError that names the rule which did not come back
 */
export function within(ms: number, work: () => void): void {
  // one limit is enough
  if (Reflect.get(globalThis, WORK) !== undefined) {
    work();
    return;
  }
  Reflect.set(globalThis, WORK, work);
  try {
    SCRIPT.runInThisContext({ timeout: ms });
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    const rule = working;
    working = undefined;
    if (rule === undefined) throw error;
    const line = rule.line();
    const what = rule.handler === 'import' ? rule.rule : `the rule ${rule.rule}`;
    throw new InputError(
      `${what} did not return from ${rule.handler} within ${ms / 1000} s${line > 0 ? ` (line ${line} of the trace)` : ''}`,
      { tryThis: 'allow more time with --rule-timeout SECONDS, or omit this rule' },
    );
  } finally {
    Reflect.deleteProperty(globalThis, WORK);
  }
}

/** Whatever was thrown, as an error that everybody can look at. */
export function errorOf(thrown: unknown): Error {
  try {
    if (
      thrown instanceof Error &&
      typeof thrown.message === 'string' &&
      typeof `${thrown.name}${thrown.stack}` === 'string'
    )
      return thrown;
    return new Error(`it threw ${typeof thrown === 'object' ? 'an object' : String(thrown)}, which is not an Error`);
  } catch {
    return new Error('it threw a value that cannot be inspected');
  }
}
