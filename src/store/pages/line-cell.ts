// From the text of an event to the cell of a page in one walk: the literals of the event's shape are compared, and each
// value between them is read and written at once. What a line is has been worked out before (decode.ts); a line that is
// not exactly so, holds a long text or one that is no ASCII is left to the careful way, which gives the same cell.
//
//     [bytes of the record] [id] [bytes of the header] [type per column ...] [value per column ...]
import type { TraceLine } from '../../parsers/line.ts';
import type { EventDecoder, Shape } from '../decode.ts';
import { HEX, shortDecimal } from '../numbers.ts';
import { hex4 } from '../words.ts';
import { BYTES, putInteger } from './integer.ts';
import { MOST_LOCAL, type TablePages } from './table-pages.ts';
import { putVarint } from './varint.ts';

/** id, line, ts, cpu, task, at, extra; `id` is the cell's own and null in its column. */
const COMMON = 7;

/** More columns would make the header's length, and longer texts their types, two bytes long. */
const MOST_COLUMNS = 120 - COMMON;
const LONGEST_TEXT = 57;
const TEXT = 13;

/** How far beyond a line's end reading by words may look. */
const BEYOND = 32;

const SPACE = 32;
const TAB = 9;
const QUOTE = 34;
const TWO_32 = 4294967296;

export class LineCells {
  #buf: Uint8Array = new Uint8Array(0);
  #text: DataView = new DataView(new ArrayBuffer(0));

  /** Put the event on a page of its table. False: the line has none of the shapes. */
  write(decoder: EventDecoder, line: TraceLine, id: number, number: number, task: number, table: TablePages): boolean {
    const { buf, argsStart, argsEnd } = line;
    if (argsEnd + BEYOND > buf.length) return false;
    if (buf !== this.#buf) {
      this.#buf = buf;
      this.#text = new DataView(buf.buffer, buf.byteOffset, buf.length);
    }
    const text = this.#text;
    const { shapes } = decoder;
    for (let i = 0; i < shapes.length; i++) {
      const shape = shapes[i];
      let from = argsStart;
      let place = 0;
      if (shape.location) {
        from = decoder.place(text, buf, argsStart, argsEnd);
        if (from < 0) continue;
        place = decoder.placeId;
      }
      if (shape.width > MOST_COLUMNS) continue;
      // the length of the record is known last
      const record = putVarint(table.buf, table.end + (table.wide ? 2 : 1), id);
      let at = putCommon(table, record, shape, line, number, task, place);
      at = putArguments(table, record, at, shape, buf, text, from, argsEnd);
      if (at < 0 || at - record > MOST_LOCAL) continue;
      finish(table, record, at, id);
      return true;
    }
    return false;
  }
}

/** The header's length and the columns that every event has; returns the place behind. */
function putCommon(
  table: TablePages,
  record: number,
  shape: Shape,
  line: TraceLine,
  number: number,
  task: number,
  place: number,
): number {
  const { buf, view } = table;
  const { ts, cpu } = line;
  let types = record;
  let at = record + 1 + COMMON + shape.width;
  buf[types++] = 1 + COMMON + shape.width;
  buf[types++] = 0;
  let type = putInteger(view, at, number > 0x7fffffff ? Math.floor(number / TWO_32) : 0, number);
  buf[types++] = type;
  at += BYTES[type];
  if (Number.isNaN(ts)) buf[types++] = 0;
  else {
    type = putInteger(view, at, Math.floor(ts / TWO_32), ts | 0);
    buf[types++] = type;
    at += BYTES[type];
  }
  if (cpu < 0) buf[types++] = 0;
  else {
    type = putInteger(view, at, 0, cpu);
    buf[types++] = type;
    at += BYTES[type];
  }
  if (task <= 0) buf[types++] = 0;
  else {
    type = putInteger(view, at, 0, task);
    buf[types++] = type;
    at += BYTES[type];
  }
  if (place <= 0) buf[types++] = 0;
  else {
    type = putInteger(view, at, 0, place);
    buf[types++] = type;
    at += BYTES[type];
  }
  buf[types] = 0;
  return at;
}

/** The values of `from[start, end)`; returns the place behind the record, or -1 when the line has another shape. */
function putArguments(
  table: TablePages,
  record: number,
  body: number,
  shape: Shape,
  from: Uint8Array,
  text: DataView,
  start: number,
  end: number,
): number {
  const { buf, view } = table;
  const { literals, columns, forms } = shape;
  const types = record + 1 + COMMON;
  if (!shape.gapless) buf.fill(0, types, types + shape.width);
  let at = body;
  let pos = start;
  for (let i = 0; i < literals.length; i++) {
    const literal = literals[i];
    if (!literal.at(text, from, pos)) return -1;
    pos += literal.length;
    const first = pos;
    const form = forms[i];
    if (form === 'text') {
      if (from[pos] === QUOTE) return -1;
      let all = 0;
      for (let c = from[pos]; pos < end && c !== SPACE && c !== TAB; c = from[++pos]) {
        all |= c;
        buf[at++] = c;
      }
      if (all >= 128 || pos - first > LONGEST_TEXT) return -1;
      buf[types + columns[i]] = TEXT + 2 * (pos - first);
      continue;
    }
    let high = 0;
    let low = 0;
    const prefixed = from[pos] === 48 && from[pos + 1] === 120;
    if (prefixed || form === 'bare') {
      if (prefixed) pos += 2;
      const digits = pos;
      for (let four = hex4(text.getInt32(pos, true)); four >= 0; four = hex4(text.getInt32(pos, true))) {
        high = (high << 16) | (low >>> 16);
        low = (low << 16) | four;
        pos += 4;
      }
      for (let one = HEX[from[pos]]; one >= 0; one = HEX[from[pos]]) {
        high = (high << 4) | (low >>> 28);
        low = (low << 4) | one;
        pos++;
      }
      // behind the end may stand the rest of an older line
      if (pos === digits || pos - digits > 16 || pos > end) return -1;
    } else {
      const value = shortDecimal(from, pos, end);
      if (Number.isNaN(value)) return -1;
      low = value | 0;
      high = low === value ? low >> 31 : Math.floor(value / TWO_32);
      while (pos < end && from[pos] !== SPACE) pos++;
    }
    if (pos !== end && from[pos] !== SPACE) return -1;
    const type = putInteger(view, at, high, low);
    buf[types + columns[i]] = type;
    at += BYTES[type];
  }
  return pos === end ? at : -1;
}

/** The length of the record stands before its id, in one byte or in two; which, is guessed by the row before. */
function finish(table: TablePages, record: number, end: number, id: number): void {
  const { buf } = table;
  const start = table.end;
  const size = end - record;
  const wide = size >= 128;
  let behind = end;
  if (wide !== table.wide) {
    const from = start + (table.wide ? 2 : 1);
    const to = start + (wide ? 2 : 1);
    buf.copyWithin(to, from, end);
    behind += to - from;
    table.wide = wide;
  }
  if (wide) {
    buf[start] = (size >> 7) | 128;
    buf[start + 1] = size & 127;
  } else buf[start] = size;
  table.add(behind, id);
}
