// Why: `trace-cmd report` of several files, or of a file with instances (buffers), merges the events by time and prints a
// name before each, padded to the longest (print_handle_file(), trace-cmd's tracecmd/trace-read.c):
//
//     host1.dat: cpus=2                                                            of each file, if they are several
//     host1.dat:              scn-177   [001]    29.942789: page_fault_user:      address=0x7f3de1e430b0
//          mm1:              scn-177   [001]    29.942805: fault:                (ffffffffaf662860) mm=0xffff8c80c1060000
//                            scn-177   [001]    29.942831: gup_fast:             (...)     the top buffer has no name
//     host1.dat: CPU:1 [477 EVENTS DROPPED]                                        the event after it has no name before it
//
// pdsh, `parallel --tag` and others print the names of machines in the same way. Files and machines are traces of their
// own. Buffers are parts of one, as in a trace.dat
// (recordings/trace-dat/): all of them are read, unless two have the same events.
import { NOTHING, taskColumn } from '../detect/looks.ts';
import { leftOut } from './senders.ts';

/** Names before the columns of tasks. */
export interface TaskNames {
  /** columns of a name, its colon and the space after it */
  columns: number;
  /** the name of the top buffer is empty */
  all: readonly string[];
  isFiles: boolean;
  /** the only one whose lines are read; undefined: all are */
  read: string | undefined;
}

/** An event with a name before it. */
const NAMED = /^ *\S+: +\S.{0,15}-\d+ +\[/;
const FRONT = /^ *(\S+): $/;
const CPUS = /^ *(?:(\S+): +)?cpus=\d+$/;
const OTHER = /^(?:CPU:\d+ \[|cpus=\d+$)/;
const EVENT = /\d: +(?:\(\+\d+\) +)?(\w+): /;

/** Share of the events that must have a name, or its columns, before them. */
const MOST_OF = 0.8;

/**
 * The name before this line, empty for the top buffer's; undefined: none, what came before goes on.
 * @param all names that stand before any line
 */
function nameBefore(line: string, columns: number, all: readonly string[] = []): string | undefined {
  const front = line.slice(0, columns);
  const name = FRONT.exec(front)?.[1];
  if (name !== undefined && all.includes(name)) return name;
  if (taskColumn(line) !== columns && !OTHER.test(line.slice(columns))) return undefined;
  return front.trim() === '' ? '' : name;
}

const eventIn = (line: string): string | undefined => EVENT.exec(line)?.[1];

/** The names before these lines; undefined: they have none. */
export function taskNames(lines: readonly string[]): TaskNames | undefined {
  const columns = taskColumn(lines.find((line) => NAMED.test(line)) ?? '') ?? 0;
  if (columns === 0) return undefined;
  const events = new Map<string, string[]>();
  let others = 0;
  for (const line of lines) {
    const event = eventIn(line);
    if (event === undefined) continue;
    const name = nameBefore(line, columns);
    if (name === undefined) others++;
    else events.set(name, [...(events.get(name) ?? []), event]);
  }
  const found = [...events];
  const named = found.reduce((sum, [, list]) => sum + list.length, 0);
  if (named <= MOST_OF * (named + others)) return undefined;
  const heads = lines.flatMap((line) => {
    const m = CPUS.exec(line);
    return m === null ? [] : [m[1] !== undefined];
  });
  // a file always has a name, and a header
  const isFiles = heads.length === 0 ? !events.has('') : heads.every(Boolean);
  const types = found.map(([, list]) => new Set(list).size);
  const isApart = types.reduce((a, b) => a + b, 0) === new Set(found.flatMap(([, list]) => list)).size;
  const most = (of: (i: number) => number): string => found[types.reduce((a, _, i) => (of(i) > of(a) ? i : a), 0)][0];
  const read = isFiles ? most((i) => found[i][1].length) : isApart ? undefined : most((i) => types[i]);
  return { columns, all: [...events.keys()], isFiles, read };
}

/** What was read, for people. */
export function wordsOf({ all, isFiles, read }: TaskNames): string {
  if (isFiles) return 'names in front';
  const shown = all.map((name) => name || 'the top one');
  return read === undefined
    ? `buffers ${shown.join(', ')}`
    : `buffer ${read || 'of the top level'} of ${shown.join(', ')}`;
}

/** The lines of those names that are read. */
export class NamedLines {
  readonly #names: TaskNames;
  #name: string | undefined;
  readonly #leftOut = new Set<string>();
  /** which buffer an event is of */
  readonly #bufferOf = new Map<string, string>();
  #twice: string | undefined;

  constructor(names: TaskNames) {
    this.#names = names;
  }

  /** What is wrong with the text as a whole. */
  get damage(): string | undefined {
    const { isFiles, read } = this.#names;
    if (isFiles && this.#leftOut.size > 0)
      return leftOut('the lines have the names of several files or machines before them', read ?? '', [
        ...this.#leftOut,
      ]);
    return this.#twice;
  }

  take(line: string): string {
    const { columns, read, all } = this.#names;
    const name = nameBefore(line, columns, all);
    this.#name = name ?? this.#name;
    if (this.#name === undefined) return line.trim() === '' || CPUS.test(line) ? NOTHING : line;
    if (read !== undefined && this.#name !== read) {
      this.#leftOut.add(this.#name);
      return NOTHING;
    }
    const rest = name === undefined ? line : line.slice(columns);
    if (read === undefined) this.#note(eventIn(rest), this.#name);
    return rest;
  }

  /** The head tells which events a buffer has, and may be wrong. */
  #note(event: string | undefined, name: string): void {
    if (event === undefined) return;
    const known = this.#bufferOf.get(event);
    if (known === undefined) this.#bufferOf.set(event, name);
    else if (known !== name) this.#twice ??= `${event} is in two buffers of the report, and read from both`;
  }
}
