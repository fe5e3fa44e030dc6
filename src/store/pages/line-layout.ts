// Where things stand in the memory that the page writer shares with its kernel (line-kernel.ts). All numbers are bytes.
import { PAGE_SIZE } from '../schema.ts';

/** The leaf of a table that is being filled. */
export const TableAt = {
  /** i32: bytes of cells that are there */
  end: 0,
  /** i32: how many cells */
  cells: 4,
  /** i32: 1 when the length of the record before took two bytes, so that that of the next is likely to */
  wide: 8,
  /** f64: id of the last */
  lastId: 16,
  /** u16 each: where the cells begin */
  starts: 32,
  /** the cells, one behind the other, and room behind the page so that one may be written before it is known to fit */
  page: 32 + PAGE_SIZE / 2,
  size: 32 + PAGE_SIZE / 2 + 4 * PAGE_SIZE,
} as const;

/** What lines of one event look like: places of its probe, and shapes. */
export const PlanAt = {
  /** i32 */
  shapes: 0,
  places: 4,
  /** addresses, i32 each */
  shape: 16,
  mostShapes: 4,
  place: 32,
  mostPlaces: 8,
  size: 64,
} as const;

/** Text to compare: as long as it is, and up to 15 bytes more. */
export const LiteralAt = {
  /** i32 */
  length: 0,
  bytes: 16,
} as const;

/** A probe's place. */
export const PlaceAt = {
  /** i32: its id in `sym` */
  id: 0,
  literal: 16,
} as const;

export const ShapeAt = {
  /** i32: 1 when the line begins with a place */
  location: 0,
  /** i32: number of arguments, and of columns up to the last of theirs */
  keys: 4,
  width: 8,
  key: 16,
} as const;

export const KeyAt = {
  /** i32: the place of its column among the types */
  column: 0,
  /** i32: {@link FORMS} */
  form: 4,
  /** i32: bytes to the next key */
  size: 8,
  literal: 16,
} as const;

export const FORMS = { hex: 0, dec: 0, bare: 1, text: 2 } as const;

/** Tables of constants at the beginning of the kernel's own memory. */
export const Tables = {
  /** sixteen bytes of ones and sixteen of zeros: read at `16 - n`, a mask of n bytes */
  masks: 0,
  /** type of an integer by the leading zeros of `n ^ (n >> 63)`, a byte each */
  types: 32,
  /** bits that an integer of each type has less than 64, a byte each; and bytes that it takes */
  shifts: 32 + 80,
  bytes: 32 + 80 + 16,
  size: 32 + 80 + 32,
} as const;
