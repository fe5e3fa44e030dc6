// Converts a line into a row of its event's table: the line is parsed (vocabulary/arguments.ts), each argument is
// written to its column, which is added if necessary, and other text goes to `extra`. A line with plain arguments
// defines a shape: the literals between the values. Lines of that shape may be written without this code
// (known-lines/); the row is the same.
import type { CellShape, CellStyle } from '../known-lines/cells.ts';
import type { TraceLine } from '../parsers/formats/line.ts';
import { text } from '../util/bytes.ts';
import { type Argument, type Arguments, readArguments } from '../vocabulary/arguments.ts';
import { siteEnd } from '../vocabulary/ends.ts';
import type { EventTable } from './event-table.ts';
import type { Sites } from './intern.ts';
import { formOf, looksNumeric, readNumber } from './numbers.ts';
import { CellType, Common, type EventRow, FIRST } from './row.ts';

/** Probes that share a name print differently; further layouts are parsed each time. */
const MOST_SHAPES = 4;

const QUOTE = 34;

/** Reads the lines of one event. */
export class EventDecoder {
  /** its number in the store */
  readonly number: number;
  readonly table: EventTable;
  readonly shapes: CellShape[] = [];
  readonly #sites: Sites;

  constructor(number: number, table: EventTable, sites: Sites) {
    this.number = number;
    this.table = table;
    this.#sites = sites;
  }

  /** The probe location at the beginning of the arguments `[start, end)`, and its end; `start` if there is none. */
  site(buf: Uint8Array, start: number, end: number): { id: number; end: number } {
    const behind = siteEnd(buf, start, end);
    return { id: behind === start ? 0 : this.#sites.id(buf, start, behind), end: behind };
  }

  /** Fill `row` with the arguments of `line`. */
  decode(line: TraceLine, row: EventRow): void {
    const { table } = this;
    const { buf } = line;
    const parts = readArguments(buf, line.argsStart, line.argsEnd);
    row.table = table;
    row.buf = buf;
    row.cells[Common.Extra] = CellType.Null;
    row.cells[Common.At] = CellType.Null;
    row.cells.fill(CellType.Null, FIRST);
    const extra: string[] = [];
    if (parts.locationEnd > parts.locationStart)
      row.setCommon(Common.At, this.#sites.id(buf, parts.locationStart, parts.locationEnd));
    if (parts.restEnd > parts.restStart) extra.push(text(buf, parts.restStart, parts.restEnd));
    let plain = parts.plain && extra.length === 0;
    const columns: number[] = [];
    for (const argument of parts.list) {
      const k = this.#column(buf, argument, parts);
      columns.push(k);
      if (k < 0) extra.push(`${argument.key}=${text(buf, argument.start, Math.max(argument.end, argument.behindEnd))}`);
      else if (!this.#putCell(buf, argument, parts.bareHex, k, row, extra)) plain = false;
    }
    row.length = FIRST + table.columns.length;
    if (extra.length > 0) row.setExtra(Buffer.from(extra.join(' '), 'latin1'));
    else if (plain && this.shapes.length < MOST_SHAPES && ascending(columns)) this.#learn(buf, parts, columns);
  }

  /** Index of an argument's column, which is added if necessary; -1 if it gets none. */
  #column(buf: Uint8Array, argument: Argument, parts: Arguments): number {
    const { table } = this;
    const known = table.find(argument.key, argument.nth);
    if (known >= 0) return known;
    // a key that appears twice in a line is either normal for this event from the first line on, or part of a value
    if (table.full || (argument.nth > 0 && table.events > 0)) return -1;
    const form = formOf(argument.key, text(buf, argument.start, argument.end), parts.bareHex);
    const behind = text(buf, argument.behindStart, argument.behindEnd);
    return table.add(argument.key, argument.nth, form, /^[^\w\s]+$/.test(behind) ? behind : '');
  }

  /** Write the value into its column. False: a line like this cannot be read by position. */
  #putCell(buf: Uint8Array, argument: Argument, bareHex: boolean, k: number, row: EventRow, extra: string[]): boolean {
    const column = this.table.columns[k];
    const { start, behindStart, behindEnd } = argument;
    let { end } = argument;
    const behind = text(buf, behindStart, behindEnd);
    let plain = buf[start] !== QUOTE;
    if (behind !== '' && behind !== column.behind) {
      plain = false;
      if (column.form !== 'text') extra.push(behind);
      else end = behindEnd - tail(behind, column.behind);
    } else if (behindStart < behindEnd && behindStart === end) plain = false;
    const cell = FIRST + k;
    if (column.form !== 'text') {
      if (readNumber(buf, start, end, bareHex || column.form === 'bare', row, cell)) return plain;
      plain = false;
      if (looksNumeric(buf[start])) {
        extra.push(`${argument.key}=${text(buf, start, end)}`);
        return false;
      }
    }
    row.cells[cell] = CellType.Text;
    row.start[cell] = start;
    row.end[cell] = end;
    return plain;
  }

  #learn(buf: Uint8Array, parts: Arguments, columns: readonly number[]): void {
    const style: CellStyle = parts.equals ? 'equals' : parts.bareHex ? 'call' : 'return';
    const forms = columns.map((k) => this.table.columns[k].form);
    if (style !== 'equals' && forms.includes('text')) return;
    const first = parts.locationEnd + (style === 'equals' ? 0 : 1);
    this.shapes.push({
      style,
      placed: parts.locationEnd > parts.locationStart,
      texts: parts.list.map((a, i) => buf.slice(i === 0 ? first : parts.list[i - 1].end, a.start)),
      columns,
      forms: style === 'call' ? forms.map(() => 'bare') : forms,
      width: Math.max(0, ...columns.map((k) => k + 1)),
    });
  }
}

const ascending = (list: readonly number[]): boolean => list.every((k, i) => i === 0 || list[i - 1] < k);

/** Length of the text after a value that belongs to the format: ` ==>` of `task ==>`. */
function tail(behind: string, format: string): number {
  if (format === '' || !behind.endsWith(format)) return 0;
  const before = behind.slice(0, -format.length).trimEnd();
  return behind.length - before.length;
}
