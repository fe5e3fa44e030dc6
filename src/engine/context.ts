// The lines around the evidence of a finding, read from the trace itself: a story is believed when one can see what
// stands beside it.
import { LineReader } from '../parsers/lines.ts';
import { text } from '../util/bytes.ts';
import { largest } from '../util/largest.ts';
import type { TraceInput } from './input.ts';
import { recordedLines } from './recorded-lines.ts';

/** A line and what it says. */
export interface NumberedLine {
  line: number;
  text: string;
}

/**
 * Lines up to `around` before and behind the quoted ones.
 * @returns undefined when the trace does not say what is quoted: it is another one now
 */
export async function contextLines(
  input: TraceInput,
  quoted: readonly NumberedLine[],
  around: number,
): Promise<NumberedLine[] | undefined> {
  const texts = new Map(quoted.map((one) => [one.line, one.text]));
  const last = largest(0, texts.keys()) + around;
  const near = (line: number) => quoted.some((one) => Math.abs(one.line - line) <= around);
  const recorded = await recordedLines(input, near, last);
  if (recorded !== undefined) {
    const said = new Map(recorded.map(({ line, text }) => [line, text]));
    return quoted.every(({ line, text }) => said.get(line) === text) ? recorded : undefined;
  }
  const context: NumberedLine[] = [];
  const source = await input.open();
  try {
    const lines = new LineReader(source);
    while (await lines.fill()) {
      while (lines.next()) {
        if (lines.number > last) return texts.size === 0 ? context : undefined;
        if (!near(lines.number)) continue;
        const said = text(lines.buf, lines.start, lines.end);
        const expected = texts.get(lines.number);
        if (expected !== undefined && expected !== said) return undefined;
        texts.delete(lines.number);
        context.push({ line: lines.number, text: said });
      }
    }
  } finally {
    source.close();
  }
  return texts.size === 0 ? context : undefined;
}
