// Why: the replay mostly writes page tables, and fork copies them. As in the kernel they consist of leaves of 512
// entries: neighbours share a leaf, ranges are handled by leaves, and fork shares a leaf until one side writes. A leaf
// stores only the aligned window of its entries that is used, since most processes touch only a few pages in a region.
import { Ordered } from './ordered.ts';

/** A page, as defined in state.ts. */
export type PageId = number;

/** State of a page table entry, stored with the page in one number: `page * 64 + bits`. */
export const Pte = {
  None: 0,
  Present: 1,
  /** swapped out; names its former page, which may still be in the swap cache */
  Swap: 2,
  Migration: 3,
  DevExclusive: 4,
  /** remove_migration_pte() has been here; a line of the reverse mapping shows what it maps, if that has one */
  Returning: 5,
  /**
   * of a PMD that was split and not known to be anonymous: the page it mapped is named. If that was of the huge zero page,
   * the address maps the small one; if it was of a file, nothing (__split_huge_pmd_locked())
   */
  Split: 6,
  STATE: 7,
  /** fork has shared the page with another mm since it was mapped */
  Shared: 8,
  /** not anonymous: file, shmem or zero page */
  File: 16,
  /** anonymous, according to a line about its reverse mapping; if neither this nor File is set, it is unknown */
  Anon: 32,
} as const;

export const entryPage = (entry: number): PageId => Math.floor(entry / 64);
export const entryBits = (entry: number): number => entry - Math.floor(entry / 64) * 64;
export const entryOf = (page: PageId, bits: number): number => page * 64 + bits;

/** Entries per leaf (PTRS_PER_PTE with 4K pages; the same number is used for larger pages). */
const LEAF = 512;
const SMALLEST = 8;

/** Entries of one leaf; NaN where there is none. */
class Leaf {
  /** the table that may write it; undefined: shared, must be copied before writing */
  owner: PageTable | undefined;
  /** index of the first slot; the window is aligned to its length */
  base: number;
  slots: number[];
  /** entries in use */
  size: number;
  /** all entries have been marked by fork where required */
  marked: boolean;

  constructor(owner: PageTable, base: number, slots: number[], size: number) {
    this.owner = owner;
    this.base = base;
    this.slots = slots;
    this.size = size;
    this.marked = false;
  }

  /** Enlarges the window to include an index. */
  reach(i: number): void {
    let length = this.slots.length;
    let base = this.base;
    do {
      length *= 2;
      base -= base % length;
    } while (i < base || i >= base + length);
    const slots = empty(length);
    for (let k = 0, to = this.base - base; k < this.slots.length; k++) slots[to + k] = this.slots[k];
    this.base = base;
    this.slots = slots;
  }
}

const EMPTY = new Map<number, number[]>();
for (let n = SMALLEST; n <= LEAF; n *= 2) EMPTY.set(n, new Array(n).fill(0).fill(Number.NaN));
const empty = (length: number): number[] => (EMPTY.get(length) as number[]).slice();

/** Entries (numbers, never NaN) by page. */
export class PageTable {
  /** undefined: there is at most one leaf, which is the one looked up last; most processes show no more */
  #leaves: Ordered<Leaf> | undefined;
  #size = 0;
  /** the leaf looked up last */
  #key = Number.NaN;
  #leaf: Leaf | undefined;

  get size(): number {
    return this.#size;
  }

  /** The entry of a page; NaN if there is none. */
  at(vpn: number): number {
    const key = Math.floor(vpn / LEAF);
    const leaf = key === this.#key ? this.#leaf : this.#lookup(key);
    if (leaf === undefined) return Number.NaN;
    const i = vpn - key * LEAF - leaf.base;
    return i >= 0 && i < leaf.slots.length ? leaf.slots[i] : Number.NaN;
  }

  get(vpn: number): number | undefined {
    const entry = this.at(vpn);
    return Number.isNaN(entry) ? undefined : entry;
  }

  has(vpn: number): boolean {
    return !Number.isNaN(this.at(vpn));
  }

  set(vpn: number, entry: number): void {
    if (Number.isNaN(entry)) {
      this.delete(vpn);
      return;
    }
    const key = Math.floor(vpn / LEAF);
    if (Number.isNaN(key)) return;
    const leaf = this.#writable(key) ?? this.#make(key, vpn - key * LEAF);
    let i = vpn - key * LEAF - leaf.base;
    if (i < 0 || i >= leaf.slots.length) {
      leaf.reach(vpn - key * LEAF);
      i = vpn - key * LEAF - leaf.base;
    }
    if (Number.isNaN(leaf.slots[i])) {
      leaf.size++;
      this.#size++;
    }
    leaf.slots[i] = entry;
    leaf.marked = false;
  }

  delete(vpn: number): void {
    if (this.has(vpn)) this.deleteRange(vpn, vpn + 1);
  }

  /** Remove the entries of the pages from `from` to below `to`. */
  deleteRange(from: number, to: number): void {
    if (this.#size === 0) return;
    for (const key of this.#keysIn(from, to)) {
      let leaf = this.#lookup(key) as Leaf;
      const first = Math.max(0, from - key * LEAF - leaf.base);
      const end = Math.min(leaf.slots.length, to - key * LEAF - leaf.base);
      let gone = 0;
      for (let i = first; i < end; i++) if (!Number.isNaN(leaf.slots[i])) gone++;
      if (gone === 0) continue;
      this.#size -= gone;
      if (gone === leaf.size) {
        this.#drop(key);
        continue;
      }
      leaf = this.#writable(key) as Leaf;
      for (let i = first; i < end; i++) leaf.slots[i] = Number.NaN;
      leaf.size -= gone;
    }
  }

  /** Pages with an entry from `from` to below `to`, ascending. */
  pagesIn(from: number, to: number): number[] {
    const out: number[] = [];
    if (this.#size === 0) return out;
    for (const key of this.#keysIn(from, to)) {
      const leaf = this.#lookup(key) as Leaf;
      const base = key * LEAF + leaf.base;
      const end = Math.min(leaf.slots.length, to - base);
      for (let i = Math.max(0, Math.ceil(from - base)); i < end; i++)
        if (!Number.isNaN(leaf.slots[i])) out.push(base + i);
    }
    return out;
  }

  /**
   * The effect of fork: another table gets the entries of a range. Whole leaves are shared until one side writes.
   * @param mark returns the marked entry for both tables, or the same entry if it gets no mark
   */
  share(into: PageTable, from: number, to: number, mark: ((entry: number) => number) | undefined): void {
    if (this.#size === 0) return;
    for (const key of this.#keysIn(from, to)) {
      let leaf = this.#lookup(key) as Leaf;
      const base = key * LEAF + leaf.base;
      const whole = from <= base && to >= base + leaf.slots.length && into.#lookup(key) === undefined;
      if (mark !== undefined && !leaf.marked) {
        leaf = this.#writable(key) as Leaf;
        const { slots } = leaf;
        const end = Math.min(slots.length, to - base);
        for (let i = Math.max(0, Math.ceil(from - base)); i < end; i++)
          if (!Number.isNaN(slots[i])) slots[i] = mark(slots[i]);
        leaf.marked = whole;
      }
      if (whole) {
        leaf.owner = undefined;
        into.#put(key, leaf);
        into.#size += leaf.size;
        continue;
      }
      const end = Math.min(leaf.slots.length, to - base);
      for (let i = Math.max(0, Math.ceil(from - base)); i < end; i++)
        if (!Number.isNaN(leaf.slots[i])) into.set(base + i, leaf.slots[i]);
    }
  }

  /**
   * The entries of a range are moved by `shift` pages; entries at the destination that are not overwritten stay. Whole
   * leaves are moved as they are.
   */
  move(from: number, to: number, shift: number): void {
    if (this.#size === 0 || shift === 0) return;
    const taken: { key: number; leaf: Leaf }[] = [];
    const single: number[] = [];
    for (const key of this.#keysIn(from, to)) {
      const leaf = this.#lookup(key) as Leaf;
      const base = key * LEAF + leaf.base;
      if (shift % LEAF === 0 && from <= base && to >= base + leaf.slots.length) {
        taken.push({ key, leaf });
        this.#drop(key);
        this.#size -= leaf.size;
        continue;
      }
      const end = Math.min(leaf.slots.length, to - base);
      for (let i = Math.max(0, Math.ceil(from - base)); i < end; i++)
        if (!Number.isNaN(leaf.slots[i])) single.push(base + i, leaf.slots[i]);
    }
    this.deleteRange(from, to);
    for (const { key, leaf } of taken) {
      const at = key + shift / LEAF;
      if (this.#lookup(at) === undefined) {
        this.#put(at, leaf);
        this.#size += leaf.size;
      } else
        leaf.slots.forEach((entry, i) => {
          if (!Number.isNaN(entry)) this.set(at * LEAF + leaf.base + i, entry);
        });
    }
    for (let i = 0; i < single.length; i += 2) this.set(single[i] + shift, single[i + 1]);
  }

  #keysIn(from: number, to: number): number[] {
    const first = Math.floor(from / LEAF);
    const end = Math.ceil(to / LEAF);
    if (this.#leaves !== undefined) return this.#leaves.keysIn(first, end);
    return this.#leaf !== undefined && this.#key >= first && this.#key < end ? [this.#key] : [];
  }

  #lookup(key: number): Leaf | undefined {
    if (this.#leaves === undefined) return key === this.#key ? this.#leaf : undefined;
    this.#leaf = this.#leaves.get(key);
    this.#key = key;
    return this.#leaf;
  }

  /** The leaf, owned by this table only. */
  #writable(key: number): Leaf | undefined {
    const leaf = key === this.#key ? this.#leaf : this.#lookup(key);
    if (leaf === undefined || leaf.owner === this) return leaf;
    const own = new Leaf(this, leaf.base, leaf.slots.slice(), leaf.size);
    own.marked = leaf.marked;
    this.#put(key, own);
    return own;
  }

  #make(key: number, i: number): Leaf {
    const leaf = new Leaf(this, i - (i % SMALLEST), empty(SMALLEST), 0);
    this.#put(key, leaf);
    return leaf;
  }

  #put(key: number, leaf: Leaf): void {
    if (this.#leaves === undefined && this.#leaf !== undefined && key !== this.#key) {
      this.#leaves = new Ordered();
      this.#leaves.set(this.#key, this.#leaf);
    }
    this.#leaves?.set(key, leaf);
    this.#key = key;
    this.#leaf = leaf;
  }

  #drop(key: number): void {
    this.#leaves?.delete(key);
    this.#key = Number.NaN;
    this.#leaf = undefined;
  }
}
