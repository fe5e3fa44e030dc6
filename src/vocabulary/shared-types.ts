// Why: memory must not grow with the names in a trace. A kernel has some thousand events; in a text with more names, those
// that come later share a type, by what they mean.
import type { Catalogue } from './catalogue.ts';
import { EventType, type FirstLine } from './event-type.ts';

/** Number of event types that have a name of their own. */
export const MOST_TYPES = 1 << 13;

export class SharedTypes {
  readonly #types = new Map<string, EventType>();
  readonly #catalogue: Catalogue;
  readonly #learned: (type: EventType) => void;

  /** @param learned called for each type at its first event */
  constructor(catalogue: Catalogue, learned: (type: EventType) => void) {
    this.#catalogue = catalogue;
    this.#learned = learned;
  }

  /** The type of a line like this one. */
  of(line: FirstLine): EventType {
    const { kind, fn } = this.#catalogue.meaning(line.name, line.at.symbol, line.at.ret);
    const isStrange = kind === undefined;
    const key = isStrange ? '' : [kind, fn, line.at.ret, line.ours].join();
    let type = this.#types.get(key);
    if (type === undefined) {
      const first = isStrange ? { ...line, name: '', system: '', keys: [] } : line;
      type = new EventType({ ...first, shared: true }, { catalogue: this.#catalogue });
      this.#types.set(key, type);
      this.#learned(type);
    }
    return type;
  }
}
