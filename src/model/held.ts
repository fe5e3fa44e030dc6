// Why: the live pins, in the order in which they were taken. A Set would grow, shrink and copy its table every few
// hundred pins; a list linked through the pins needs no table.
import type { Pin } from './state.ts';

/** A pin in the list refers to its neighbours (Pin.older, Pin.newer). */
export class Held {
  size = 0;
  #oldest: Pin | undefined;
  #newest: Pin | undefined;

  get oldest(): Pin | undefined {
    return this.#oldest;
  }

  add(pin: Pin): void {
    if (pin === this.#oldest || pin.older !== undefined) return;
    pin.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = pin;
    else this.#newest.newer = pin;
    this.#newest = pin;
    this.size++;
  }

  /** Remove a pin; false if it is not in the list. */
  delete(pin: Pin): boolean {
    const { older, newer } = pin;
    if (older === undefined && this.#oldest !== pin) return false;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    pin.older = undefined;
    pin.newer = undefined;
    this.size--;
    return true;
  }

  clear(): void {
    for (const pin of this) {
      pin.older = undefined;
      pin.newer = undefined;
    }
    this.#oldest = undefined;
    this.#newest = undefined;
    this.size = 0;
  }

  /** From the oldest on. The current pin may be removed. */
  *[Symbol.iterator](): Generator<Pin, void> {
    for (let pin = this.#oldest; pin !== undefined; ) {
      const { newer } = pin;
      yield pin;
      pin = newer;
    }
  }
}
