// Why: a story is believed when one can see what stands beside its evidence, so lines are read again from the trace itself.
// A line of a text could be looked up with an editor, an event of a recording is found only here: by its number, as reports
// give it (`:1096`).
import { placeWords } from '../contract/place-words.ts';
import { LineReader } from '../parsers/lines.ts';
import { RecordedEvent, type Recording } from '../recordings/contract.ts';
import { text } from '../util/bytes.ts';
import { largest } from '../util/largest.ts';
import type { TraceInput } from './input.ts';
import { RecordingInput } from './reading/recording-input.ts';

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

/** An event of a recording, printed as the tool prints it. */
export interface RecordedLine extends NumberedLine {
  /** where it stands in the file, in words */
  where: string;
  stack: readonly string[];
}

/**
 * Events by their numbers.
 * @param wanted says of a number whether it is wanted
 * @param last the greatest of them
 * @returns undefined when the input is no recording
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

/** Numbers of the wanted events by their places. */
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
