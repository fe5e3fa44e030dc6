// Why: a gigantic page has 2^18 pins in one list, and lines that give back one after the other. If each were taken out at
// once, all behind it would move each time; so a long list is cleared of those that have ended when half of it has, or
// when somebody looks at it.
import { drop, push } from './lists.ts';
import { Ordered } from './ordered.ts';
import type { PageId } from './page-table.ts';
import type { Pin } from './state.ts';

/** A shorter list is changed at once. */
const LONG = 256;

/** Live pins, by the folio whose reference count they raise. */
export class FolioPins {
  readonly #lists = new Ordered<Pin[]>();
  /** long lists, and the pins in them that have ended */
  readonly #ended = new Map<PageId, Set<Pin>>();

  get size(): number {
    return this.#lists.size;
  }

  has(folio: PageId): boolean {
    return this.#lists.has(folio);
  }

  get(folio: PageId): readonly Pin[] | undefined {
    const list = this.#lists.get(folio);
    if (list !== undefined && this.#ended.size > 0) this.#tidy(folio, list);
    return list;
  }

  add(folio: PageId, pin: Pin): void {
    push(this.#lists, folio, pin);
  }

  delete(folio: PageId, pin: Pin): void {
    const list = this.#lists.get(folio);
    if (list === undefined || list.length <= LONG) {
      drop(this.#lists, folio, pin);
      return;
    }
    const ended = this.#ended.get(folio) ?? new Set();
    this.#ended.set(folio, ended.add(pin));
    if (2 * ended.size >= list.length) this.#tidy(folio, list);
  }

  clear(): void {
    this.#lists.clear();
    this.#ended.clear();
  }

  #tidy(folio: PageId, list: Pin[]): void {
    const ended = this.#ended.get(folio);
    if (ended === undefined) return;
    this.#ended.delete(folio);
    let left = 0;
    for (const pin of list) if (!ended.has(pin)) list[left++] = pin;
    list.length = left;
    if (left === 0) this.#lists.delete(folio);
  }
}
