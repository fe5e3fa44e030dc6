// Why: events of a binary recording have fields with names and values. They have the same meaning as in a line of text
// (kinds.ts), so that rules, stores and reports do not depend on the source of an event.
import type { EventBytes, RecordedEvent, RecordedType } from '../recordings/contract.ts';
import type { Catalogue } from './catalogue.ts';
import { EventType, type TypeContext } from './event-type.ts';
import type { Fields } from './fields.ts';
import { Kind } from './kinds.ts';
import { EXACT_HI, half, MOST_EXACT_HI, signed64 } from './number.ts';
import { type RecordBatch, Slot, STRIDE } from './record.ts';
import type { Symbols } from './symbols.ts';
import { processNamed } from './task-name.ts';
import { Template } from './template.ts';

/** A type of the recording and the matching event type. */
interface KnownType {
  readonly type: EventType;
  /** the numbers that are read by their position: nearly all */
  readonly numbers: Numbers;
  /** the slots of the other fields; undefined: there is none */
  readonly layout: Template | undefined;
}

export class RecordedTypes {
  readonly #known = new Map<RecordedType, KnownType>();
  readonly #fields = new RecordedFields();
  readonly #vocabulary: TypeContext;
  readonly #symbols: Symbols;
  readonly #learned: (type: EventType) => void;

  /** @param learned called for each type at its first event */
  constructor(vocabulary: TypeContext, symbols: Symbols, learned: (type: EventType) => void) {
    this.#vocabulary = vocabulary;
    this.#symbols = symbols;
    this.#learned = learned;
  }

  /**
   * Append the mm event of `event`, if it is one.
   * @returns the event's type, known or not
   */
  decode(event: RecordedEvent, batch: RecordBatch): EventType {
    const { type, numbers, layout } = this.#known.get(event.type) ?? this.#learn(event);
    type.count++;
    if (!type.kept) return type;
    const { rows } = batch;
    const o = batch.length * STRIDE;
    for (let i = o; i < o + STRIDE; i++) rows[i] = Number.NaN;
    rows[o] = type.kind;
    rows[o + Slot.CPU] = event.cpu;
    rows[o + Slot.PID] = event.pid;
    rows[o + Slot.TGID] = processNamed(event.comm, event.pid, event.tgid);
    rows[o + Slot.TS] = event.ts;
    rows[o + Slot.OFFSET] = event.place;
    rows[o + Slot.LINE] = event.index;
    rows[o + Slot.FN] = type.fn;
    if (event.context >= 0) rows[o + Slot.CTX] = event.context;
    numbers.fill(event.bytes, rows, o);
    if (layout !== undefined) {
      this.#fields.event = event;
      layout.fill(this.#fields, rows, o, this.#symbols);
    }
    type.derive(rows, o);
    if (type.kind === Kind.gupRet) {
      const caller = event.type.values.caller(event.bytes);
      if (caller !== undefined) rows[o + Slot.SYM] = this.#symbols.number(caller);
    }
    batch.length++;
    return type;
  }

  #learn(event: RecordedEvent): KnownType {
    const { name, system, ret, fields } = event.type;
    const keys = fields.map((field) => field.name);
    const { catalogue, keep } = this.#vocabulary;
    const at = { symbol: placeOf(event.type, catalogue), ret };
    const type = new EventType({ name, system, at, first: event.place, keys }, { catalogue, keep });
    const layout = new Template(keys, catalogue.fields[type.kind], false);
    const numbers = new Numbers(layout, event.type);
    const known = { type, numbers, layout: layout.isForeign ? undefined : layout };
    this.#known.set(event.type, known);
    this.#learned(type);
    return known;
  }
}

/** Numbers of an event that are written into its record as they are. */
class Numbers {
  /** of each: its slot, its offset, and its bytes, below 0 if it is signed */
  readonly #plan: number[] = [];
  readonly #little: boolean = true;

  /** Takes them out of `layout`. */
  constructor(layout: Template, { fields, values }: RecordedType) {
    for (const k of fields.keys()) {
      const place = layout.isPlain(k) ? values.place(k) : undefined;
      if (place === undefined) continue;
      this.#plan.push(layout.slots[k], place.offset, place.signed ? -place.bytes : place.bytes);
      this.#little = place.little;
      layout.skip(k);
    }
  }

  fill({ view, start, end }: EventBytes, rows: Float64Array, o: number): void {
    const plan = this.#plan;
    const little = this.#little;
    for (let i = 0; i < plan.length; i += 3) {
      const at = start + plan[i + 1];
      const bytes = plan[i + 2];
      // a truncated event
      if (at + Math.abs(bytes) > end) continue;
      const slot = o + plan[i];
      if (bytes === 8) {
        const hi = view.getInt32(little ? at + 4 : at, little);
        const lo = view.getInt32(little ? at : at + 4, little);
        rows[slot] = hi >= EXACT_HI && hi <= MOST_EXACT_HI ? hi * 4294967296 + (lo >>> 0) : signed64(hi, lo);
      } else if (bytes === 4) rows[slot] = view.getUint32(at, little);
      else if (bytes === -4) rows[slot] = view.getInt32(at, little);
      else if (bytes === 2) rows[slot] = view.getUint16(at, little);
      else if (bytes === -2) rows[slot] = view.getInt16(at, little);
      else rows[slot] = bytes === 1 ? view.getUint8(at) : view.getInt8(at);
    }
  }
}

/** The fields of the event being decoded. */
class RecordedFields implements Fields {
  event!: RecordedEvent;

  get names(): readonly string[] {
    return this.event.type.fields.map((field) => field.name);
  }

  number(k: number): number {
    const { bytes, type } = this.event;
    return type.values.number(k, bytes, half) ? signed64(half.hi, half.lo) : Number.NaN;
  }

  text(k: number): string | undefined {
    const { bytes, type } = this.event;
    if (type.fields[k].is === 'text') return type.values.text(k, bytes);
    return type.values.number(k, bytes, half) ? hex(half.hi, half.lo) : undefined;
  }
}

/**
 * The function of a probe. If an event of pindrift's own group is on an unknown function, its symbols or address are
 * damaged or from another boot; it is then identified by its name instead of being dropped silently.
 */
function placeOf({ name, system, symbol, ret }: RecordedType, catalogue: Catalogue): string | undefined {
  const isLost = system === 'pindrift' && catalogue.probed(name, symbol, ret) === undefined;
  return isLost && catalogue.probed(name, undefined, ret) !== undefined ? undefined : symbol;
}

const hex = (hi: number, lo: number): string => `0x${((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)).toString(16)}`;
