// Symbols of the trace (callers of GUP functions), numbered in order of appearance: a record holds only numbers.
import { text } from '../util/bytes.ts';

export class Symbols {
  /** `names[row[Slot.SYM]]` */
  readonly names: string[];
  readonly #numbers = new Map<string, number>();

  /** @param names symbols that already have numbers; new ones are appended */
  constructor(names: string[] = []) {
    this.names = names;
    for (const [i, name] of names.entries()) this.#numbers.set(name, i);
  }

  /** Number of the symbol in `buf[start, end)`. */
  read(buf: Uint8Array, start: number, end: number): number {
    return this.number(text(buf, start, end));
  }

  number(name: string): number {
    let at = this.#numbers.get(name);
    if (at === undefined) {
      at = this.names.push(name) - 1;
      this.#numbers.set(name, at);
    }
    return at;
  }
}
