// Writes records of any length, one column at a time. Known lines use a faster path (known-lines/).
import { isUtf8 } from 'node:buffer';
import { PAGE_SIZE } from '../schema.ts';
import { BYTES, putInteger } from './integer.ts';
import type { TablePages } from './table-pages.ts';
import { putVarint, varintLength } from './varint.ts';

const TWO_32 = 4294967296;

/** Types in the header of a record. */
const NULL = 0;
const BLOB = 12;
const TEXT = 13;

const MOST_COLUMNS = 512;

/** Bytes before the values for the header, which is written when all types are known: up to five for each. */
const HEADER_ROOM = 5 * MOST_COLUMNS + 2;

/** One record at a time: {@link begin}, its columns in order, {@link end}. */
export class CellWriter {
  #body = Buffer.alloc(4 * PAGE_SIZE);
  #view = new DataView(this.#body.buffer);
  #at = HEADER_ROOM;
  readonly #types = new Float64Array(MOST_COLUMNS);
  #columns = 0;

  begin(): void {
    this.#at = HEADER_ROOM;
    this.#columns = 0;
  }

  null(): void {
    this.#types[this.#columns++] = NULL;
  }

  /** An integer with an absolute value below 2^63. */
  number(value: number): void {
    this.integer(Math.floor(value / TWO_32), value | 0);
  }

  /** 64 bits. */
  integer(hi: number, lo: number): void {
    this.#room(8);
    const type = putInteger(this.#view, this.#at, hi, lo);
    this.#at += BYTES[type];
    this.#types[this.#columns++] = type;
  }

  /** Text, or a blob if the bytes are not valid UTF-8. */
  text(from: Uint8Array, start: number, end: number): void {
    const bytes = from.subarray(start, end);
    this.#bytes(bytes, isUtf8(bytes) ? TEXT : BLOB);
  }

  string(value: string): void {
    this.#room(3 * value.length);
    const length = this.#body.write(value, this.#at);
    this.#at += length;
    this.#types[this.#columns++] = 2 * length + TEXT;
  }

  blob(bytes: Uint8Array): void {
    this.#bytes(bytes, BLOB);
  }

  /** All columns are written: put the record on a page of the table. */
  end(table: TablePages, id: number): void {
    let header = 0;
    for (let i = 0; i < this.#columns; i++) header += varintLength(this.#types[i]);
    // the length of the header includes itself
    header += header < 127 ? 1 : 2;
    const start = HEADER_ROOM - header;
    let at = putVarint(this.#body, start, header);
    for (let i = 0; i < this.#columns; i++) at = putVarint(this.#body, at, this.#types[i]);
    table.addRecord(this.#body.subarray(start, this.#at), id);
  }

  #bytes(bytes: Uint8Array, kind: number): void {
    this.#room(bytes.length);
    this.#body.set(bytes, this.#at);
    this.#at += bytes.length;
    this.#types[this.#columns++] = 2 * bytes.length + kind;
  }

  #room(more: number): void {
    if (this.#at + more + 8 <= this.#body.length) return;
    const body = Buffer.alloc(2 * (this.#at + more + 8));
    body.set(this.#body.subarray(0, this.#at));
    this.#body = body;
    this.#view = new DataView(body.buffer);
  }
}
