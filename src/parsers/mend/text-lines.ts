// Why: lines as strings, one character per byte, for what looks at them with regular expressions.
import type { ByteSource } from '../lines.ts';

const CHUNK = 1 << 16;

/** Longer lines are given in pieces: no trace has them. */
const LONGEST = 1 << 20;

/** What makes text of lines of a text. */
export interface Mender {
  /** for each line that it takes it gives one: the last is whole or cut where that of the text is */
  readonly isLineByLine: boolean;
  /** a part of the trace was seen */
  readonly found: boolean;
  /** what is wrong with the whole, known at its end */
  readonly damage: string | undefined;
  take(line: string): string;
  /** what waited for a next line */
  end(): string;
}

/**
 * @param ends what ends a line
 * @returns whether the last line has no newline
 */
export async function* textLines(source: ByteSource, ends: RegExp | string = '\n'): AsyncGenerator<string, boolean> {
  const chunk = Buffer.alloc(CHUNK);
  let rest = '';
  for (;;) {
    const got = await source.read(chunk);
    if (got === 0) break;
    const lines = (rest + chunk.toString('latin1', 0, got)).split(ends);
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > LONGEST) {
      yield rest;
      rest = '';
    }
  }
  if (rest !== '') yield rest;
  return rest !== '';
}
