// Reads rows back from the leaves of a table, as needed for an index.
import { MOST_LOCAL } from '../../assembly/layout.ts';
import { PAGE_SIZE } from '../schema.ts';
import { BYTES } from './integer.ts';

const HEADER = 8;
const TWO_32 = 4294967296;

/** Types of a record's header from here on are blobs and texts. */
const BYTES_FROM = 12;

export class Row {
  /** a leaf of a table */
  readonly page = new Uint8Array(PAGE_SIZE);
  readonly #view = new DataView(this.page.buffer);
  /** of the current row */
  id = 0;
  /** start of the record */
  #record = 0;
  /** all of it is on this page */
  #whole = true;
  #at = 0;

  get cells(): number {
    return this.#view.getUint16(3);
  }

  open(cell: number): void {
    this.#at = this.#view.getUint16(HEADER + 2 * cell);
    this.#whole = this.#varint() <= MOST_LOCAL;
    this.id = this.#varint();
    this.#record = this.#at;
  }

  /** The column's value; NaN if it is not an integer, or the row continues on another page. */
  integer(column: number): number {
    if (!this.#whole) return Number.NaN;
    this.#at = this.#record;
    const body = this.#record + this.#varint();
    let place = body;
    let type = 0;
    for (let i = 0; i <= column; i++) {
      if (this.#at >= body) return Number.NaN;
      place += sizeOf(type);
      type = this.#varint();
    }
    return this.#value(type, place);
  }

  #value(type: number, at: number): number {
    const view = this.#view;
    switch (type) {
      case 1:
        return view.getInt8(at);
      case 2:
        return view.getInt16(at);
      case 3:
        return (view.getInt16(at) << 8) | view.getUint8(at + 2);
      case 4:
        return view.getInt32(at);
      case 5:
        return view.getInt16(at) * TWO_32 + view.getUint32(at + 2);
      case 6:
        return view.getInt32(at) * TWO_32 + view.getUint32(at + 4);
      case 8:
        return 0;
      case 9:
        return 1;
      default:
        return Number.NaN;
    }
  }

  #varint(): number {
    const { page } = this;
    let value = 0;
    let byte: number;
    do {
      byte = page[this.#at++];
      value = value * 128 + (byte & 127);
    } while (byte >= 128);
    return value;
  }
}

const sizeOf = (type: number): number => (type < BYTES_FROM ? BYTES[type] : (type - BYTES_FROM) >> 1);
