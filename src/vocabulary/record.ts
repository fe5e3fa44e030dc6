// An mm event as numbers: one row of doubles per event, in batches. The same bytes go from a parser thread to the
// replay, and into the store for a replay without the text, so there is only one format and no object per event.
//
// 64-bit values are stored as *signed* integers in a double. Canonical kernel pointers (0xffff...) become small
// negative numbers and user addresses small positive ones, both exact; page table entries use all 64 bits and are split
// in two (PTE_HI, PTE_LO). NaN in any slot means that the trace does not show the value.

export const Slot = {
  KIND: 0,
  CPU: 1,
  PID: 2,
  /** process; 0: a kernel thread, -1: not shown */
  TGID: 3,
  /** ns or ticks since the trace's time base */
  TS: 4,
  /** byte offset of the line in the (decompressed) text */
  OFFSET: 5,
  /** line number, from 1 */
  LINE: 6,
  /** mm_struct pointer; for fork the child's (dst) */
  MM: 7,
  /** user address, or start of the range */
  ADDR: 8,
  /** end of the range (exclusive); for a move the new address */
  END: 9,
  /** struct page or folio pointer */
  PAGE: 10,
  /** second pointer: pages array, bio, pipe, src mm, new page, kpage, owner, vmemmap (see kinds.ts) */
  OTHER: 11,
  /** count, length or return value */
  N: 12,
  /** flags as printed: gup_flags, fault flags, rmap flags, cp bits, vm_flags ... */
  FLAGS: 13,
  /** upper and lower 32 bits of a page table entry; third and fourth page of a pages array */
  PTE_HI: 14,
  PTE_LO: 15,
  /** the probed kernel function: index into the function table */
  FN: 16,
  /** caller symbol: index into the symbol table of the batch's source, -1 or NaN when unknown */
  SYM: 17,
  /**
   * context on the CPU (irq-info): 0 the printed task, 1 a softirq, 2 a hardirq that interrupted it; NaN not shown, as
   * in an NMI
   */
  CTX: 18,
} as const;

/** A number of a record, or of what was made of records; undefined where the trace does not show it. */
export const known = (n: number): number | undefined => (Number.isNaN(n) ? undefined : n);

/** Doubles per record. */
export const STRIDE = 19;

/** Records per batch: about 600 KB, which fits the second level cache. */
export const BATCH_RECORDS = 4096;

/** A run of records. `rows` may be transferred to another thread. */
export class RecordBatch {
  rows: Float64Array;
  length = 0;

  constructor(rows: Float64Array = new Float64Array(BATCH_RECORDS * STRIDE)) {
    this.rows = rows;
  }

  get full(): boolean {
    return (this.length + 1) * STRIDE > this.rows.length;
  }

  clear(): void {
    this.length = 0;
  }
}
