// From a line to a row of its event's table. The first line of an event leaves a shape: the literals between the
// values. Lines of that shape are read by walking along it; all others are taken apart with care (arguments.ts), may
// add a column or another shape, and what fits no column goes to `extra`. Both ways give the same row.
import type { TraceLine } from '../parsers/line.ts';
import { text } from '../util/bytes.ts';
import { type Argument, type Arguments, locationEnd, readArguments } from './arguments.ts';
import type { Column, EventTable, Form } from './event-table.ts';
import type { Symbols } from './intern.ts';
import { formOf, HEX, looksNumeric, readNumber } from './numbers.ts';
import { Cell, Common, type EventRow, FIRST } from './row.ts';
import { hex4, Literal } from './words.ts';

/** One order of arguments, with one blank or the like between them. */
interface Shape {
  location: boolean;
  /** what stands before each value: ` mm=`, ` ==> next_comm=` */
  literals: Literal[];
  /** column of each value */
  columns: number[];
  forms: Form[];
  /** all columns of the table, in their order */
  complete: boolean;
}

/** Probes that share a name print differently; more orders than this are read with care. */
const MOST_SHAPES = 4;

/** A return probe sits behind several callers. */
const MOST_LOCATIONS = 8;

/** How far beyond a line's end reading by words may look. */
const BEYOND = 32;

const SPACE = 32;
const TAB = 9;
const QUOTE = 34;

/** Reads the lines of one event. */
export class EventDecoder {
  readonly table: EventTable;
  readonly #symbols: Symbols;
  readonly #shapes: Shape[] = [];
  /** places of the probe seen, the last one first */
  readonly #locations: { text: Literal; id: number }[] = [];
  #view: DataView = new DataView(new ArrayBuffer(0));
  #buf: Uint8Array = new Uint8Array(0);

  constructor(table: EventTable, symbols: Symbols) {
    this.table = table;
    this.#symbols = symbols;
  }

  /** Fill `row` with the arguments of `line`. */
  decode(line: TraceLine, row: EventRow): void {
    const { buf, argsStart, argsEnd } = line;
    row.table = this.table;
    row.buf = buf;
    row.cells[Common.Extra] = Cell.Null;
    row.cells[Common.At] = Cell.Null;
    if (argsEnd + BEYOND <= buf.length) {
      if (buf !== this.#buf) {
        this.#buf = buf;
        this.#view = new DataView(buf.buffer, buf.byteOffset, buf.length);
      }
      for (let i = 0; i < this.#shapes.length; i++) {
        if (this.#walk(this.#shapes[i], buf, argsStart, argsEnd, row)) return;
      }
    }
    this.#read(buf, argsStart, argsEnd, row);
  }

  #walk(shape: Shape, buf: Uint8Array, start: number, end: number, row: EventRow): boolean {
    const view = this.#view;
    let pos = start;
    if (shape.location) {
      pos = this.#walkLocation(buf, start, end);
      if (pos < 0) return false;
      row.setCommon(Common.At, this.#locations[0].id);
    }
    const { literals, columns, forms } = shape;
    const { cells, hi, lo } = row;
    row.length = FIRST + this.table.columns.length;
    row.textLength = 0;
    if (!shape.complete) cells.fill(Cell.Null, FIRST, row.length);
    for (let i = 0; i < literals.length; i++) {
      const literal = literals[i];
      if (!literal.at(view, buf, pos)) return false;
      pos += literal.length;
      const k = columns[i];
      let at = pos;
      if (forms[i] === 'text') {
        if (buf[at] === QUOTE) return false;
        while (at < end && buf[at] !== SPACE && buf[at] !== TAB) at++;
        cells[k] = Cell.Text;
        row.start[k] = pos;
        row.end[k] = at;
        row.textLength += at - pos;
      } else if (buf[at] === 48 && buf[at + 1] === 120) {
        at += 2;
        let high = 0;
        let low = 0;
        for (let four = hex4(view.getInt32(at, true)); four >= 0 && at < end; four = hex4(view.getInt32(at, true))) {
          high = (high << 16) | (low >>> 16);
          low = (low << 16) | four;
          at += 4;
        }
        for (let one = HEX[buf[at]]; one >= 0 && at < end; one = HEX[buf[at]]) {
          high = (high << 4) | (low >>> 28);
          low = (low << 4) | one;
          at++;
        }
        if (at - pos > 18 || at - pos < 3 || (at !== end && buf[at] !== SPACE)) return false;
        cells[k] = Cell.Number;
        hi[k] = high;
        lo[k] = low;
      } else {
        while (at < end && buf[at] !== SPACE) at++;
        if (!readNumber(buf, pos, at, forms[i] === 'bare', row, k)) return false;
      }
      pos = at;
    }
    return pos === end;
  }

  /** Behind the location, which stands first in the list then; -1 when there is none. */
  #walkLocation(buf: Uint8Array, start: number, end: number): number {
    const known = this.#locations;
    for (let i = 0; i < known.length; i++) {
      const { text } = known[i];
      const behind = start + text.length;
      if (behind > end || !text.at(this.#view, buf, start)) continue;
      if (behind !== end && buf[behind] !== SPACE) return -1;
      if (i > 0) known.unshift(...known.splice(i, 1));
      return behind;
    }
    const behind = locationEnd(buf, start, end);
    if (behind === start || (behind < end && buf[behind] !== SPACE)) return -1;
    this.#keepLocation(buf, start, behind);
    return behind;
  }

  #keepLocation(buf: Uint8Array, start: number, end: number): number {
    const id = this.#symbols.id(buf, start, end);
    const known = this.#locations;
    const i = known.findIndex((l) => l.id === id);
    if (i >= 0) known.splice(i, 1);
    known.unshift({ text: new Literal(buf.slice(start, end)), id });
    if (known.length > MOST_LOCATIONS) known.pop();
    return id;
  }

  /** The careful way. */
  #read(buf: Uint8Array, start: number, end: number, row: EventRow): void {
    const { table } = this;
    const parts = readArguments(buf, start, end);
    row.cells[Common.At] = Cell.Null;
    row.textLength = 0;
    row.cells.fill(Cell.Null, FIRST);
    const extra: string[] = [];
    if (parts.locationEnd > parts.locationStart) {
      row.setCommon(Common.At, this.#keepLocation(buf, parts.locationStart, parts.locationEnd));
    }
    if (parts.restEnd > parts.restStart) extra.push(text(buf, parts.restStart, parts.restEnd));
    let plain = parts.plain && extra.length === 0;
    const columns: number[] = [];
    for (const argument of parts.list) {
      const k = this.#column(buf, argument, parts);
      columns.push(FIRST + k);
      if (k < 0) extra.push(`${argument.key}=${text(buf, argument.start, Math.max(argument.end, argument.behindEnd))}`);
      else if (!this.#place(buf, argument, k, row, extra)) plain = false;
    }
    row.length = FIRST + table.columns.length;
    if (extra.length > 0) row.setExtra(Buffer.from(extra.join(' '), 'latin1'));
    else if (plain && this.#shapes.length < MOST_SHAPES) this.#learn(buf, parts, columns);
  }

  /** Place of an argument's column, made if need be; -1 when it gets none. */
  #column(buf: Uint8Array, argument: Argument, parts: Arguments): number {
    const { table } = this;
    const known = table.find(argument.key, argument.nth);
    if (known >= 0) return known;
    // a key that stands twice in a line is this event's way from the first line on, or part of a value
    if (table.full || (argument.nth > 0 && table.events > 0)) return -1;
    const form = formOf(argument.key, text(buf, argument.start, argument.end), parts.bareHex);
    const behind = text(buf, argument.behindStart, argument.behindEnd);
    return table.add(argument.key, argument.nth, form, /^[^\w\s]+$/.test(behind) ? behind : '');
  }

  /** Put the value into its column. False: a line like this is not read by place. */
  #place(buf: Uint8Array, argument: Argument, k: number, row: EventRow, extra: string[]): boolean {
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
      if (readNumber(buf, start, end, column.form === 'bare', row, cell)) return plain;
      plain = false;
      if (looksNumeric(buf[start])) {
        extra.push(`${argument.key}=${text(buf, start, end)}`);
        return false;
      }
    }
    row.cells[cell] = Cell.Text;
    row.start[cell] = start;
    row.end[cell] = end;
    row.textLength += end - start;
    return plain;
  }

  #learn(buf: Uint8Array, parts: Arguments, columns: number[]): void {
    const literals = parts.list.map(
      (a, i) => new Literal(buf.slice(i === 0 ? parts.locationEnd : parts.list[i - 1].end, a.start)),
    );
    this.#shapes.push({
      location: parts.locationEnd > parts.locationStart,
      literals,
      columns,
      forms: columns.map((k) => this.table.columns[k - FIRST].form),
      complete: columns.length === this.table.columns.length && columns.every((k, i) => k === FIRST + i),
    });
    // a new column makes other shapes incomplete
    for (const shape of this.#shapes) shape.complete &&= shape.columns.length === this.table.columns.length;
  }
}

/** How much of the text behind a value is the format's: ` ==>` of `task ==>`. */
function tail(behind: string, format: string): number {
  if (format === '' || !behind.endsWith(format)) return 0;
  const before = behind.slice(0, -format.length).trimEnd();
  return behind.length - before.length;
}

/** Whether a column is printed as hexadecimal. */
export const isHex = (column: Column): boolean => column.form === 'hex' || column.form === 'bare';
