// Why: the pins that are held, in the order in which they were taken. A Set of them grows and shrinks its table with every
// few hundred pins that come and go, and copies it each time; a list that goes through the pins needs no table.
import type { Pin } from './state.ts';

/** A pin in the list names its neighbours (Pin.older, Pin.newer). */
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

  /** Take out a pin, if it is in it. */
  delete(pin: Pin): void {
    const { older, newer } = pin;
    if (older === undefined && this.#oldest !== pin) return;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    pin.older = undefined;
    pin.newer = undefined;
    this.size--;
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

  /** From the oldest on. The pin that is visited may be taken out. */
  *[Symbol.iterator](): Generator<Pin, void> {
    for (let pin = this.#oldest; pin !== undefined; ) {
      const { newer } = pin;
      yield pin;
      pin = newer;
    }
  }
}
