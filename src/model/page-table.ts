// Why: page tables are what the replay writes most, and what fork copies. As in the kernel they are leaves of 512
// entries by address: neighbours cost nothing, ranges go by leaves, and fork shares a leaf until one side writes it. A
// leaf keeps only the aligned window of its entries that is in use, since most processes touch a few pages here and there.
import { Ordered } from './ordered.ts';

/** A page, as state.ts names it. */
export type PageId = number;

/** State of a page table entry, kept with the page in one number: `page * 64 + bits`. */
export const Pte = {
  None: 0,
  Present: 1,
  /** swapped out; names the page it was, which may still be in the swap cache */
  Swap: 2,
  Migration: 3,
  DevExclusive: 4,
  STATE: 7,
  /** fork gave the same page to another mm since it was mapped */
  Shared: 8,
  /** not anonymous: file, shmem or zero page */
  File: 16,
  /** anonymous, as a line about its reverse mapping said; neither this nor File: the trace does not tell */
  Anon: 32,
} as const;

export const entryPage = (entry: number): PageId => Math.floor(entry / 64);
export const entryBits = (entry: number): number => entry - Math.floor(entry / 64) * 64;
export const entryOf = (page: PageId, bits: number): number => page * 64 + bits;

/** Entries of a leaf (PTRS_PER_PTE with 4K pages; with larger pages the same number does). */
const LEAF = 512;
const SMALLEST = 8;

/** Entries of one leaf; NaN where there is none. */
class Leaf {
  /** the table that may write it; undefined: shared, so whoever writes copies it first */
  owner: PageTable | undefined;
  /** index of the first slot: the window begins at a multiple of its length */
  base: number;
  slots: number[];
  /** entries in use */
  size: number;
  /** the marks of fork are on all entries that get them */
  marked: boolean;

  constructor(owner: PageTable, base: number, slots: number[], size: number) {
    this.owner = owner;
    this.base = base;
    this.slots = slots;
    this.size = size;
    this.marked = false;
  }

  /** The window becomes as large as it must be to hold an index. */
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
  readonly #leaves = new Ordered<Leaf>();
  #size = 0;
  /** the leaf asked for last */
  #key = Number.NaN;
  #leaf: Leaf | undefined;

  get size(): number {
    return this.#size;
  }

  /** The entry of a page; NaN when there is none. */
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

  clear(): void {
    this.#leaves.clear();
    this.#size = 0;
    this.#key = Number.NaN;
    this.#leaf = undefined;
  }

  /** Forget the entries of the pages from `from` on and below `to`. */
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

  /** Pages with an entry from `from` on and below `to`, ascending. */
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
   * What fork does: another table gets the entries of a range. Whole leaves are shared until one of both writes.
   * @param mark gives an entry its mark, in both tables; the same entry when it gets none
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

  /** Entries of a range go `shift` pages further; those there that none comes to stay. Whole leaves go as they are. */
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
    return this.#leaves.keysIn(Math.floor(from / LEAF), Math.ceil(to / LEAF));
  }

  #lookup(key: number): Leaf | undefined {
    this.#leaf = this.#leaves.get(key);
    this.#key = key;
    return this.#leaf;
  }

  /** The leaf, as one that only this table has. */
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
    this.#leaves.set(key, leaf);
    this.#key = key;
    this.#leaf = leaf;
  }

  #drop(key: number): void {
    this.#leaves.delete(key);
    this.#key = Number.NaN;
    this.#leaf = undefined;
  }
}
