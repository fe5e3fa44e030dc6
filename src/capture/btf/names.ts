// Why: a kernel has 60,000 types with names, of which a hundred are looked for. Their names are hashed where they are, and
// no string is made of any.

/** KSYM_NAME_LEN: the kernel accepts no longer names. */
export const LONGEST_NAME = 512;

const HASHES = 1 << 16;

export class NameIndex {
  /** by hash: one more than the index of the newest type; 0: there is none */
  readonly #newest = new Uint32Array(HASHES);
  /** by type: the same, of the one before it */
  readonly #before: Uint32Array;

  /** @param types how many there are */
  constructor(types: number) {
    this.#before = new Uint32Array(types);
  }

  /**
   * @param bytes that contain the name from `from` on, up to a NUL
   * @returns false: it has more than LONGEST_NAME bytes
   */
  add(type: number, bytes: Uint8Array, from: number): boolean {
    const hash = hashOf(bytes, from);
    if (hash < 0) return false;
    this.#before[type] = this.#newest[hash];
    this.#newest[hash] = type + 1;
    return true;
  }

  /** Types whose name may be this one, which ends with a NUL; the newest first. */
  *like(name: Uint8Array): Iterable<number> {
    for (let i = this.#newest[hashOf(name, 0)]; i > 0; i = this.#before[i - 1]) yield i - 1;
  }
}

/** Of the bytes up to a NUL; -1 if there are too many. */
function hashOf(bytes: Uint8Array, from: number): number {
  let hash = 0;
  for (let i = from; i <= from + LONGEST_NAME; i++) {
    if (bytes[i] === 0) return (hash ^ (hash >>> 16)) & (HASHES - 1);
    hash = (Math.imul(hash, 31) + bytes[i]) | 0;
  }
  return -1;
}
