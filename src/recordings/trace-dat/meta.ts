// Why: the description of events has the same parts in trace.dat v6, in the sections of v7 and in the TRACING_DATA of
// perf.data: page header of the ring buffer, formats, symbols, printk formats, task names.
import type { Cursor } from '../bytes.ts';
import { type EventFormat, readFormat } from '../format.ts';
import type { Kallsyms } from '../kallsyms.ts';

/** The description of the events of a recording. */
export interface Meta {
  little: boolean;
  /** bytes of a `long` of the recording program */
  longSize: number;
  pageSize: number;
  /** text of events/header_page */
  headerPage: string;
  formats: Map<number, EventFormat>;
  kallsyms: Kallsyms | undefined;
  /** text of saved_cmdlines */
  cmdlines: string;
}

/** The magic of trace.dat, and of the TRACING_DATA of perf.data. */
export const TRACING = '\x17\x08Dtracing';

/** Maximum bytes of a format; the largest (syscalls, flags by name) have some ten kilobytes. */
const MOST_FORMAT = 1 << 18;

/** `header_page\0`, u64 size, text; `header_event\0`, u64 size, text. */
export function readHeaderInfo(cursor: Cursor, meta: Meta): void {
  cursor.string(16);
  meta.headerPage = cursor.text(cursor.u64(), MOST_FORMAT);
  cursor.string(16);
  cursor.skip(cursor.u64());
}

/** u32 count, formats of the tracers' own events. */
export function readFtraceFormats(cursor: Cursor, meta: Meta): void {
  readFormats(cursor, 'ftrace', meta);
}

/** u32 count of systems: name\0, u32 count, formats. */
export function readEventFormats(cursor: Cursor, meta: Meta): void {
  for (let systems = cursor.u32(); systems > 0; systems--) readFormats(cursor, cursor.string(), meta);
}

function readFormats(cursor: Cursor, system: string, meta: Meta): void {
  for (let n = cursor.u32(); n > 0; n--) {
    const format = readFormat(cursor.text(cursor.u64(), MOST_FORMAT), system);
    // a damaged one is reported at its first event
    if (format !== undefined && !meta.formats.has(format.id)) meta.formats.set(format.id, format);
  }
}

/** u64 size, text: `281 scn`. */
export function readCmdlines(cursor: Cursor, meta: Meta): void {
  meta.cmdlines = cursor.text(cursor.u64());
}
