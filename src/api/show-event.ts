// Rule view of an event: the slots of the record under the names of its fields, with their meaning.

import type { Catalogue } from '../vocabulary/catalogue.ts';
import { type Meaning, meaningOf } from '../vocabulary/meaning.ts';
import { known, Slot } from '../vocabulary/record.ts';
import type { TraceEvent } from './events.ts';
import { asPage, bits64, knownPointer } from './view-base.ts';
import type { Viewer } from './viewer.ts';
import type { At } from './views.ts';

type Fields = Record<string, unknown>;
type Read = (rows: Float64Array, o: number, v: Viewer) => unknown;

const READ: Record<Meaning, (slot: number) => Read> = {
  // an address space that has ended keeps its identity
  mm: (s) => (rows, o, v) => v.mm(v.model.knownMm(rows[o + s]) ?? v.model.mm(rows[o + s])),
  page: (s) => (rows, o, v) => asPage(v.model.page(rows[o + s])),
  pfn: (s) => (rows, o, v) => asPage(v.model.pageOfPfn(rows[o + s])),
  address: (s) => (rows, o) => known(rows[o + s]),
  number: (s) => (rows, o) => known(rows[o + s]),
  pointer: (s) => (rows, o) => knownPointer(rows[o + s]),
  symbol: (s) => (rows, o, v) => v.symbol(rows[o + s])?.replace(/^"(.*)"$/, '$1'),
  length: () => (rows, o) => known(rows[o + Slot.END] - rows[o + Slot.ADDR]),
  bits: () => (rows, o) => bits64(rows[o + Slot.PTE_HI], rows[o + Slot.PTE_LO]),
};

type Readers = ReadonlyMap<string, Read>;

const READERS = new WeakMap<Catalogue, Readers[]>();

/** How the fields of a kind are read, by name; of several slots with one name the first that the line shows. */
function readersOf(kind: number, catalogue: Catalogue): Readers {
  const readers = READERS.get(catalogue) ?? [];
  if (readers.length === 0) READERS.set(catalogue, readers);
  readers[kind] ??= newReaders(kind, catalogue);
  return readers[kind];
}

function newReaders(kind: number, catalogue: Catalogue): Readers {
  const readers = new Map<string, Read>();
  const meanings = catalogue.meanings(kind);
  for (const [i, field] of catalogue.fields[kind].entries()) {
    const read = READ[meanings?.[i] ?? meaningOf(field)](field.slot);
    const before = readers.get(field.name);
    readers.set(field.name, before === undefined ? read : (...at) => before(...at) ?? read(...at));
  }
  return readers;
}

/** The event at `o` of `rows`. */
export function showEvent(kind: number, rows: Float64Array, o: number, v: Viewer): TraceEvent<string, Fields> {
  const fields: Fields = {};
  for (const [name, read] of readersOf(kind, v.model.catalogue)) fields[name] = read(rows, o, v);
  return { kind: v.model.catalogue.kindNames[kind], at: v.at(v.model.at()), fields };
}

/**
 * Events of one kind for the built-in rules, which read an event before they return: one object, whose fields are
 * decoded when they are read. Saves 5 % of a check; a rule that kept it would get a TypeError.
 */
export class CurrentEvent implements TraceEvent<string, Fields> {
  readonly kind: string;
  readonly fields: Fields = {};
  readonly #viewer: Viewer;
  #rows: Float64Array | undefined;
  #o = 0;

  constructor(kind: number, viewer: Viewer) {
    this.#viewer = viewer;
    this.kind = viewer.model.catalogue.kindNames[kind];
    for (const [name, read] of readersOf(kind, viewer.model.catalogue))
      Object.defineProperty(this.fields, name, { get: () => read(this.#current(), this.#o, viewer), enumerable: true });
  }

  get at(): At {
    this.#current();
    return this.#viewer.at(this.#viewer.model.at());
  }

  /** Calls with the event at `o` of `rows`. */
  during(rows: Float64Array, o: number, tell: (event: this) => void): void {
    this.#rows = rows;
    this.#o = o;
    tell(this);
    this.#rows = undefined;
  }

  #current(): Float64Array {
    if (this.#rows === undefined) throw new TypeError(`an event (${this.kind}) was read after it was over`);
    return this.#rows;
  }
}
