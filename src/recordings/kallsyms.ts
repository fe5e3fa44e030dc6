// Why: a recording contains addresses where its text shows functions. Names come from the kallsyms of that boot,
// 200,000 lines that are read only when the first address is looked up, and kept as text: an index contains the start
// of each line.
//
//   ffffffff93784ee4 T handle_mm_fault
//   ffffffffc0a01000 t nvme_probe	[nvme]
// Source: kernel/kallsyms.c, s_show(). Of aliases, the first one of an address is used, as in get_symbol_pos().

/** Per-CPU symbols are at the beginning of the address space, and are never executed. */
const LOWEST = 2 ** 24;
/** Maximum distance of an address from its symbol. */
const FARTHEST = 2 ** 22;

/** Number of linear searches that cost as much as sorting. */
const SEARCHED = 400;

export interface SymbolOffset {
  name: string;
  offset: number;
}

/** Addresses are signed 64-bit numbers, as in records: those of a kernel are exact. */
export class Kallsyms {
  readonly #load: () => Uint8Array | undefined;
  #text: Uint8Array = new Uint8Array(0);
  /** addresses, ascending, and the start of their lines */
  #addresses: Float64Array | undefined;
  #lines: Uint32Array = new Uint32Array(0);
  #sorted = false;
  #searches = 0;

  /** @param load returns the text, on demand */
  constructor(load: () => Uint8Array | undefined) {
    this.#load = load;
  }

  /** No address has a name: there are no symbols, or the recorder was not allowed to see their addresses. */
  get empty(): boolean {
    return this.#index().length === 0;
  }

  /** The function at an address. */
  find(address: number): SymbolOffset | undefined {
    const addresses = this.#index();
    const nearest = this.#sorted ? behind(addresses, address) - 1 : this.#search(addresses, address);
    if (nearest < 0) return undefined;
    const at = addresses[nearest];
    if (address - at > FARTHEST) return undefined;
    return { name: this.#nameAt(this.#lines[nearest]), offset: address - at };
  }

  /** `get_arg_page+0x73`, as trace-cmd and perf print `:symbol` arguments. */
  name(address: number): string | undefined {
    const found = this.find(address);
    return found === undefined ? undefined : `${found.name}+0x${found.offset.toString(16)}`;
  }

  /** The greatest address up to this one. A few are searched linearly; sorting is worthwhile for many. */
  #search(addresses: Float64Array, address: number): number {
    if (++this.#searches > SEARCHED) {
      this.#lines = sortLines(addresses, this.#lines);
      this.#sorted = true;
      return behind(addresses, address) - 1;
    }
    let best = Number.NEGATIVE_INFINITY;
    let at = -1;
    for (let i = 0; i < addresses.length; i++) {
      const here = addresses[i];
      if (here <= address && here > best) {
        best = here;
        at = i;
      }
    }
    return at;
  }

  #nameAt(line: number): string {
    const text = this.#text;
    let start = line;
    while (start < text.length && text[start] !== 32) start++;
    start += 3;
    let end = start;
    while (end < text.length && text[end] > 32) end++;
    return Buffer.from(text.buffer, text.byteOffset + start, Math.max(0, end - start)).toString('latin1');
  }

  #index(): Float64Array {
    if (this.#addresses !== undefined) return this.#addresses;
    this.#text = this.#load() ?? this.#text;
    const { addresses, lines, sorted } = readLines(this.#text);
    this.#addresses = addresses;
    this.#lines = lines;
    this.#sorted = sorted;
    return addresses;
  }
}

function readLines(text: Uint8Array): { addresses: Float64Array; lines: Uint32Array; sorted: boolean } {
  let addresses = new Float64Array(1 + Math.floor(text.length / 32));
  let lines = new Uint32Array(addresses.length);
  let count = 0;
  let sorted = true;
  let last = Number.NEGATIVE_INFINITY;
  let at = 0;
  while (at < text.length) {
    const line = at;
    let hi = 0;
    let lo = 0;
    for (; at < text.length; at++) {
      const c = text[at];
      const digit = c <= 57 ? c - 48 : (c | 32) - 87;
      if (digit < 0 || digit > 15) break;
      hi = (hi << 4) | (lo >>> 28);
      lo = (lo << 4) | digit;
    }
    const address = hi * 4294967296 + (lo >>> 0);
    if (at > line && text[at] === 32 && (address < 0 || address >= LOWEST)) {
      if (count === addresses.length) {
        addresses = grown(addresses, new Float64Array(count * 2));
        lines = grown(lines, new Uint32Array(count * 2));
      }
      if (address < last) sorted = false;
      // the first of aliases
      if (address !== last) {
        addresses[count] = address;
        lines[count++] = line;
      }
      last = address;
    }
    const end = text.indexOf(10, at);
    at = end < 0 ? text.length : end + 1;
  }
  return { addresses: addresses.subarray(0, count), lines: lines.subarray(0, count), sorted };
}

function grown<T extends Float64Array | Uint32Array>(from: T, into: T): T {
  into.set(from);
  return into;
}

/** Sort the addresses; returns the lines in their order. Modules come after the kernel, wherever they are loaded. */
function sortLines(addresses: Float64Array, lines: Uint32Array): Uint32Array {
  const before = addresses.slice();
  addresses.sort();
  const out = new Uint32Array(lines.length);
  for (let i = before.length - 1; i >= 0; i--) {
    // each of several equal addresses gets the first line in the end
    for (let k = behind(addresses, before[i]) - 1; k >= 0 && addresses[k] === before[i]; k--) out[k] = lines[i];
  }
  return out;
}

/** Number of sorted addresses up to this one. */
function behind(addresses: Float64Array, address: number): number {
  let low = 0;
  let high = addresses.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (addresses[middle] <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}
