// Converts a line into an mm event: identifies the event, and writes its arguments as numbers into a record. Event
// names and probe locations are few and compared by their bytes; a new one is analysed once (event-type.ts,
// probe-site.ts).
import type { TraceLine } from '../parsers/formats/line.ts';
import type { RecordedEvent } from '../recordings/contract.ts';
import { PAREN_CLOSE, PAREN_OPEN, text, UNDERSCORE } from '../util/bytes.ts';
import { readArguments } from './arguments.ts';
import { type Catalogue, OWN_CATALOGUE } from './catalogue.ts';
import { siteEnd } from './ends.ts';
import { EraEvidence } from './era.ts';
import { EventType, type TypeFacts } from './event-type.ts';
import { Kind } from './kinds.ts';
import { misspelt } from './misspelt.ts';
import { type Location, location, Site } from './probe-site.ts';
import { type RecordBatch, Slot, STRIDE } from './record.ts';
import { RecordedTypes } from './recorded.ts';
import { MOST_TYPES, SharedTypes } from './shared-types.ts';
import { Symbols } from './symbols.ts';
import { processOf } from './task-name.ts';
import { cutLines, type DamagedLines, type LinesOfLayout } from './whole.ts';

export type { EventType, TypeFacts } from './event-type.ts';

const ESCAPE = 27;

/** Number of known locations per event name; a return probe has one per caller. */
const SITES = 32;

const NOWHERE: Location = { symbol: undefined, ret: false };

/** One event name, with its system if the text shows one. */
interface EventName {
  bytes: Uint8Array;
  /** its first and last four bytes */
  head: number;
  tail: number;
  /** type of lines without a probe location */
  plain: EventType | undefined;
  /** location in the previous line */
  site: Site<EventType> | undefined;
  sites: Site<EventType>[];
  /** several probes may share one name */
  types: EventType[];
}

export class Vocabulary {
  readonly catalogue: Catalogue;
  /** event types in order of appearance */
  readonly types: TypeFacts[] = [];
  readonly era = new EraEvidence();
  readonly #symbols = new Symbols();
  readonly #recorded = new RecordedTypes(this, this.#symbols, (type) => this.#add(type));
  /** why the last line is incomplete and became no record */
  damage: string | undefined;
  /**
   * Kinds whose events in a recording become records, the others are counted; undefined: all. To be set before the
   * first event. Of a text all do: half of a line is damage, whatever its kind.
   */
  keep: readonly boolean[] | undefined;
  readonly #shared: SharedTypes;
  #names = 0;
  #table: (EventName | undefined)[] = new Array(1024);
  #buf: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));

  constructor(catalogue: Catalogue = OWN_CATALOGUE) {
    this.catalogue = catalogue;
    this.#shared = new SharedTypes(catalogue, (type) => this.#add(type));
  }

  /** interned symbols (callers); `row[Slot.SYM]` is an index here */
  get symbols(): readonly string[] {
    return this.#symbols.names;
  }

  symbol(name: string): number {
    return this.#symbols.number(name);
  }

  /** Events of each kind. */
  seen(): number[] {
    const seen: number[] = new Array(this.catalogue.kindNames.length).fill(0);
    for (const { kind, count } of this.types) if (kind !== 0) seen[kind] += count;
    return seen;
  }

  /**
   * Append the mm event of `line`, if it is one.
   * @returns the event's type, known or not
   */
  decode(line: TraceLine, offset: number, lineNumber: number, batch: RecordBatch): EventType {
    const { buf, argsStart, argsEnd } = line;
    if (buf !== this.#buf) {
      this.#buf = buf;
      this.#view = new DataView(buf.buffer, buf.byteOffset, buf.byteLength);
    }
    const view = this.#view;
    const name = this.#find(line);
    this.damage = undefined;
    let type = name.plain;
    let start = argsStart;
    let blank = start - 1;
    let caller: string | undefined;
    let isCut = argsStart === argsEnd && name.sites.length > 0;
    // what stands directly behind the name are arguments of a system call
    const first = argsStart === line.nameEnd ? 0 : buf[argsStart];
    if ((first === PAREN_OPEN || first === UNDERSCORE) && argsStart < argsEnd) {
      let site = name.site;
      if (site === undefined || !site.stands(buf, view, argsStart, argsEnd)) site = this.#site(name, line, offset);
      if (site !== undefined) {
        type = site.type;
        start += site.length;
        blank = start;
        caller = site.caller;
      } else isCut = first === PAREN_OPEN && !buf.subarray(argsStart, argsEnd).includes(PAREN_CLOSE);
    }
    if (type === undefined) {
      type = this.#type(name, line, offset, NOWHERE, argsStart);
      // a line that only has the same name, without arguments, shows nothing about later lines
      if (type.kind !== 0 || this.catalogue.meaning(type.name, undefined, false).kind === undefined) name.plain = type;
    }
    if (isCut && this.#hasKind(name, type)) {
      this.damage = 'the probe location of this event is missing or incomplete';
      return type;
    }
    if (type.namesake && buf.subarray(argsStart, argsEnd).includes(ESCAPE)) {
      this.damage = 'a terminal escape sequence between the arguments';
      return type;
    }
    type.count++;
    if (!type.kept) return type;
    const rows = batch.rows;
    const o = batch.length * STRIDE;
    rows[o] = type.kind;
    rows[o + Slot.CPU] = line.cpu;
    rows[o + Slot.PID] = line.pid;
    rows[o + Slot.TGID] = processOf(line);
    rows[o + Slot.TS] = line.ts;
    rows[o + Slot.OFFSET] = offset;
    rows[o + Slot.LINE] = lineNumber;
    rows[o + Slot.MM] = Number.NaN;
    rows[o + Slot.ADDR] = Number.NaN;
    rows[o + Slot.END] = Number.NaN;
    rows[o + Slot.PAGE] = Number.NaN;
    rows[o + Slot.OTHER] = Number.NaN;
    rows[o + Slot.N] = Number.NaN;
    rows[o + Slot.FLAGS] = Number.NaN;
    rows[o + Slot.PTE_HI] = Number.NaN;
    rows[o + Slot.PTE_LO] = Number.NaN;
    rows[o + Slot.FN] = type.fn;
    rows[o + Slot.SYM] = Number.NaN;
    rows[o + Slot.CTX] = line.context >= 0 ? line.context : Number.NaN;
    if (!type.read(buf, view, blank, start, argsEnd, rows, o, this.#symbols)) {
      type.count--;
      this.damage = type.damage;
      if (type.damage !== undefined) return type;
      const other = this.#type(name, line, offset, NOWHERE, argsStart);
      other.count++;
      return other;
    }
    // ftrace prints a return as `(CALLER+0x.. <- FUNCTION)`: the caller gets the pages
    if (caller !== undefined && type.kind === Kind.gupRet) rows[o + Slot.SYM] = this.#symbols.number(caller);
    batch.length++;
    return type;
  }

  /** The same for an event of a binary recording. */
  recorded(event: RecordedEvent, batch: RecordBatch): EventType {
    return this.#recorded.decode(event, batch);
  }

  /** Facts about the types, for {@link absorb} of another vocabulary. */
  facts(): TypeFacts[] {
    return this.types.map(({ name, system, symbol, ret, count, first, kind, fn, keys, era, layouts, places }) => {
      return { name, system, symbol, ret, count, first, kind, fn, keys, era, layouts, places };
    });
  }

  /** Merge what several vocabularies learned from parts of one trace, as if one had read all of it. */
  absorb(parts: readonly (readonly TypeFacts[])[]): void {
    const byType = new Map<string, TypeFacts>();
    for (const facts of parts.flat().sort((a, b) => a.first - b.first)) {
      const key = [facts.system, facts.name, ...(facts.kind === 0 ? [] : [facts.symbol, facts.ret])].join('\n');
      const known = byType.get(key);
      if (known === undefined) byType.set(key, { ...facts });
      else {
        const [layouts, places] = [joined(known.layouts, facts.layouts), union(known.places, facts.places)];
        byType.set(key, { ...known, count: known.count + facts.count, layouts, places });
      }
    }
    for (const type of byType.values()) {
      this.types.push(type);
      for (const [eras, because] of type.era) this.era.fits(eras, because);
    }
  }

  /** Lines that were read before later lines showed that they are damaged. */
  damaged(): DamagedLines[] {
    return [...this.types.flatMap(({ layouts }) => cutLines(layouts)), ...misspelt(this.types)];
  }

  // ---- learning

  #find(line: TraceLine): EventName {
    const buf = line.buf;
    const view = this.#view;
    const start = line.systemEnd > line.systemStart ? line.systemStart : line.nameStart;
    const end = line.nameEnd;
    const n = end - start;
    const head = n >= 4 ? view.getInt32(start, true) : short(buf, start, end);
    const tail = n >= 4 ? view.getInt32(end - 4, true) : n;
    let at = slotOf(head, tail, n) & (this.#table.length - 1);
    for (;;) {
      const name = this.#table[at];
      if (name === undefined) return this.#newName(buf, start, end, head, tail, at);
      if (
        name.head === head &&
        name.tail === tail &&
        name.bytes.length === n &&
        (n <= 8 || sameMiddle(name.bytes, buf, start))
      )
        return name;
      at = (at + 1) & (this.#table.length - 1);
    }
  }

  #newName(buf: Uint8Array, start: number, end: number, head: number, tail: number, at: number): EventName {
    const name = {
      bytes: buf.slice(start, end),
      head,
      tail,
      plain: undefined,
      site: undefined,
      sites: [],
      types: [],
    };
    if (this.#names >= MOST_TYPES) return name;
    this.#table[at] = name;
    this.#names++;
    if (this.#names * 2 > this.#table.length) this.#grow();
    return name;
  }

  #grow(): void {
    const old = this.#table;
    const mask = old.length * 4 - 1;
    this.#table = new Array(mask + 1);
    for (const name of old) {
      if (name === undefined) continue;
      let at = slotOf(name.head, name.tail, name.bytes.length) & mask;
      while (this.#table[at] !== undefined) at = (at + 1) & mask;
      this.#table[at] = name;
    }
  }

  /**
   * The location at the beginning of the line's arguments, if it differs from that of the previous line; undefined:
   * there is none.
   */
  #site(name: EventName, line: TraceLine, offset: number): Site<EventType> | undefined {
    const { buf, argsStart, argsEnd } = line;
    for (const site of name.sites) {
      if (site.stands(buf, this.#view, argsStart, argsEnd)) {
        name.site = site;
        return site;
      }
    }
    const behind = siteEnd(buf, argsStart, argsEnd);
    if (behind === argsStart) return undefined;
    const where = text(buf, argsStart, behind);
    const site = new Site(where, this.#type(name, line, offset, location(where), behind));
    if (name.sites.length < SITES) {
      name.sites.push(site);
      if (site.type.places.length < SITES) site.type.places.push(where);
      name.site = site;
    }
    return site;
  }

  #type(name: EventName, line: TraceLine, offset: number, at: Location, argsStart: number): EventType {
    const { buf, nameStart, nameEnd, systemStart, systemEnd, argsEnd } = line;
    const event = text(buf, nameStart, nameEnd);
    const { kind } = this.catalogue.meaning(event, at.symbol, at.ret);
    // trace_printk() prints the calling function in place of an event name: `move_page_tables: dbg 3`
    const keys = namesIn(buf, argsStart, argsEnd);
    const ours = kind !== undefined && (at !== NOWHERE || this.#hasFieldOf(kind, keys));
    // any other text in parentheses is free text, treated as one type
    const known = name.types.find((t) =>
      ours
        ? t.kind !== 0 && t.symbol === at.symbol && t.ret === at.ret
        : t.kind === 0 && t.namesake === (kind !== undefined),
    );
    if (known !== undefined) return known;
    const system = text(buf, systemStart, systemEnd);
    const first = { name: event, system, at, first: offset, keys, ours };
    if (this.types.length >= MOST_TYPES) return this.#shared.of(first);
    const type = new EventType(first, { catalogue: this.catalogue });
    name.types.push(type);
    this.#add(type);
    return type;
  }

  /** Whether lines of this name are mm events. */
  #hasKind({ types }: EventName, { name, namesake }: EventType): boolean {
    const { kind = 0 } = namesake ? this.catalogue.meaning(name, undefined, false) : {};
    return kind !== 0 || types.some((other) => other.kind !== 0);
  }

  /** Whether one of the arguments has the name of a field of this kind; some kinds have no fields. */
  #hasFieldOf(kind: number, keys: readonly string[]): boolean {
    const names = this.catalogue.fields[kind].flatMap((field) => field.names);
    return names.length === 0 || keys.some((key) => names.includes(key));
  }

  #add(type: EventType): void {
    this.types.push(type);
    for (const [eras, because] of type.era) this.era.fits(eras, because);
  }
}

const namesIn = (buf: Uint8Array, start: number, end: number): string[] =>
  readArguments(buf, start, end).list.map((argument) => argument.key);

const union = <T>(a: readonly T[], b: readonly T[]): T[] => [...new Set([...a, ...b])];

/** Merge two lists of layouts; line numbers within the parts are not valid for the whole. */
function joined(a: readonly LinesOfLayout[], b: readonly LinesOfLayout[]): LinesOfLayout[] {
  const all = new Map<string, LinesOfLayout>();
  for (const { names, lines } of [...a, ...b])
    all.set(names, { names, lines: (all.get(names)?.lines ?? 0) + lines, first: Number.POSITIVE_INFINITY });
  return [...all.values()];
}

const slotOf = (head: number, tail: number, n: number): number => {
  const h = Math.imul(head ^ Math.imul(tail, 0x85ebca6b) ^ n, 0x9e3779b1);
  return h ^ (h >>> 15);
};

/** Names of fewer than four letters as one number. */
function short(buf: Uint8Array, start: number, end: number): number {
  let word = 0;
  for (let i = start; i < end; i++) word = (word << 8) | buf[i];
  return word;
}

function sameMiddle(bytes: Uint8Array, buf: Uint8Array, start: number): boolean {
  for (let i = 4; i < bytes.length - 4; i++) if (bytes[i] !== buf[start + i]) return false;
  return true;
}
