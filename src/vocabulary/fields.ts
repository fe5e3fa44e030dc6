// Why: the meaning of an argument does not depend on its source: a line of text, a recording, or a store. Each source
// provides its arguments as fields, and template.ts alone converts them into slots.
import { text } from '../util/bytes.ts';
import type { Arguments } from './arguments.ts';
import { number64 } from './number.ts';

/** The arguments of one event, each with a name and a number or a text. */
export interface Fields {
  readonly names: readonly string[];
  /**
   * Argument `k` as {@link number64} reads it: NaN if it is not a number, else its halves are in `half` of number.ts.
   * @param bareHex it is printed in hex without 0x
   */
  number(k: number, bareHex: boolean): number;
  /** Argument `k` as printed; undefined if the source could not read it. */
  text(k: number): string | undefined;
}

/** The arguments of a line. */
export class PrintedFields implements Fields {
  readonly names: readonly string[];
  readonly #buf: Uint8Array;
  readonly #arguments: Arguments;

  constructor(buf: Uint8Array, args: Arguments) {
    this.names = args.list.map((argument) => argument.key);
    this.#buf = buf;
    this.#arguments = args;
  }

  number(k: number, bareHex: boolean): number {
    const { start, end } = this.#arguments.list[k];
    return number64(this.#buf, start, end, bareHex || this.#arguments.bareHex);
  }

  text(k: number): string {
    const { start, end } = this.#arguments.list[k];
    return text(this.#buf, start, end);
  }
}
