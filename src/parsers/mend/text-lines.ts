// Why: lines as strings, one character per byte, for regular expressions.
import type { ByteSource } from '../bytes/lines.ts';

const CHUNK = 1 << 16;

/** Longer lines are split: no trace has them. */
const LONGEST = 1 << 20;

/** Converts lines of a text. */
export interface Mender {
  /** returns one line per input line: the last is complete or truncated like that of the input */
  readonly isLineByLine: boolean;
  /** what is done to the text, where only its lines tell */
  readonly words?: readonly string[];
  /** part of a trace was seen */
  readonly found: boolean;
  /** what is wrong with the text as a whole, known at its end */
  readonly damage: string | undefined;
  /** why lines may be missing, if nothing counts them */
  readonly doubt?: string | undefined;
  take(line: string): string;
  /** the delayed rest */
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
