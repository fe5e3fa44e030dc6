// Why: to remove prefixes and decode pages, lines of a trace must be recognised inside any wrapping. These patterns are
// slow and strict; the parsers determine the meaning of a line.

/** From the dash before the pid on: `-133     [000] d...     9.044846: `, with a tgid, without irq-info, with ticks. */
const FTRACE = String.raw`-\d+ +(?:\( *[\d-]+\) +)?\[\d{3,}\] *(?:[^\s\d]\S{3,5} *)?\d+(?:\.\d+)?:(?: |$)`;

/** `-236       1.... 627438us+: `, `-236       1d...  4203: ` */
const LATENCY = String.raw`-\d+ +\d+[^\s\d:]\S{2,5} +\d+(?:us ?[^\s\w:]?)?:(?: |$)`;

/**
 * ` 201 [001]    19.724130: `, with pid/tid, without CPU; followed by an event. Of the blanks before it only the last: a
 * search that begins at each of them takes hours over a long line of blanks.
 */
const PERF = String.raw` -?\d+(?:\/-?\d+)? +(?:\[\d{3,}\] +)?\d+\.\d{6,9}:(?: *$| +(?:\d+ +)?[\w-]+[:/])`;

/** A task's name, at most 16 characters, and the text after it. */
const WHOLE = new RegExp(String.raw`^ *(?:\S.{0,15}?)?(?:${FTRACE}|${LATENCY})|^ *\S.{0,15}? *${PERF}`);
const CORE = new RegExp(`${FTRACE}|${LATENCY}|${PERF}`);

/** Lines between events: headers, lost events, stacks, banners of a buffer. */
const BETWEEN =
  /^#( |$|#)|^ *CPU:\d+ \[(?:LOST |\d+ )?|^cpus=\d|^version = \d|^ => |^\t *[0-9a-f]{6,16} |^\*\* \d+ printk messages dropped/;

/** A complete line of an event, beginning with the task's name. */
export const isEventLine = (line: string): boolean => WHOLE.test(line);

/** An event somewhere in the line. */
export const hasEvent = (line: string): boolean => CORE.test(line);

/** The CPU and the time, the place of a probe, or the task and the beginning of its CPU. */
const REST =
  /\[\d{3,}\] {1,9}\S{0,6} {0,9}\d+\.\d{6}|\(\w[\w.]*\+0x[\da-f]+(?:\/0x[\da-f]+)?(?:\)| <- )|^ *\S.{0,15}-\d+ +\[\d/;

/** What is left of an event that was damaged. It is no part of the text around a trace. */
export const hasRest = (line: string): boolean => REST.test(line) || hasEvent(line);

/** Columns of a task's name, which is right-aligned. */
const NAME_COLUMNS = 16;

/** Where the columns of the task's name begin, if they do with a space; undefined: nowhere, or unknown. */
export function taskColumn(line: string): number | undefined {
  const core = CORE.exec(line);
  if (core === null) return undefined;
  const start = line.slice(0, core.index).trimEnd().length - NAME_COLUMNS;
  return start >= 0 && line[start] === ' ' ? start : undefined;
}

/** The text before the columns of the task's name; undefined: none, or unknown. */
export function beforeTask(line: string): string | undefined {
  const start = taskColumn(line);
  return start === undefined || start === 0 ? undefined : line.slice(0, start);
}

/** Replacement for a line that is not part of the trace. */
export const NOTHING = '#';

export const filled = (lines: readonly string[]): string[] => lines.filter((line) => /\S/.test(line));

export const occurrences = (text: string, c: string): number => text.split(c).length - 1;

/** A line of a trace that is not an event. */
export const isBetween = (line: string): boolean => BETWEEN.test(line);

/** The first line of a dump in a log: ftrace_dump(), ftrace_dump_one() in kernel/trace/trace.c. */
export const DUMP = /Dumping ftrace (?:instance \S+ )?buffer:\s*$/;
export const DASHES = /^-{20,}\s*$/;
export const EMPTY_DUMP = /^\s*\(ftrace buffer empty\)\s*$/;
