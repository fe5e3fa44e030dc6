// Why: leaves of page tables and pins are looked up by position and by range, whatever length a line claims. A hash
// table would have to look up each position of the range, or each of its keys; with sorted keys a range costs only the
// entries in it. There are two sorted levels: runs of keys, and the list of runs.

/** Maximum keys per run; a larger run is split. */
const RUN = 256;

/**
 * Content of an empty map, shared because some of a hundred thousand processes have only empty maps. Never modified.
 */
const NOTHING: never[] = [];

/** A map from numbers to values with sorted keys. NaN is not a valid key. */
export class Ordered<V> {
  /** first keys of the runs: all keys of a run are equal or above, all keys of the previous run below */
  #firsts: number[] = NOTHING;
  #keys: number[][] = NOTHING;
  #values: V[][] = NOTHING;
  #size = 0;
  /** the key looked up last, NaN if keys have been added or removed since; its run and its index there */
  #key = Number.NaN;
  #run = 0;
  #index = 0;

  get size(): number {
    return this.#size;
  }

  get(key: number): V | undefined {
    if (this.#size === 0) return undefined;
    const i = this.#find(key);
    return i >= 0 ? this.#values[this.#run][i] : undefined;
  }

  has(key: number): boolean {
    return this.#size > 0 && this.#find(key) >= 0;
  }

  set(key: number, value: V): void {
    if (Number.isNaN(key)) return;
    if (this.#size === 0) {
      this.#firsts = [key];
      this.#keys = [[key]];
      this.#values = [[value]];
      this.#size = 1;
      this.#key = Number.NaN;
      return;
    }
    const i = this.#find(key);
    const run = this.#run;
    if (i >= 0) {
      this.#values[run][i] = value;
      return;
    }
    this.#key = Number.NaN;
    const keys = this.#keys[run];
    insert(keys, ~i, key);
    if (~i === 0) this.#firsts[run] = key;
    insert(this.#values[run], ~i, value);
    this.#size++;
    if (keys.length > RUN) this.#split(run);
  }

  delete(key: number): boolean {
    if (this.#size === 0) return false;
    const i = this.#find(key);
    if (i < 0) return false;
    this.#key = Number.NaN;
    const run = this.#run;
    remove(this.#keys[run], i);
    remove(this.#values[run], i);
    this.#size--;
    if (this.#keys[run].length === 0) {
      remove(this.#firsts, run);
      remove(this.#keys, run);
      remove(this.#values, run);
      this.#run = 0;
    }
    return true;
  }

  clear(): void {
    this.#firsts = NOTHING;
    this.#keys = NOTHING;
    this.#values = NOTHING;
    this.#size = 0;
    this.#key = Number.NaN;
    this.#run = 0;
  }

  /** The keys from `from` to below `to`, ascending; a copy, so that they can be deleted meanwhile. */
  keysIn(from: number, to: number): number[] {
    return this.#pick(this.#keys, from, to);
  }

  /** The values of the keys from `from` to below `to`, in key order. */
  valuesIn(from: number, to: number): V[] {
    return this.#pick(this.#values, from, to);
  }

  deleteIn(from: number, to: number): void {
    if (to - from === 1) this.delete(from);
    else for (const key of this.keysIn(from, to)) this.delete(key);
  }

  /** What is in a range is moved by so many positions, over what is there. */
  move(from: number, to: number, by: number): void {
    const keys = this.keysIn(from, to);
    const values = this.valuesIn(from, to);
    for (const key of keys) this.delete(key);
    for (const [i, key] of keys.entries()) this.set(key + by, values[i]);
  }

  values(): V[] {
    return this.valuesIn(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  }

  /** Of `lists`, what belongs to the keys from `from` to below `to`. */
  #pick<T>(lists: readonly T[][], from: number, to: number): T[] {
    const out: T[] = [];
    if (this.#size === 0 || !(to > from)) return out;
    const first = this.#find(from);
    for (let run = this.#run, i = first < 0 ? ~first : first; run < this.#keys.length; run++, i = 0) {
      const keys = this.#keys[run];
      for (; i < keys.length; i++) {
        if (keys[i] >= to) return out;
        out.push(lists[run][i]);
      }
    }
    return out;
  }

  /** Index of a key in its run (#run), or the complement of its insertion index. Not for an empty map. */
  #find(key: number): number {
    // who adds or removes a key has often just looked it up
    if (key === this.#key) return this.#index;
    const firsts = this.#firsts;
    let run = this.#run;
    if (firsts.length > 1) {
      run = below(firsts, key);
      if (run < 0) run = Math.max(0, ~run - 1);
      this.#run = run;
    }
    this.#key = key;
    this.#index = below(this.#keys[run], key);
    return this.#index;
  }

  #split(run: number): void {
    const keys = this.#keys[run].splice(RUN >> 1);
    insert(this.#firsts, run + 1, keys[0]);
    insert(this.#keys, run + 1, keys);
    insert(this.#values, run + 1, this.#values[run].splice(RUN >> 1));
  }
}

/** Index of a key in a sorted list, or the complement of its insertion index. */
function below(keys: readonly number[], key: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle] < key) low = middle + 1;
    else high = middle;
  }
  return low < keys.length && keys[low] === key ? low : ~low;
}

// splice() allocates an array of what it removes, and these are short
function insert<T>(list: T[], at: number, value: T): void {
  list.push(value);
  for (let i = list.length - 1; i > at; i--) list[i] = list[i - 1];
  list[at] = value;
}

function remove<T>(list: T[], at: number): void {
  for (let i = at + 1; i < list.length; i++) list[i - 1] = list[i];
  list.pop();
}
