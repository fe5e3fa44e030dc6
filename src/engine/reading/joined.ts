// Why: if the end of a line is lost, the next event stands behind it. Behind the arguments of a probe this is damage like
// any other text, but those of a tracepoint may be any text, and the event would be taken for a part of it.
import { isMarker } from '../../parsers/formats/body.ts';
import type { TraceLine } from '../../parsers/formats/line.ts';
import { BRACKET_OPEN, text } from '../../util/bytes.ts';

/** `[001] d... 20.539985: `, `[001] 20.539985: `: between the task of an event and its name. */
const CPU_AND_TIME = /^\[\d{3,}\] +(?:\S{4,6} +)?\d+(?:\.\d{6,9})?: /;
const MOST = 64;

/** Why this event is not alone in its line; undefined: it is. */
export function joined(event: TraceLine): string | undefined {
  const { buf, argsStart, argsEnd } = event;
  for (let at = argsStart; at < argsEnd; at++) {
    if (buf[at] === BRACKET_OPEN && CPU_AND_TIME.test(text(buf, at, Math.min(argsEnd, at + MOST))))
      return isMarker(buf, event) ? undefined : 'two events are in one line: a line end was lost';
  }
  return undefined;
}
