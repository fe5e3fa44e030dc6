// Why: prints lines of the trace around the evidence. A line of a text could also be found with an editor, an event of
// a recording only here, by its number in reports (`:1096`).
import { placeWords } from '../../contract/place-words.ts';
import { LineReader } from '../../parsers/bytes/lines.ts';
import { RecordedEvent, type Recording } from '../../recordings/contract.ts';
import { text } from '../../util/bytes.ts';
import { largest } from '../../util/largest.ts';
import type { TraceInput } from './input.ts';
import { RecordingInput } from './recording-input.ts';

/** A line and what it says. */
export interface NumberedLine {
  line: number;
  text: string;
}

/**
 * Up to `around` lines before and after the quoted ones.
 * @returns undefined if the trace does not contain the quoted lines: it has changed
 */
export async function contextLines(
  input: TraceInput,
  quoted: readonly NumberedLine[],
  around: number,
): Promise<NumberedLine[] | undefined> {
  const texts = new Map(quoted.map((one) => [one.line, one.text]));
  const last = largest(0, texts.keys()) + around;
  const near = nearTo([...texts.keys()], around);
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

/** Whether a line is at most `around` lines from one of `lines`; asked of one line after the other. */
function nearTo(lines: readonly number[], around: number): (line: number) => boolean {
  const sorted = [...lines].sort((a, b) => a - b);
  let next = 0;
  return (line) => {
    while (next < sorted.length && sorted[next] + around < line) next++;
    return next < sorted.length && sorted[next] - around <= line;
  };
}

/** An event of a recording, in the format of its tool. */
export interface RecordedLine extends NumberedLine {
  /** its place in the file, in words */
  where: string;
  stack: readonly string[];
}

/**
 * Events by their numbers.
 * @param wanted whether a number is needed
 * @param last the greatest of them
 * @returns undefined if the input is not a recording
 */
export async function recordedLines(
  input: TraceInput,
  wanted: (record: number) => boolean,
  last: number,
): Promise<RecordedLine[] | undefined> {
  const recording = await RecordingInput.recordingOf(input);
  if (recording === undefined) return undefined;
  try {
    const records = await placesOf(recording, wanted, last);
    const shown = await recording.show([...records.keys()]);
    return shown.map(({ place, text, stack, at }) => ({
      line: records.get(place) ?? 0,
      text,
      where: at === undefined ? '' : placeWords(at),
      stack,
    }));
  } finally {
    recording.close();
  }
}

/** Numbers of the events by their places. */
async function placesOf(
  recording: Recording,
  wanted: (record: number) => boolean,
  last: number,
): Promise<Map<number, number>> {
  const event = new RecordedEvent();
  const places = new Map<number, number>();
  for (let more = true; more && event.index <= last; ) {
    more = await recording.fill();
    while (event.index <= last && recording.next(event)) {
      if (event.lost === 0 && event.index <= last && wanted(event.index)) places.set(event.place, event.index);
    }
  }
  return places;
}
