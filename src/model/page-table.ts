// Entries by virtual page: an open-addressing table of doubles. A Map would do, but its keys and values lie beyond
// the small integers, so each entry would be two heap numbers, and page tables are what the replay writes most.

const FIRST = 64;
const EMPTY = -1;
const GONE = -2;

export class PageTable {
  #keys: Float64Array | undefined;
  #values: Float64Array | undefined;
  #mask = 0;
  /** entries, and entries with tombstones */
  #size = 0;
  #used = 0;

  get size(): number {
    return this.#size;
  }

  get(vpn: number): number | undefined {
    const i = this.#find(vpn);
    return i < 0 ? undefined : (this.#values as Float64Array)[i];
  }

  has(vpn: number): boolean {
    return this.#find(vpn) >= 0;
  }

  set(vpn: number, entry: number): void {
    if (this.#keys === undefined) this.#make(FIRST);
    const keys = this.#keys as Float64Array;
    const mask = this.#mask;
    let i = slotOf(vpn) & mask;
    let free = -1;
    for (;;) {
      const k = keys[i];
      if (k === vpn) break;
      if (k === EMPTY) {
        if (free >= 0) i = free;
        else this.#used++;
        keys[i] = vpn;
        this.#size++;
        break;
      }
      if (k === GONE && free < 0) free = i;
      i = (i + 1) & mask;
    }
    (this.#values as Float64Array)[i] = entry;
    if (this.#used * 4 > (mask + 1) * 3) this.#grow();
  }

  delete(vpn: number): void {
    const i = this.#find(vpn);
    if (i < 0) return;
    (this.#keys as Float64Array)[i] = GONE;
    this.#size--;
  }

  clear(): void {
    this.#keys = undefined;
    this.#values = undefined;
    this.#mask = 0;
    this.#size = 0;
    this.#used = 0;
  }

  /** In no order that means anything; the entry at hand may be changed or deleted meanwhile, others not added. */
  forEach(visit: (entry: number, vpn: number) => void): void {
    const keys = this.#keys;
    if (keys === undefined) return;
    const values = this.#values as Float64Array;
    for (let i = 0; i < keys.length; i++) if (keys[i] >= 0) visit(values[i], keys[i]);
  }

  #find(vpn: number): number {
    const keys = this.#keys;
    if (keys === undefined) return -1;
    const mask = this.#mask;
    for (let i = slotOf(vpn) & mask; ; i = (i + 1) & mask) {
      const k = keys[i];
      if (k === vpn) return i;
      if (k === EMPTY) return -1;
    }
  }

  #make(capacity: number): void {
    this.#keys = new Float64Array(capacity).fill(EMPTY);
    this.#values = new Float64Array(capacity);
    this.#mask = capacity - 1;
    this.#used = 0;
  }

  #grow(): void {
    const keys = this.#keys as Float64Array;
    const values = this.#values as Float64Array;
    // tombstones alone do not make it larger
    this.#make(this.#size * 2 > keys.length ? keys.length * 2 : keys.length);
    this.#size = 0;
    for (let i = 0; i < keys.length; i++) if (keys[i] >= 0) this.set(keys[i], values[i]);
  }
}

// neighbouring pages stay neighbours in the table, distant ranges spread
const slotOf = (vpn: number): number => (vpn | 0) ^ Math.imul((vpn | 0) >>> 9, 0x9e3779b1);
