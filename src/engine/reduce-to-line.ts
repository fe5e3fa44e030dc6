// Why: the first test of a rule is the real trace that made somebody want it, cut down to what its handler is told there.
import { InputError } from '../util/errors.ts';
import { KIND_NAMES } from '../vocabulary/kinds.ts';
import { type EventEntry, logEvents } from './event-log.ts';
import { memoryInput } from './reading/input.ts';
import { withReading } from './reading/reading.ts';
import { type Lines, type ReduceOptions, readLines, reduce, textOf } from './reduce.ts';

const HASH = 35;

/** The fewest lines after which a rule is told the same at the line. */
export interface LineCase {
  /** transition: the handler's name */
  handler: string;
  /** event kind of the line */
  kind: string;
  lines: Lines;
  /** the line, as an index of `lines` */
  line: number;
  /** the lines that say it even where nobody holds the page; undefined where there are none */
  silent: Lines | undefined;
  /** without any event of the kind */
  partial: Lines;
}

/** Transitions whose handlers get a pin, or all of a page or range. */
const WITH_PINS: ReadonlySet<string> = new Set([
  ...['pin', 'release', 'share', 'cow', 'reuse', 'unmap', 'swapIn', 'fork', 'earlyCopy'],
  ...['wrprotect', 'zap', 'move', 'replace', 'split', 'deviceExclusive', 'exit'],
]);

/** @param line number in the trace, from 1 */
export async function reduceToLine(path: string, line: number, options: ReduceOptions): Promise<LineCase> {
  const whole = await readLines(path);
  if (whole[line - 1] === undefined)
    throw new InputError(`there is no line ${line}; the trace has ${whole.length}`, {
      where: path,
      tryThis: 'the number that `pindrift check` prints at the right of a step',
    });
  const told = (some: Lines, at: number) => entriesAt(path, some, at, [], options);
  const wanted = (await told(whole, line)).find(({ kind, pins }) => pins.length > 0 && WITH_PINS.has(kind));
  if (wanted === undefined)
    throw new InputError('no transition concerning a pinned page happens at this line', {
      where: `${path}:${line}`,
      tryThis: `pindrift events ${path} lists the transitions with their lines`,
    });
  const [event] = await entriesAt(
    path,
    whole,
    line,
    KIND_NAMES.map((kind) => `events.${kind}`),
    options,
  );
  const same = (entry: EventEntry, pinned: boolean) =>
    entry.kind === wanted.kind &&
    (pinned ? entry.pins.length === wanted.pins.length : entry.pins.length === 0) &&
    placesOf(entry) === placesOf(wanted);
  const shows = (pinned: boolean) => async (some: Lines, at: readonly number[]) => {
    const index = at.indexOf(line - 1);
    return index >= 0 && (await told(some, index + 1)).some((entry) => same(entry, pinned));
  };
  const upTo = Array.from({ length: line }, (_, i) => i);
  let kept = await reduce(whole, shows(true), [upTo]);
  // a test reads better without the head of the file, where the lines alone are understood
  const bare = kept.filter((i) => whole[i]?.[0] !== HASH);
  if (
    await shows(true)(
      bare.map((i) => whole[i] as Uint8Array),
      bare,
    )
  )
    kept = bare;
  const lines = kept.map((i) => whole[i] as Uint8Array);
  const silent = await silentOf(lines, kept.indexOf(line - 1), async (some, at) => {
    const index = at.indexOf(kept.indexOf(line - 1));
    return (await told(some, index + 1)).every(({ pins }) => pins.length === 0);
  });
  const kind = event?.kind ?? '';
  const alike = new Set((await entriesAt(path, lines, undefined, [kind], options)).map((entry) => entry.line - 1));
  return {
    handler: wanted.kind,
    kind: kind.replace(/^events\./, ''),
    lines,
    line: kept.indexOf(line - 1),
    silent,
    partial: lines.filter((_, i) => !alike.has(i)),
  };
}

/** The same lines but those (the fewest from the front) that make it a pinned page. */
async function silentOf(
  lines: Lines,
  line: number,
  quiet: (some: Lines, at: readonly number[]) => Promise<boolean>,
): Promise<Lines | undefined> {
  const all = lines.map((_, i) => i);
  for (let gone = 0; gone < line; gone++) {
    if (lines[gone]?.[0] === HASH) continue;
    const at = all.filter((i) => i !== gone);
    const some = at.map((i) => lines[i] as Uint8Array);
    if (await quiet(some, at)) return some;
  }
  return undefined;
}

const placesOf = ({ entries }: EventEntry): string => entries.map(({ address, mm }) => `${mm} ${address}`).join(', ');

async function entriesAt(
  path: string,
  lines: Lines,
  line: number | undefined,
  kinds: readonly string[],
  { format, kernel }: ReduceOptions,
): Promise<EventEntry[]> {
  const entries: EventEntry[] = [];
  try {
    await withReading(memoryInput(path, textOf(lines)), { format, kernel }, async (reading) => {
      logEvents(reading.model, { kinds, lineFrom: line, lineTo: line }, (entry) => entries.push(entry));
      await reading.read();
    });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
  return entries;
}
