// Why: what an argument means does not depend on how it came: printed in a line, decoded from a recording, or out of a
// store. Each source gives its arguments as fields, and one place (template.ts) makes slots of them.
import { text } from '../util/bytes.ts';
import type { Arguments } from './arguments.ts';
import { number64 } from './number.ts';

/** The arguments of one event: a name each, and a number or a text. */
export interface Fields {
  readonly names: readonly string[];
  /**
   * Argument `k` as {@link number64} reads it: NaN when it is no number, else its halves are in `half` of number.ts.
   * @param bareHex it is printed in hex without 0x
   */
  number(k: number, bareHex: boolean): number;
  /** Argument `k` as it is printed; undefined when the source could not read it. */
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
