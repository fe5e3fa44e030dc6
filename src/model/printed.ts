// Why: a number outside of what the kernel's type can hold, or of what its code ever has there, shows that a line is
// damaged or made up. Then it proves nothing, whatever else it says.
import { KIND_FIELDS, KIND_NAMES, type KindName } from '../vocabulary/kinds.ts';
import { LOWEST_EXACT, MAX_ERRNO, OBJECTS_END } from '../vocabulary/number.ts';
import { Slot } from '../vocabulary/record.ts';
import type { Model } from './model.ts';

/** The least and the most that a kernel prints; 0, and what is not there, are always possible. */
type Bounds = readonly [least: number, most: number];

/** Of pages, in one call: the numbers are of int in the kernel's own tables. */
export const MOST_ASKED = 0x7fffffff;

const COUNT: Bounds = [0, MOST_ASKED];
/** A count, or an error. */
const RESULT: Bounds = [-MAX_ERRNO, MOST_ASKED];
/** The highest is FOLL_MADV_POPULATE, 1 << 22. */
const FOLL: Bounds = [0, 2 ** 24 - 1];
/** unsigned short, and what never has more bits: enum fault_flag, cp_flags, rmap_t. */
const SHORT: Bounds = [0, 0xffff];
/** blk_status_t and bool are an u8. */
const BYTE: Bounds = [0, 0xff];
/** int or unsigned int */
const INT: Bounds = [-(2 ** 31), 2 ** 32 - 1];
const UNSIGNED_INT: Bounds = [0, 2 ** 32 - 1];
const POINTER: Bounds = [Number.NEGATIVE_INFINITY, OBJECTS_END - 1];
const POINTER_OR_ERROR: Bounds = [Number.NEGATIVE_INFINITY, -1];
/** PID_MAX_LIMIT */
const PID: Bounds = [0, 2 ** 22];

const BOUNDS: { readonly [K in KindName]?: Readonly<Record<string, Bounds>> } = {
  gup: { nr: COUNT, flags: FOLL, pages: POINTER },
  gupRet: { ret: RESULT },
  grab: { flags: FOLL, ref: INT },
  grabRet: { head: POINTER },
  followPte: { flags: FOLL },
  followPteRet: { page: POINTER_OR_ERROR },
  followPmd: { flags: FOLL },
  followPmdRet: { page: POINTER_OR_ERROR },
  pinPages: { nr: COUNT, ret: RESULT, flags: FOLL },
  putFolio: { flags: FOLL },
  bioSubmit: { bio: POINTER, size: UNSIGNED_INT, opf: UNSIGNED_INT, done: UNSIGNED_INT, vcnt: SHORT },
  bioEnd: { bio: POINTER, status: BYTE, left: UNSIGNED_INT },
  bioRelease: { bio: POINTER, p0: POINTER, vcnt: SHORT, bflags: SHORT, dirty: BYTE },
  newAnon: { rflags: SHORT },
  anonRmap: { nr: COUNT, rflags: SHORT },
  anonRmapPmd: { rflags: SHORT },
  fault: { flags: SHORT },
  wpFault: { flags: SHORT },
  wpPmd: { flags: SHORT },
  swapIn: { flags: SHORT },
  cprot: { cp: SHORT },
  ksmMerge: { kpage: POINTER },
  devExclRet: { page: POINTER_OR_ERROR },
  // what these say changes nothing, so nothing else looks at it
  bioCheckDirty: { bio: POINTER },
  thpFault: { mm: POINTER },
  fileRmap: { page: POINTER, mm: POINTER },
  reuseSwap: { page: POINTER },
  swapOut: { page: POINTER },
  migrateMap: { old: POINTER },
  rmapDel: { page: POINTER, mm: POINTER },
  rmapDelPmd: { page: POINTER, mm: POINTER },
  mmDrop: { mm: POINTER },
  forkPmd: { dst: POINTER },
  forkHugetlb: { dst: POINTER, src: POINTER },
  ksmWp: { mm: POINTER, page: POINTER },
  splitFolio: { page: POINTER },
  numaPmd: { mm: POINTER },
  numaPage: { page: POINTER },
  hmmFault: { mm: POINTER },
  taskFork: { child_pid: PID },
  taskExit: { pid: PID },
  mmExit: { vmemmap: POINTER },
};

/** Kinds whose range is only passed on; ranges.ts looks at the others. */
const HAS_RANGE: readonly boolean[] = KIND_NAMES.map((name) =>
  ['notifierStart', 'notifierEnd', 'tlbFlush', 'hmmFault'].includes(name),
);

/** Slot, least and most of each bounded field of a kind. */
const CHECKED: readonly (readonly number[])[] = KIND_NAMES.map((kind, k) =>
  Object.entries(BOUNDS[kind] ?? {}).flatMap(([name, bounds]) => {
    const field = KIND_FIELDS[k].find((f) => f.name === name);
    if (field === undefined) throw new Error(`${kind} has no field ${name}`);
    return [field.slot, ...bounds];
  }),
);

/** ULONG_MAX is the end of everything. */
const isNoRange = (start: number, end: number): boolean => start < 0 || (end <= start && end !== -1);

/** Whether any number of a kind can show damage. */
export const isChecked = (kind: number): boolean => CHECKED[kind]?.length > 0 || HAS_RANGE[kind];

/** Count a record with a number that no kernel prints. */
export function checkNumbers(m: Model, kind: number, rows: Float64Array, o: number): void {
  const checked = CHECKED[kind];
  // a kind of a rule
  if (checked === undefined) return;
  for (let i = 0; i < checked.length; i += 3) {
    const n = rows[o + checked[i]];
    if ((n < checked[i + 1] || n > checked[i + 2]) && n !== 0) m.absurd();
    // only what is so low may be no pointer of the kernel
    else if (n < LOWEST_EXACT) m.checkPointer(n);
  }
  if (HAS_RANGE[kind] && isNoRange(rows[o + Slot.ADDR], rows[o + Slot.END])) m.absurd();
}
