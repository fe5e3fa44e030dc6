// Why: of four hundred captures one is always cut short. The others are read; it is named at the end, and the exit code says
// that the answer is not about all of them.
import type { InputError } from '../../util/errors.ts';
import { escapeControl } from '../../util/escape.ts';
import { EXIT } from '../../util/exit-codes.ts';

/** Name on stderr what could not be read. */
export function tellUnreadable(unreadable: readonly InputError[], of: string): void {
  if (unreadable.length === 0) return;
  process.stderr.write(`pindrift: ${unreadable.length} of the ${of} could not be read:\n`);
  for (const { message, where } of unreadable)
    process.stderr.write(
      `  ${escapeControl(where ?? '')}${where === undefined ? '' : ': '}${escapeControl(message)}\n`,
    );
}

/** Findings stay findings; every other answer is only about some of the traces. */
export const exitCodeWith = (code: number, unreadable: readonly InputError[]): number =>
  unreadable.length > 0 && code !== EXIT.findings ? EXIT.some : code;
