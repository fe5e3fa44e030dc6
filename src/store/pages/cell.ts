// Records, encoded backwards: values first, from the last column to the first, then their types, then the lengths.
// So nothing is measured beforehand and nothing is moved (section 2.1 of https://www.sqlite.org/fileformat2.html):
//
//     [bytes of the record] [id] [bytes of the header] [type per column ...] [value per column ...]
import { isUtf8 } from 'node:buffer';
import { MOST_LOCAL, putVarint, type TablePages } from './table-pages.ts';

const TWO_32 = 4294967296;

/** Types of a record's header. */
const NULL = 0;
const BYTES_6 = 5;
const BYTES_8 = 6;
const ZERO = 8;
const ONE = 9;
const BLOB = 12;
const TEXT = 13;

const MOST_COLUMNS = 512;

/** One record at a time: columns are given from the last to the first, then {@link end}. */
export class CellWriter {
  buf: Uint8Array = new Uint8Array(0);
  #at = 0;
  readonly #types = new Int32Array(MOST_COLUMNS);
  #columns = 0;

  /** The record will end before `at`. */
  begin(buf: Uint8Array, at: number): void {
    this.buf = buf;
    this.#at = at;
    this.#columns = 0;
  }

  null(): void {
    this.#types[this.#columns++] = NULL;
  }

  /** An integer below 2^53 in size. */
  number(value: number): void {
    if ((value | 0) === value) this.integer(value >> 31, value);
    else this.integer(Math.floor(value / TWO_32), value | 0);
  }

  /** 64 bits. As few bytes as keep the value. */
  integer(hi: number, lo: number): void {
    const { buf } = this;
    let at = this.#at;
    let type: number;
    if (hi === lo >> 31) {
      if (lo >= -128 && lo < 128) {
        if (lo === 0 || lo === 1) {
          this.#types[this.#columns++] = lo === 0 ? ZERO : ONE;
          return;
        }
        type = 1;
        buf[--at] = lo;
      } else {
        buf[--at] = lo;
        buf[--at] = lo >> 8;
        if (lo >= -32768 && lo < 32768) type = 2;
        else {
          buf[--at] = lo >> 16;
          if (lo >= -8388608 && lo < 8388608) type = 3;
          else {
            buf[--at] = lo >> 24;
            type = 4;
          }
        }
      }
    } else {
      buf[--at] = lo;
      buf[--at] = lo >> 8;
      buf[--at] = lo >> 16;
      buf[--at] = lo >> 24;
      buf[--at] = hi;
      buf[--at] = hi >> 8;
      if (hi >= -32768 && hi < 32768) type = BYTES_6;
      else {
        buf[--at] = hi >> 16;
        buf[--at] = hi >> 24;
        type = BYTES_8;
      }
    }
    this.#at = at;
    this.#types[this.#columns++] = type;
  }

  /** Text, or a blob where the bytes are no UTF-8. */
  text(from: Uint8Array, start: number, end: number): void {
    const { buf } = this;
    const n = end - start;
    let at = this.#at - n;
    this.#at = at;
    let all = 0;
    for (let i = start; i < end; i++) {
      const c = from[i];
      all |= c;
      buf[at++] = c;
    }
    const isText = all < 128 || isUtf8(from.subarray(start, end));
    this.#types[this.#columns++] = 2 * n + (isText ? TEXT : BLOB);
  }

  string(value: string): void {
    const { buf } = this;
    let at = this.#at - value.length;
    let all = 0;
    for (let i = 0; i < value.length; i++) {
      const c = value.charCodeAt(i);
      all |= c;
      buf[at++] = c;
    }
    if (all < 128) {
      this.#at -= value.length;
      this.#types[this.#columns++] = 2 * value.length + TEXT;
    } else {
      const bytes = Buffer.from(value, 'utf8');
      this.text(bytes, 0, bytes.length);
    }
  }

  blob(from: Uint8Array): void {
    this.#at -= from.length;
    this.buf.set(from, this.#at);
    this.#types[this.#columns++] = 2 * from.length + BLOB;
  }

  /** All columns are there: put the record on a page of the table. */
  end(table: TablePages, id: number): void {
    const { buf } = this;
    const types = this.#types;
    const bodyStart = this.#at;
    let at = bodyStart;
    for (let i = 0; i < this.#columns; i++) {
      const type = types[i];
      if (type < 128) buf[--at] = type;
      else at = putVarint(buf, at, type);
    }
    const length = bodyStart - at;
    // the header's length counts itself; it takes a second byte from 127 on
    if (length < 127) buf[--at] = length + 1;
    else at = putVarint(buf, at, length + 2);
    if (buf === table.buf && table.top - at <= MOST_LOCAL) {
      const size = table.top - at;
      at = putVarint(buf, at, id);
      table.add(putVarint(buf, at, size), id);
    } else table.addLong(buf.slice(at, buf === table.buf ? table.top : buf.length), id);
  }
}
