// Why: among hundreds of captures one is often truncated. The others are read; it is named at the end, and the exit
// code shows that the result is incomplete.
import type { CheckReport } from '../../contract/report.ts';
import { InputError } from '../../util/errors.ts';
import { escapeControl } from '../../util/escape.ts';
import { EXIT } from '../../util/exit-codes.ts';

/** Name on stderr the files that could not be read. */
export function tellUnreadable(unreadable: readonly InputError[], of: string): void {
  if (unreadable.length === 0) return;
  process.stderr.write(`pindrift: ${unreadable.length} of the ${of} could not be read:\n`);
  for (const { message, where } of unreadable)
    process.stderr.write(
      `  ${escapeControl(where ?? '')}${where === undefined ? '' : ': '}${escapeControl(message)}\n`,
    );
}

/** The report on the others names them, in every format, and as a whole it is not clean. */
export function withUnreadable(report: CheckReport, unreadable: readonly InputError[]): CheckReport {
  if (unreadable.length === 0) return report;
  return {
    ...report,
    verdict: report.verdict === 'clean' ? 'could-not-be-checked' : report.verdict,
    unreadable: unreadable.map(({ message, where = '' }) => ({ path: where, reason: message })),
  };
}

/** With findings the exit code is unchanged; otherwise it shows that the result covers only some of the traces. */
export const exitCodeWith = (code: number, unreadable: readonly InputError[]): number =>
  unreadable.length > 0 && code !== EXIT.findings ? EXIT.some : code;

/**
 * Do it with each; files that cannot be read are returned, and the others are processed.
 * @throws InputError if there is only one, or none can be read
 */
export async function withEach<T>(
  sources: readonly string[],
  use: (source: string) => Promise<T>,
): Promise<{ all: T[]; unreadable: InputError[] }> {
  const all: T[] = [];
  const unreadable: InputError[] = [];
  for (const source of sources) {
    try {
      all.push(await use(source));
    } catch (error) {
      if (!(error instanceof InputError) || sources.length === 1) throw error;
      unreadable.push(error);
    }
  }
  if (all.length === 0 && unreadable[0] !== undefined) throw unreadable[0];
  return { all, unreadable };
}
