// Why: most of a million processes only fault, as far as the trace shows: nothing of theirs is mapped, pinned or shared.
// Such a process and its address space are a row of numbers. They become a Task and an Mm as soon as anything else
// refers to them.

/** One process: what its faults have shown. */
export interface Faulted {
  pid: number;
  /** mm_struct pointer, and the id its address space has */
  ptr: number;
  id: number;
  /** address of its newest fault */
  vpn: number;
  /** FAULT_FLAG_UNSHARE of that fault */
  unshares: boolean;
}

const WIDTH = 5;
const [PID, PTR, ID, VPN, UNSHARES] = [0, 1, 2, 3, 4];

/**
 * The rows by a column: a hash table of their numbers, at most half full, with linear probing. It takes 8 to 16 bytes a
 * row; a Map took 72 for a pointer.
 */
class RowIndex {
  readonly #column: number;
  /** number of the row + 1; 0: empty */
  #slots = new Int32Array(FEWEST_SLOTS);

  constructor(column: number) {
    this.#column = column;
  }

  /** Number of the row; -1: there is none. */
  find(rows: Float64Array, key: number): number {
    return this.#slots[this.#slotOf(rows, key)] - 1;
  }

  /** The new last row. */
  add(rows: Float64Array, row: number): void {
    const isFull = 2 * (row + 1) > this.#slots.length;
    if (isFull) this.#slots = new Int32Array(2 * this.#slots.length);
    for (let each = isFull ? 0 : row; each <= row; each++) this.#put(rows, each);
  }

  /** Before this row becomes another one. */
  move(rows: Float64Array, from: number, to: number): void {
    this.#slots[this.#slotOf(rows, rows[from * WIDTH + this.#column])] = to + 1;
  }

  /** Closes the gap: moves back what found its place taken. */
  delete(rows: Float64Array, key: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let gap = this.#slotOf(rows, key);
    for (let at = (gap + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const home = hashOf(rows[(slots[at] - 1) * WIDTH + this.#column]) & mask;
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      slots[gap] = slots[at];
      gap = at;
    }
    slots[gap] = 0;
  }

  clear(): void {
    this.#slots = new Int32Array(FEWEST_SLOTS);
  }

  #put(rows: Float64Array, row: number): void {
    this.#slots[this.#slotOf(rows, rows[row * WIDTH + this.#column])] = row + 1;
  }

  /** The slot of a key, or the empty one where it belongs. */
  #slotOf(rows: Float64Array, key: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = hashOf(key) & mask;
    while (slots[at] !== 0 && rows[(slots[at] - 1) * WIDTH + this.#column] !== key) at = (at + 1) & mask;
    return at;
  }
}

const FEWEST_SLOTS = 1024;

/** Of a pid or a pointer; the end of MurmurHash3, so that each bit of them counts. */
function hashOf(key: number): number {
  let h = key ^ Math.imul(Math.floor(key / 2 ** 32), 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

export class FaultedOnly {
  #rows = new Float64Array(0);
  #length = 0;
  readonly #byPid = new RowIndex(PID);
  readonly #byMm = new RowIndex(PTR);

  get size(): number {
    return this.#length;
  }

  /** mm_struct pointer of a task; undefined: it has no row */
  ptrOf(pid: number): number | undefined {
    const row = this.#byPid.find(this.#rows, pid);
    return row < 0 ? undefined : this.#rows[row * WIDTH + PTR];
  }

  hasMm(ptr: number): boolean {
    return this.#byMm.find(this.#rows, ptr) >= 0;
  }

  /** Neither its task nor its address space may be known. */
  add({ pid, ptr, id, vpn, unshares }: Faulted): void {
    const o = this.#length * WIDTH;
    if (o === this.#rows.length) {
      const rows = new Float64Array(Math.max(1024 * WIDTH, 2 * o));
      rows.set(this.#rows);
      this.#rows = rows;
    }
    this.#rows.set([pid, ptr, id, vpn, unshares ? 1 : 0], o);
    this.#byPid.add(this.#rows, this.#length);
    this.#byMm.add(this.#rows, this.#length);
    this.#length++;
  }

  /** Another fault of a task that has a row, in the same address space. */
  again(pid: number, vpn: number, unshares: boolean): void {
    const o = this.#byPid.find(this.#rows, pid) * WIDTH;
    this.#rows[o + VPN] = vpn;
    this.#rows[o + UNSHARES] = unshares ? 1 : 0;
  }

  /** Removes the row of a task. */
  takeTask(pid: number): Faulted | undefined {
    return this.#length === 0 ? undefined : this.#take(this.#byPid.find(this.#rows, pid));
  }

  /** Removes the row of an address space. */
  takeMm(ptr: number): Faulted | undefined {
    return this.#length === 0 ? undefined : this.#take(this.#byMm.find(this.#rows, ptr));
  }

  /** Removes the newest row. */
  takeLast(): Faulted | undefined {
    return this.#length === 0 ? undefined : this.#take(this.#length - 1);
  }

  clear(): void {
    this.#length = 0;
    this.#byPid.clear();
    this.#byMm.clear();
  }

  #take(row: number): Faulted | undefined {
    if (row < 0) return undefined;
    const rows = this.#rows;
    const o = row * WIDTH;
    const taken = {
      pid: rows[o + PID],
      ptr: rows[o + PTR],
      id: rows[o + ID],
      vpn: rows[o + VPN],
      unshares: rows[o + UNSHARES] === 1,
    };
    this.#byPid.delete(rows, taken.pid);
    this.#byMm.delete(rows, taken.ptr);
    // the last row takes its place
    const last = --this.#length;
    if (row !== last) {
      this.#byPid.move(rows, last, row);
      this.#byMm.move(rows, last, row);
      rows.copyWithin(o, last * WIDTH, (last + 1) * WIDTH);
    }
    return taken;
  }
}
