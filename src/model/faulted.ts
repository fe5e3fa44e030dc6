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

export class FaultedOnly {
  #rows = new Float64Array(0);
  #length = 0;
  readonly #byPid = new Map<number, number>();
  readonly #byMm = new Map<number, number>();

  get size(): number {
    return this.#length;
  }

  /** mm_struct pointer of a task; undefined: it has no row */
  ptrOf(pid: number): number | undefined {
    const row = this.#byPid.get(pid);
    return row === undefined ? undefined : this.#rows[row * WIDTH + PTR];
  }

  hasMm(ptr: number): boolean {
    return this.#byMm.has(ptr);
  }

  /** Neither its task nor its address space may be known. */
  add({ pid, ptr, id, vpn, unshares }: Faulted): void {
    const o = this.#length * WIDTH;
    if (o === this.#rows.length) {
      const rows = new Float64Array(Math.max(1024 * WIDTH, 2 * o));
      rows.set(this.#rows);
      this.#rows = rows;
    }
    this.#byPid.set(pid, this.#length);
    this.#byMm.set(ptr, this.#length);
    this.#rows.set([pid, ptr, id, vpn, unshares ? 1 : 0], o);
    this.#length++;
  }

  /** Another fault of a task that has a row, in the same address space. */
  again(pid: number, vpn: number, unshares: boolean): void {
    const o = (this.#byPid.get(pid) as number) * WIDTH;
    this.#rows[o + VPN] = vpn;
    this.#rows[o + UNSHARES] = unshares ? 1 : 0;
  }

  /** Removes the row of a task. */
  takeTask(pid: number): Faulted | undefined {
    return this.#length === 0 ? undefined : this.#take(this.#byPid.get(pid));
  }

  /** Removes the row of an address space. */
  takeMm(ptr: number): Faulted | undefined {
    return this.#length === 0 ? undefined : this.#take(this.#byMm.get(ptr));
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

  #take(row: number | undefined): Faulted | undefined {
    if (row === undefined) return undefined;
    const rows = this.#rows;
    const o = row * WIDTH;
    const taken = {
      pid: rows[o + PID],
      ptr: rows[o + PTR],
      id: rows[o + ID],
      vpn: rows[o + VPN],
      unshares: rows[o + UNSHARES] === 1,
    };
    this.#byPid.delete(taken.pid);
    this.#byMm.delete(taken.ptr);
    // the last row takes its place
    const last = --this.#length;
    if (row !== last) {
      rows.copyWithin(o, last * WIDTH, (last + 1) * WIDTH);
      this.#byPid.set(rows[o + PID], row);
      this.#byMm.set(rows[o + PTR], row);
    }
    return taken;
  }
}
