// What the fast lane knows, written into its memory: columns, tasks, names, places, types and templates. An entry is
// written once it has been seen in a line that was understood; when the memory is full, or a thing has a form that the
// lane does not know, it stays unknown and its lines go the ordinary way.
import type { TraceLine } from '../../parsers/line.ts';
import type { EventType } from '../../vocabulary/event-type.ts';
import { type Template, ValueKind } from '../../vocabulary/template.ts';
import {
  Columns,
  KeyAt,
  LEARNED,
  MASKS,
  Name,
  Names,
  PlaceAt,
  Tasks,
  TemplateAt,
  TypeAt,
  ValueType,
} from './layout.ts';

/** Columns of a task's name. */
export const COMM = 16;
const DASH = 45;
const DOT = 46;
const COLON = 58;
const BRACKET_OPEN = 91;
const SPACE = 32;

/** The blank and the seconds behind it that are compared at once. */
const SECONDS_COLUMNS = 8;

/** Columns of the flags and the blanks around them, one vector. */
const MOST_GAP = 16;

export class Tables {
  /** types by their number */
  readonly types: EventType[] = [];
  /** what somebody calls the tasks by their place, 0: nothing yet */
  readonly marks = new Int32Array(Tasks.count);
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #addresses = new Map<EventType | Template, number>();
  readonly #names = new Map<string, number>();
  readonly #places = new Set<string>();
  #free = LEARNED.at;

  constructor(memory: ArrayBuffer) {
    this.#bytes = new Uint8Array(memory);
    this.#view = new DataView(memory);
    this.#bytes.fill(255, MASKS, MASKS + 16);
    this.#view.setFloat64(Columns.at + Columns.nothing, Number.NaN, true);
    // no eight bytes of text are zero, so no line has these seconds
    this.#view.setBigInt64(Columns.at + Columns.secondsMask, -1n, true);
  }

  /** Whether the lane can do nothing about lines such as this type's last one. */
  isHopeless(type: EventType): boolean {
    return type.template !== undefined && this.#addresses.get(type.template) === 0;
  }

  /** Task and seconds of a line; false when its columns are others. */
  learnColumns(line: TraceLine, start: number): boolean {
    const { buf } = line;
    const bracket = start + (buf[start + 25] === BRACKET_OPEN ? 25 : 23);
    const point = pointBefore(buf, line.nameStart);
    if (buf[start + COMM] !== DASH || buf[bracket] !== BRACKET_OPEN || buf[bracket + 4] !== 93 || point < bracket)
      return false;
    if (line.commStart !== commOf(buf, start) || line.commEnd !== start + COMM) return false;
    // the fraction is taken off and put on again
    if (!Number.isSafeInteger(line.ts)) return false;
    for (let at = start + COMM + 1; at < bracket; at++) if (buf[at] !== SPACE && !isDigit(buf[at])) return false;
    let seconds = point;
    while (isDigit(buf[seconds - 1])) seconds--;
    const columns = point - seconds + 1;
    const gap = seconds - bracket - 5;
    if (columns > SECONDS_COLUMNS || gap < 1 || gap > MOST_GAP || buf[seconds - 1] !== SPACE) return false;
    this.#setGap(buf, bracket, gap);
    this.#setColumns(line, bracket, point, columns);
    this.#view.setFloat64(Columns.at + Columns.contextShown, line.context >= 0 ? 0 : Number.NaN, true);
    this.#setTask(line, start, bracket);
    return true;
  }

  #setGap(buf: Uint8Array, bracket: number, gap: number): void {
    let blanks = 0;
    let flags = 4;
    for (let i = gap - 1; i >= 0; i--) {
      if (buf[bracket + 5 + i] === SPACE) blanks |= 1 << i;
      else flags = 5 + i;
    }
    this.#view.setInt32(Columns.at + Columns.gap, (1 << gap) - 1, true);
    this.#view.setInt32(Columns.at + Columns.blanks, blanks, true);
    this.#view.setInt32(Columns.at + Columns.flags, flags, true);
    this.#view.setInt32(Columns.at + Columns.context, flags + 2, true);
  }

  #setColumns(line: TraceLine, bracket: number, point: number, columns: number): void {
    const view = this.#view;
    const at = Columns.at;
    view.setInt32(at + Columns.point, point - bracket, true);
    for (let i = 0; i < SECONDS_COLUMNS; i++) {
      this.#bytes[at + Columns.seconds + i] = line.buf[point - SECONDS_COLUMNS + i];
      this.#bytes[at + Columns.secondsMask + i] = i < SECONDS_COLUMNS - columns ? 0 : 255;
    }
    let fraction = 0;
    for (let i = 0; i < 9; i++)
      fraction = fraction * 10 + (line.nameStart - point > 10 || i < 6 ? line.buf[point + 1 + i] - 48 : 0);
    view.setFloat64(at + Columns.secondsNs, line.ts - fraction, true);
  }

  #setTask({ buf, pid }: TraceLine, start: number, bracket: number): void {
    const words = new DataView(buf.buffer, buf.byteOffset + start, COMM + 9);
    const slot = hash(words.getInt32(COMM + 1, true), words.getInt32(COMM + 5, true)) >>> 24;
    const at = Tasks.at + slot * Tasks.size;
    this.marks[slot] = 0;
    this.#bytes.set(buf.subarray(start, start + COMM), at + Tasks.name);
    this.#bytes.set(buf.subarray(start + COMM + 1, start + COMM + 9), at + Tasks.pidText);
    this.#view.setInt32(at + Tasks.pid, pid, true);
    this.#view.setInt32(at + Tasks.bracket, bracket - start, true);
  }

  /**
   * @param place the probe location, or nothing
   * @param symbol the caller that the place names, NaN when it names none
   */
  learnType(type: EventType, place: string, symbol: number): void {
    if (place.startsWith('_')) return;
    const at = this.#addresses.get(type) ?? this.#addType(type);
    if (at === undefined) return;
    const template = type.kept ? type.template : undefined;
    if (template !== undefined) {
      const known = this.#addresses.get(template) ?? this.#addTemplate(template);
      // its caller may have come from an argument, not from the place
      if (known === 0) return;
      type.countLane(template);
      this.#view.setInt32(at + TypeAt.template, known, true);
    }
    const name = this.#names.get(type.name) ?? this.#addName(type.name);
    if (name === undefined) return;
    if (place === '') this.#view.setInt32(name + Name.plain, at, true);
    else this.#addPlace(name, place, at, type.kept ? symbol : Number.NaN);
  }

  #addType(type: EventType): number | undefined {
    const at = this.#room(TypeAt.size);
    if (at === undefined) return undefined;
    this.#view.setInt32(at + TypeAt.number, this.types.push(type) - 1, true);
    this.#view.setInt32(at + TypeAt.kept, type.kept ? 1 : 0, true);
    this.#view.setFloat64(at + TypeAt.kind, type.kind, true);
    this.#view.setFloat64(at + TypeAt.fn, type.fn, true);
    this.#addresses.set(type, at);
    return at;
  }

  /** Address of the template, 0 when the lane cannot read it. */
  #addTemplate(template: Template): number {
    const fits =
      template.positional &&
      template.keys.every((key, i) => key.length <= 14 && template.kinds[i] !== ValueKind.Symbol);
    const at = fits ? this.#room(TemplateAt.key + template.keys.length * KeyAt.size) : undefined;
    this.#addresses.set(template, at ?? 0);
    if (at === undefined) return 0;
    this.#view.setInt32(at + TemplateAt.keys, template.keys.length, true);
    for (const [i, key] of template.keys.entries()) {
      const entry = at + TemplateAt.key + i * KeyAt.size;
      const literal = Buffer.from(` ${key}=`, 'latin1');
      const slot = template.slots[i];
      this.#view.setInt32(entry + KeyAt.length, literal.length, true);
      this.#view.setInt32(entry + KeyAt.slot, slot < 0 ? -1 : slot * 8, true);
      this.#view.setInt32(entry + KeyAt.type, VALUE_TYPES[template.kinds[i]], true);
      this.#bytes.set(literal, entry + KeyAt.literal);
      this.#bytes.fill(255, entry + KeyAt.mask, entry + KeyAt.mask + literal.length);
    }
    return at;
  }

  #addName(name: string): number | undefined {
    const { length } = name;
    // the table stays half empty, so that looking for a name that is not there ends soon
    if (length < 3 || length > 31 || this.#names.size * 2 >= Names.count) return undefined;
    const at = this.#room(Name.size);
    if (at === undefined) return undefined;
    const printed = Buffer.from(` ${name}: `, 'latin1');
    this.#view.setInt32(at + Name.length, length, true);
    this.#bytes.set(printed.subarray(1, 1 + length), at + Name.bytes);
    this.#bytes.fill(255, at + Name.firstMask, at + Name.firstMask + Math.min(length, 16));
    this.#bytes.fill(255, at + Name.restMask, at + Name.restMask + Math.max(length - 16, 0));
    let slot = hash(printed.readInt32LE(1) ^ length, printed.readInt32LE(length - 3)) >>> 22;
    while (this.#view.getInt32(Names.at + slot * 4, true) !== 0) slot = (slot + 1) & (Names.count - 1);
    this.#view.setInt32(Names.at + slot * 4, at, true);
    this.#names.set(name, at);
    return at;
  }

  #addPlace(name: number, place: string, type: number, symbol: number): void {
    const count = this.#view.getInt32(name + Name.places, true);
    const id = `${name} ${place}`;
    if (count === Name.mostPlaces || this.#places.has(id)) return;
    const at = this.#room(PlaceAt.bytes + ((place.length + 15) & ~15));
    if (at === undefined) return;
    this.#places.add(id);
    this.#view.setInt32(at + PlaceAt.type, type, true);
    this.#view.setInt32(at + PlaceAt.length, place.length, true);
    this.#view.setFloat64(at + PlaceAt.symbol, symbol, true);
    this.#bytes.set(Buffer.from(place, 'latin1'), at + PlaceAt.bytes);
    this.#view.setInt32(name + Name.place + 4 * count, at, true);
    this.#view.setInt32(name + Name.places, count + 1, true);
  }

  #room(bytes: number): number | undefined {
    const at = this.#free;
    if (at + bytes > LEARNED.at + LEARNED.size) return undefined;
    this.#free = at + ((bytes + 15) & ~15);
    return at;
  }
}

const VALUE_TYPES: Readonly<Record<number, number>> = {
  [ValueKind.Number]: ValueType.Number,
  [ValueKind.Pte]: ValueType.Pte,
  [ValueKind.Length]: ValueType.Length,
};

/** Where the name begins that stands to the right in the first columns. */
export function commOf(buf: Uint8Array, start: number): number {
  let at = start;
  while (buf[at] === SPACE && at < start + COMM) at++;
  return at;
}

const isDigit = (c: number): boolean => c >= 48 && c <= 57;

/** As kernel.ts computes it. */
const hash = (a: number, b: number): number => Math.imul(a ^ Math.imul(b, 0x85ebca6b), 0x9e3779b1);

/** Where the point of `9.044846: ` or `9.044846123: ` is that ends where the name begins; -1: something else stands there. */
function pointBefore(buf: Uint8Array, nameStart: number): number {
  if (buf[nameStart - 1] !== SPACE || buf[nameStart - 2] !== COLON) return -1;
  for (const digits of [6, 9]) {
    const point = nameStart - 3 - digits;
    if (buf[point] === DOT) {
      for (let at = point + 1; at < nameStart - 2; at++) if (!isDigit(buf[at])) return -1;
      return point;
    }
  }
  return -1;
}
