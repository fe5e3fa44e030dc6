// Why: the size of a page of a machine that can have several, from lines that show it by themselves. handle_mm_fault() is
// given the address that faulted, and what it calls the beginning of the page; and GUP takes one page after the other.
import { Kind, SlotOf } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';

/** Sizes that machines have. */
const SIZES = [4096, 16384, 65536] as const;
/** Pages whose address is remembered. */
const MOST_PAGES = 4096;

interface Call {
  start: number;
  grabbed: number;
}

export class ShownPageSize {
  /** the address of the fault that is the last event of a task */
  readonly #faults = new Map<number, number>();
  /** the GUP call that a task is inside of */
  readonly #calls = new Map<number, Call>();
  /** the address where a page was mapped */
  readonly #mapped = new Map<number, number>();
  #observed = 0;
  readonly #fits = SIZES.map(() => 0);

  look(rows: Float64Array, o: number): void {
    const pid = rows[o + Slot.PID];
    const address = rows[o + Slot.ADDR];
    const fault = this.#faults.get(pid);
    if (fault !== undefined) this.#faults.delete(pid);
    switch (rows[o]) {
      case Kind.fault:
        this.#faults.set(pid, address);
        break;
      // vmf->address is masked with PAGE_MASK (__handle_mm_fault())
      case Kind.wpFault:
      case Kind.swapIn:
        if (fault !== undefined) this.#observe((size) => fault - (fault % size) === address);
        break;
      case Kind.newAnon:
        // a folio of more pages may begin before the address of its fault
        if (rows[o + SlotOf.newAnon.compound] === 1 && this.#mapped.size < MOST_PAGES)
          this.#mapped.set(rows[o + Slot.PAGE], address);
        break;
      case Kind.gup:
        // of functions that call each other, the inner ones are for the same pages, or the rest of them
        this.#calls.set(pid, { start: address, grabbed: 0 });
        break;
      case Kind.gupRet:
        this.#calls.delete(pid);
        break;
      case Kind.grab:
        this.#grab(pid, rows[o + Slot.PAGE]);
        break;
    }
  }

  #grab(pid: number, page: number): void {
    const call = this.#calls.get(pid);
    if (call === undefined) return;
    const { start, grabbed } = call;
    call.grabbed++;
    const address = this.#mapped.get(page);
    if (address !== undefined) this.#observe((size) => start - (start % size) + grabbed * size === address);
  }

  /** What only some sizes explain is evidence. */
  #observe(fits: (size: number) => boolean): void {
    const fitting = SIZES.map(fits);
    if (fitting.every(Boolean) || !fitting.some(Boolean)) return;
    this.#observed++;
    for (const [i, does] of fitting.entries()) if (does) this.#fits[i]++;
  }

  /** Bytes per page: the smallest that explains everything; undefined if nothing shows it, or nothing explains it. */
  shown(): number | undefined {
    return this.#observed === 0 ? undefined : SIZES.find((_, i) => this.#fits[i] === this.#observed);
  }
}
