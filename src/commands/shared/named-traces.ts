// Why: every command that takes many captures takes directories and globs, and says which files in them it did not read:
// one of them may be the capture that failed.
import { findTraces } from '../../engine/find-traces.ts';
import { count } from '../../util/count.ts';
import { escapeControl } from '../../util/escape.ts';

/** Files that are named; the others are counted. */
const NAMED = 4;

/** Each source by its own name, as `show` accepts it: the traces of directories and globs, anything else unchanged. */
export async function namedTraces(names: readonly string[], quiet = false): Promise<string[]> {
  const sources: string[] = [];
  for (const name of names) {
    const found = await findTraces(name);
    sources.push(...(found?.traces ?? [name]));
    if (found !== undefined && found.others.length > 0 && !quiet) process.stderr.write(skippedWords(found.others));
  }
  return sources;
}

function skippedWords(files: readonly string[]): string {
  const more = files.length > NAMED ? `, and ${files.length - NAMED} more` : '';
  const verb = files.length === 1 ? 'is not a trace, and was not read' : 'are not traces, and were not read';
  return `pindrift: ${count(files.length, 'file')} ${verb}: ${escapeControl(files.slice(0, NAMED).join(', '))}${more}\n`;
}
