// Entries by virtual page: an open-addressing table of doubles. A Map would do, but its keys and values lie beyond
// the small integers, so each entry would be two heap numbers, and page tables are what the replay writes most.

const FIRST = 64;
const EMPTY = -1;
const GONE = -2;

export class PageTable {
  /** key, entry, key, entry ... */
  #slots: Float64Array | undefined;
  #mask = 0;
  /** entries, and entries with tombstones */
  #size = 0;
  #used = 0;

  get size(): number {
    return this.#size;
  }

  get(vpn: number): number | undefined {
    const i = this.#find(vpn);
    return i < 0 ? undefined : this.entryAt(i);
  }

  has(vpn: number): boolean {
    return this.#find(vpn) >= 0;
  }

  set(vpn: number, entry: number): void {
    if (this.#slots === undefined) this.#make(FIRST);
    const slots = this.#slots as Float64Array;
    const mask = this.#mask;
    let i = placeOf(vpn) & mask;
    let free = -1;
    for (;;) {
      const k = slots[2 * i];
      if (k === vpn) break;
      if (k === EMPTY) {
        if (free >= 0) i = free;
        else this.#used++;
        slots[2 * i] = vpn;
        this.#size++;
        break;
      }
      if (k === GONE && free < 0) free = i;
      i = (i + 1) & mask;
    }
    slots[2 * i + 1] = entry;
    if (this.#used * 4 > (mask + 1) * 3) this.#grow();
  }

  delete(vpn: number): void {
    const i = this.#find(vpn);
    if (i >= 0) this.deleteAt(i);
  }

  clear(): void {
    this.#slots = undefined;
    this.#mask = 0;
    this.#size = 0;
    this.#used = 0;
  }

  /** An empty table is made as large as another, whose entries it will get. */
  reserve(like: PageTable): void {
    if (this.#used === 0 && like.#mask > this.#mask) this.#make(like.#mask + 1);
  }

  /**
   * A walk over the entries: the first place from `i` on that has one, -1 when there is none. In no order that means
   * anything; the entry at hand may be changed or deleted meanwhile, others not added. (A callback would get its
   * numbers boxed, one by one.)
   */
  next(i: number): number {
    const slots = this.#slots;
    if (slots === undefined) return -1;
    for (let k = i; k <= this.#mask; k++) if (slots[2 * k] >= 0) return k;
    return -1;
  }

  keyAt(i: number): number {
    return (this.#slots as Float64Array)[2 * i];
  }

  entryAt(i: number): number {
    return (this.#slots as Float64Array)[2 * i + 1];
  }

  deleteAt(i: number): void {
    (this.#slots as Float64Array)[2 * i] = GONE;
    this.#size--;
  }

  #find(vpn: number): number {
    const slots = this.#slots;
    if (slots === undefined) return -1;
    const mask = this.#mask;
    for (let i = placeOf(vpn) & mask; ; i = (i + 1) & mask) {
      const k = slots[2 * i];
      if (k === vpn) return i;
      if (k === EMPTY) return -1;
    }
  }

  #make(capacity: number): void {
    this.#slots = new Float64Array(capacity * 2).fill(EMPTY);
    this.#mask = capacity - 1;
    this.#used = 0;
  }

  #grow(): void {
    const slots = this.#slots as Float64Array;
    const capacity = this.#mask + 1;
    // tombstones alone do not make it larger
    this.#make(this.#size * 2 > capacity ? capacity * 2 : capacity);
    this.#size = 0;
    for (let i = 0; i < slots.length; i += 2) if (slots[i] >= 0) this.set(slots[i], slots[i + 1]);
  }
}

// neighbouring pages stay neighbours in the table, distant ranges spread
const placeOf = (vpn: number): number => (vpn | 0) ^ Math.imul((vpn | 0) >>> 9, 0x9e3779b1);
