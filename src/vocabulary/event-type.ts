// The kind of an event name on a function, and the layouts of its arguments. Both are learned from the first line of
// each layout, which also shows the kernel's era.

import { readArguments, readPlaced } from './arguments.ts';
import type { Catalogue } from './catalogue.ts';
import { erasWithin } from './era.ts';
import { PrintedFields } from './fields.ts';
import { fnIndex } from './functions.ts';
import { Kind, type KindField, SlotOf } from './kinds.ts';
import type { Location } from './probe-site.ts';
import { Slot } from './record.ts';
import type { Symbols } from './symbols.ts';
import { Template } from './template.ts';
import { damageOf, isBeginningOf, type LinesOfLayout } from './whole.ts';

/** try_grab_page() takes one reference and has no argument for it. */
const ONE_PAGE = fnIndex('try_grab_page');

/** Maximum number of layouts per event; further ones are read by name each time. */
const TEMPLATES = 64;

/**
 * What the first line of an event type shows about the kernel: the eras it is consistent with (names separated by
 * spaces) and why.
 */
export type EraReason = readonly [eras: string, because: string];

/** Facts about a type besides its templates: plain data, which is passed between threads. */
export interface TypeFacts {
  readonly name: string;
  readonly system: string;
  /** probed function as printed in the line; undefined if it prints an address or is a tracepoint */
  readonly symbol: string | undefined;
  readonly ret: boolean;
  /** number of events of this type */
  count: number;
  /** byte offset of the first of them */
  readonly first: number;
  readonly kind: number;
  readonly fn: number;
  /** argument names of the first of them, in their order */
  readonly keys: readonly string[];
  readonly era: readonly EraReason[];
  /** the layouts of its lines, if they can reveal a truncated line */
  readonly layouts: readonly LinesOfLayout[];
  /** the probe locations in its lines, as printed: `(handle_mm_fault+0x0/0x1c00)` */
  readonly places: readonly string[];
}

/** Properties of the first line of a type. */
export interface FirstLine {
  readonly name: string;
  readonly system: string;
  readonly at: Location;
  /** byte offset */
  readonly first: number;
  /** argument names */
  readonly keys: readonly string[];
  /** false: it only has the name of a known event */
  readonly ours?: boolean;
  /** lines of several names are of this type */
  readonly shared?: boolean;
}

/** The vocabulary a type belongs to. */
export interface TypeContext {
  readonly catalogue: Catalogue;
  /** kinds whose events become records; undefined: all */
  readonly keep?: readonly boolean[] | undefined;
}

/** One event name on one function. */
export class EventType implements TypeFacts {
  readonly name: string;
  readonly system: string;
  readonly symbol: string | undefined;
  readonly ret: boolean;
  count = 0;
  readonly first: number;
  readonly places: string[] = [];
  readonly kind: number = 0;
  readonly fn: number = 0;
  readonly keys: readonly string[];
  readonly era: readonly EraReason[] = [];
  /** only has the name of a known event: `copy_page_range: dbg` of trace_printk() */
  readonly namesake: boolean;
  /** lines of several names are of this type */
  readonly shared: boolean;
  /** whether its events become records; otherwise they are counted */
  readonly kept: boolean = false;
  readonly #fields: readonly KindField[];
  readonly #derives: boolean = false;
  /** layouts of the arguments after a probe location, which a kernel prints whole, and of all others */
  readonly #placed = new Map<string, Template>();
  readonly #loose = new Map<string, Template>();
  #template: Template | undefined;
  /** the last line had a probe location */
  #isPlaced = false;
  /** why the last line is incomplete */
  damage: string | undefined;
  /** a layout has shown that one before it is only its beginning: such lines are not whole from now on */
  outgrown = false;

  constructor(
    { name, system, at, first, keys, ours = true, shared = false }: FirstLine,
    { catalogue, keep }: TypeContext,
  ) {
    this.name = name;
    this.system = system;
    this.symbol = at.symbol;
    this.ret = at.ret;
    this.first = first;
    this.keys = keys;
    const { kind, fn } = catalogue.meaning(name, at.symbol, at.ret);
    this.#fields = catalogue.fields[ours ? (kind ?? 0) : 0];
    this.namesake = kind !== undefined && !ours;
    this.shared = shared;
    if (kind === undefined || !ours) return;
    this.kind = kind;
    this.fn = fn;
    this.kept = keep === undefined || keep[this.kind];
    this.#derives = this.kind === Kind.newAnon || fn === ONE_PAGE;
    this.era = eraReasons(this, catalogue);
  }

  /** Lines by the layout of their arguments. */
  get layouts(): readonly LinesOfLayout[] {
    return [...this.#placed].map(([names, { lines, first }]) => ({ names, lines, first }));
  }

  /**
   * Fill the record at `rows[o]` from the arguments `buf[start, end)`.
   * @param blank position of the space before the first of them; `start` itself after a probe location
   * @returns false if there is no record: the line is incomplete, as explained by {@link damage}, or only has the same
   * name
   */
  read(
    buf: Uint8Array,
    view: DataView,
    blank: number,
    start: number,
    end: number,
    rows: Float64Array,
    o: number,
    symbols: Symbols,
  ): boolean {
    const template = this.#template;
    const placed = blank === start;
    if (
      template === undefined ||
      placed !== this.#isPlaced ||
      !template.read(buf, view, blank, end, rows, o, symbols)
    ) {
      if (!this.#readByName(buf, start, end, placed, rows, o, symbols)) return false;
    } else template.lines++;
    this.derive(rows, o);
    return true;
  }

  /** Layout of the last line. */
  get template(): Template | undefined {
    return this.#template;
  }

  /** Derive values from the arguments of a complete record. */
  derive(rows: Float64Array, o: number): void {
    if (this.#derives) derive(this.kind, rows, o);
  }

  #readByName(
    buf: Uint8Array,
    start: number,
    end: number,
    placed: boolean,
    rows: Float64Array,
    o: number,
    symbols: Symbols,
  ): boolean {
    // a template that did not match may have filled some slots
    rows.fill(Number.NaN, o + Slot.MM, o + Slot.FN);
    rows[o + Slot.SYM] = Number.NaN;
    const args = placed ? readPlaced(buf, start, end) : readArguments(buf, start, end);
    const fields = new PrintedFields(buf, args);
    const layout = fields.names.join(' ');
    const templates = placed ? this.#placed : this.#loose;
    let template = templates.get(layout);
    const isNew = template === undefined;
    if (template === undefined) template = new Template(fields.names, this.#fields, args.equals);
    this.damage = undefined;
    if (!placed && template.isForeign && this.#fields.length > 0) return false;
    this.damage = damageOf(buf, end, args, template, placed);
    if (this.damage === undefined && placed && isBeginningOf(layout, templates.keys()))
      this.damage = 'the last arguments of this event are missing';
    if (this.damage !== undefined) return false;
    if (isNew) {
      template.first = rows[o + Slot.LINE];
      if (templates.size < TEMPLATES) {
        if (placed && [...templates.keys()].some((other) => isBeginningOf(other, [layout]))) this.outgrown = true;
        templates.set(layout, template);
      }
    }
    this.#template = template;
    this.#isPlaced = placed;
    template.lines++;
    template.fill(fields, rows, o, symbols);
    return true;
  }
}

const { grab, newAnon } = SlotOf;

/** Derive values from the arguments of one kind, after all of them are read. */
function derive(kind: number, rows: Float64Array, o: number): void {
  if (kind === Kind.newAnon) {
    // head=1: a compound page of 2^order pages, all mapped (order is undefined without it); 5.10 prints compound=1 for
    // a PMD
    const head = rows[o + newAnon.head];
    const compound = rows[o + newAnon.compound];
    rows[o + newAnon.compound] =
      head === 1
        ? 2 ** (rows[o + newAnon.order] & 15)
        : compound === 1
          ? 512
          : head === 0 || compound === 0
            ? 1
            : Number.NaN;
    rows[o + newAnon.head] = Number.NaN;
    rows[o + newAnon.order] = Number.NaN;
  } else if (kind === Kind.grab && Number.isNaN(rows[o + grab.refs])) rows[o + grab.refs] = 1;
}

/** What the event's function, name and arguments show about the kernel. */
function eraReasons(type: EventType, { functions }: Catalogue): EraReason[] {
  const { name, keys, symbol, system } = type;
  const { isLoose, eras } = functions[type.fn];
  const out: EraReason[] = [];
  if (symbol !== undefined && eras !== undefined && isLoose !== true) out.push([eras, `${symbol}()`]);
  if (symbol === undefined && (system === '' || system === 'pindrift')) {
    const all = functions.filter((f) => f.events?.includes(name));
    if (all.length > 0 && all.every((f) => f.eras !== undefined && f.isLoose !== true))
      out.push([all.map((f) => f.eras).join(' '), `event ${name}`]);
  }
  const fits = shapeEras(name, keys);
  if (fits !== undefined) out.push([fits, `arguments of ${name}`]);
  return out;
}

/** Events of the probe set whose arguments differ between kernels. */
function shapeEras(name: string, keys: readonly string[]): string | undefined {
  const has = (key: string) => keys.includes(key);
  switch (name) {
    case 'new_anon':
      return has('compound')
        ? erasWithin('..5.19')
        : has('rflags')
          ? erasWithin('6.11..')
          : has('head')
            ? erasWithin('5.19..6.11')
            : undefined;
    case 'rmap_del':
      return erasWithin(has('folio') ? '6.8..' : has('mm') ? '5.18..6.8' : '..5.18');
    case 'zap':
      return erasWithin(has('len') ? '7.1..' : '..7.1');
    case 'grab_slow':
      return erasWithin(has('refs') ? '6.10..' : '..6.10');
    case 'cprot':
      return erasWithin(keys.indexOf('prot') < keys.indexOf('cp') ? '..6.3' : '6.3..');
    case 'sched_process_exit':
      return has('group_dead') ? erasWithin('6.17..') : undefined;
    default:
      return undefined;
  }
}
