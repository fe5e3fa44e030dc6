// The row of an event as a cell of a page: what CellWriter does, in one piece, since it is done millions of times.
import { isUtf8 } from 'node:buffer';
import { Cell, Common, type EventRow } from '../row.ts';
import { PAGE_SIZE } from '../schema.ts';
import { CellWriter } from './cell.ts';
import { MOST_LOCAL, putVarint, type TablePages } from './table-pages.ts';

/** Types of the columns. */
const types = new Int32Array(512);

/** Bytes of an integer by its type. */
const BYTES = Uint8Array.of(0, 1, 2, 3, 4, 6, 8);

/** Type of an integer by the leading zeros of its lower half, where the upper one is its sign; and of its upper half. */
const SHORT = Uint8Array.from({ length: 33 }, (_, zeros) => (zeros > 24 ? 1 : zeros > 16 ? 2 : zeros > 8 ? 3 : 4));
const LONG = Uint8Array.from({ length: 33 }, (_, zeros) => (zeros > 16 ? 5 : 6));

const rare = new CellWriter();

export function writeEvent(row: EventRow, table: TablePages): void {
  const { cells, hi, lo, length } = row;
  if (row.textLength >= PAGE_SIZE / 2 || cells[Common.Extra] !== Cell.Null) {
    writeRare(row, table);
    return;
  }
  const { buf, view, top } = table;
  let at = top;
  // `id` is the cell's own, its column says null
  for (let k = length - 1; k >= 0; k--) {
    const kind = cells[k];
    if (kind === Cell.Number) {
      const low = lo[k];
      const high = hi[k];
      if (high === 0 && low >>> 1 === 0) {
        // 0 and 1 are types of their own
        types[k] = 8 + low;
        continue;
      }
      // as many bytes as the value needs are kept of eight: what lies below is written over by the column before
      view.setInt32(at - 4, low);
      view.setInt32(at - 8, high);
      const type = high === low >> 31 ? SHORT[Math.clz32(low ^ (low >> 31))] : LONG[Math.clz32(high ^ (high >> 31))];
      types[k] = type;
      at -= BYTES[type];
    } else if (kind === Cell.Null) types[k] = 0;
    else {
      const start = row.start[k];
      const end = row.end[k];
      at -= end - start;
      types[k] = 2 * (end - start) + (copyText(row.buf, start, end, buf, at) ? 13 : 12);
    }
  }
  const body = at;
  for (let k = length - 1; k >= 0; k--) {
    const type = types[k];
    if (type < 128) buf[--at] = type;
    else at = putVarint(buf, at, type);
  }
  buf[--at] = 0;
  const header = body - at;
  if (header < 127) buf[--at] = header + 1;
  else at = putVarint(buf, at, header + 2);
  const size = top - at;
  if (size > MOST_LOCAL) {
    table.addLong(buf.slice(at, top), row.id);
    return;
  }
  at = putVarint(buf, at, row.id);
  if (size < 128) buf[--at] = size;
  else at = putVarint(buf, at, size);
  table.add(at, row.id);
}

/** Copy; true when it is text, false when the bytes are no UTF-8. */
function copyText(from: Uint8Array, start: number, end: number, to: Uint8Array, place: number): boolean {
  let all = 0;
  for (let i = start, at = place; i < end; i++, at++) {
    const c = from[i];
    all |= c;
    to[at] = c;
  }
  return all < 128 || isUtf8(from.subarray(start, end));
}

/** Long texts, and those that fit no column. */
function writeRare(row: EventRow, table: TablePages): void {
  const { cells, hi, lo, start, end, length } = row;
  const extra = cells[Common.Extra] === Cell.Null ? 0 : row.extra.length;
  const room = row.textLength + extra + PAGE_SIZE;
  if (room < 2 * PAGE_SIZE) rare.begin(table.buf, table.top);
  else rare.begin(new Uint8Array(room), room);
  for (let k = length - 1; k >= 0; k--) {
    const kind = cells[k];
    if (kind === Cell.Number) rare.integer(hi[k], lo[k]);
    else if (kind === Cell.Text) rare.text(row.buf, start[k], end[k]);
    else if (kind === Cell.Extra) rare.text(row.extra, 0, extra);
    else rare.null();
  }
  rare.null();
  rare.end(table, row.id);
}
