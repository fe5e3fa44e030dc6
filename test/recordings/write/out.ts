// Bytes one after the other, in the order of either machine: what the writers of recordings are made of.

export class Out {
  readonly little: boolean;
  #buf = Buffer.alloc(1 << 16);
  length = 0;

  constructor(little: boolean) {
    this.little = little;
  }

  u8(n: number): this {
    const at = this.#room(1);
    this.#buf.writeUInt8(n, at);
    return this;
  }

  u16(n: number): this {
    const at = this.#room(2);
    if (this.little) this.#buf.writeUInt16LE(n, at);
    else this.#buf.writeUInt16BE(n, at);
    return this;
  }

  u32(n: number): this {
    const at = this.#room(4);
    if (this.little) this.#buf.writeUInt32LE(n >>> 0, at);
    else this.#buf.writeUInt32BE(n >>> 0, at);
    return this;
  }

  u64(n: number | bigint): this {
    const at = this.#room(8);
    const value = BigInt.asUintN(64, BigInt(n));
    if (this.little) this.#buf.writeBigUInt64LE(value, at);
    else this.#buf.writeBigUInt64BE(value, at);
    return this;
  }

  /** A number of so many bytes. */
  number(n: bigint, size: number): this {
    if (size === 8) return this.u64(n);
    if (size > 8) {
      const halves = [n, n >> 64n];
      for (const half of this.little ? halves : halves.reverse()) this.u64(half);
      return this;
    }
    const value = Number(BigInt.asUintN(8 * size, n));
    return size === 4 ? this.u32(value) : size === 2 ? this.u16(value) : this.u8(value);
  }

  bytes(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#buf.set(bytes, at);
    return this;
  }

  text(text: string): this {
    return this.bytes(Buffer.from(text, 'latin1'));
  }

  string(text: string): this {
    return this.text(text).u8(0);
  }

  zeros(n: number): this {
    return this.bytes(new Uint8Array(n));
  }

  /** Up to a multiple of `n`, from 0 or from `from`. */
  align(n: number, from = 0): this {
    return this.zeros((n - ((this.length - from) % n)) % n);
  }

  /** Write over what is there. */
  at(place: number, write: (out: Out) => void): this {
    const { length } = this;
    this.length = place;
    write(this);
    this.length = length;
    return this;
  }

  get all(): Buffer {
    return this.#buf.subarray(0, this.length);
  }

  #room(n: number): number {
    const at = this.length;
    this.length += n;
    if (this.length > this.#buf.length) {
      const more = Buffer.alloc(2 * this.length);
      more.set(this.#buf.subarray(0, at));
      this.#buf = more;
    }
    return at;
  }
}
