// Why: a line of a text is looked up with an editor, an event of a recording is not: here it is found by its number, as
// reports give it (`:1096`), and with what stands around it.

import { placeWords } from '../contract/place-words.ts';
import { RecordedEvent, type Recording } from '../recordings/contract.ts';
import type { NumberedLine } from './context.ts';
import type { TraceInput } from './input.ts';
import { RecordingInput } from './reading/recording-input.ts';

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
