// Why: the one place where line layouts are learned. The result of parsing a line (by the parser and the vocabulary,
// and by a store for its row) is written once into the memory of src/assembly/known.ts, and lines with the same layout
// are read there from then on. Anything new, too long, or beyond the available space stays unknown: such lines are
// parsed in JavaScript each time.
import {
  BATCH_RECORDS,
  COMM_COLUMNS,
  COMMON_COLUMNS,
  FORM_BARE,
  FORM_NONE,
  GIVEN_AT,
  GIVEN_BYTES,
  PAGE_FULL,
  RECORDS_AT,
  STRIDE,
  TARGET_END,
  TARGET_NONE,
  TARGET_SYMBOL,
} from '../assembly/layout.ts';
import type { TraceLine } from '../parsers/formats/line.ts';
import { BRACKET_CLOSE, BRACKET_OPEN, DASH, isDigit, PAREN_OPEN, SPACE, UNDERSCORE } from '../util/bytes.ts';
import type { LineMemory, Loops } from '../util/line-memory.ts';
import { siteEnd } from '../vocabulary/ends.ts';
import type { EventType } from '../vocabulary/event-type.ts';
import { processOf } from '../vocabulary/task-name.ts';
import { type Template, ValueKind } from '../vocabulary/template.ts';
import type { CellShape, EventCells } from './cells.ts';
import { colonIn, commOf, fractionAt, isCall, isReturn, plainValue, pointBefore } from './places.ts';
import {
  FORMS,
  fits,
  isByPlace,
  isOfNumbers,
  type KnownSymbol,
  NO_SYMBOL,
  type ShapeParts,
  sameTexts,
  TARGETS,
} from './shapes.ts';

/** Maximum number of digits of the seconds that are compared at once, after a space. */
const MOST_SECONDS = 7;

/** Columns of the flags and the spaces around them. */
const MOST_GAP = 16;

/** Further layouts of one type, and further columns, are parsed in JavaScript. */
const MOST_SHAPES = 8;
const MOST_COLUMNS = 120 - COMMON_COLUMNS;

/** Layouts of one type that are looked at. */
const MOST_TEMPLATES = 64;

/** How lines of one layout are handled. */
export interface KnownEvent {
  readonly type: EventType;
  /** undefined: they make no record */
  readonly template: Template | undefined;
  /** undefined: they make no row */
  readonly cells: EventCells | undefined;
}

interface KnownType {
  /** 0: there was no space for it */
  readonly address: number;
  readonly cells: EventCells | undefined;
  shapes: number;
  /** number of cell layouts already handled without a template */
  looked: number;
  /** the same with each template and the symbol in its lines (NaN: none); Infinity: nothing is left to learn */
  readonly lookedFor: Map<Template, Map<number, number>>;
  /** what is learned of system calls */
  readonly calls: Set<Template | CellShape>;
}

export class Knowledge {
  readonly memory: LineMemory;
  /** rows of the batch */
  readonly rows: Float64Array;
  /** indexed by the number that the loops return */
  readonly known: KnownEvent[] = [];
  readonly #loops: Loops;
  readonly #bytes: Uint8Array;
  #types = new Map<EventType, KnownType>();
  /** the same types in the form of system calls, which are compared with these only */
  #calls = new Map<EventType, KnownType>();
  /** templates that cannot be read by position */
  readonly #hopeless = new WeakSet<Template>();
  /** the buffer checked last, and whether its text is in the memory */
  #buf: Uint8Array | undefined;
  #within = false;

  constructor(memory: LineMemory) {
    this.memory = memory;
    this.#loops = memory.loops;
    this.#bytes = new Uint8Array(memory.buffer);
    this.rows = new Float64Array(memory.buffer, RECORDS_AT, BATCH_RECORDS * STRIDE);
  }

  /** Forget everything: another trace begins. */
  forget(): void {
    this.#loops.forget();
    this.known.length = 0;
    this.#types = new Map();
    this.#calls = new Map();
  }

  /** Whether positions in this buffer are addresses in the memory; a long line needs a buffer of its own. */
  holds(buf: Uint8Array): boolean {
    if (buf !== this.#buf) {
      this.#buf = buf;
      this.#within = buf.buffer === this.memory.buffer && buf.byteOffset === 0;
    }
    return this.#within;
  }

  /** Learn task and columns of a line at `start`; they stay unknown if they differ from what ftrace prints. */
  learnColumns(line: TraceLine, start: number, task: number): void {
    const { buf } = line;
    const bracket = start + (buf[start + 25] === BRACKET_OPEN ? 25 : 23);
    const point = pointBefore(buf, line.nameStart);
    if (buf[start + COMM_COLUMNS] !== DASH || buf[bracket] !== BRACKET_OPEN || buf[bracket + 4] !== BRACKET_CLOSE)
      return;
    if (point < bracket || line.commStart !== commOf(buf, start) || line.commEnd !== start + COMM_COLUMNS) return;
    // the fraction is subtracted and added again
    if (!Number.isSafeInteger(line.ts)) return;
    for (let at = start + COMM_COLUMNS + 1; at < bracket; at++) if (buf[at] !== SPACE && !isDigit(buf[at])) return;
    let seconds = point;
    while (isDigit(buf[seconds - 1])) seconds--;
    const gap = seconds - bracket - 5;
    if (point - seconds > MOST_SECONDS || gap < 1 || gap > MOST_GAP || buf[seconds - 1] !== SPACE) return;
    const ns = line.ts - fractionAt(buf, point, line.nameStart);
    this.#loops.learnColumns(bracket, point, point - seconds, ns, line.context >= 0);
    this.#loops.learnTask(start, bracket - start, line.pid, processOf(line), task);
  }

  /**
   * Learn the layout of this line, with its name and location, and with a symbol among its arguments.
   * @param symbol number of the symbol in its record; NaN: none
   */
  learnLine(line: TraceLine, type: EventType, symbol: number, cells: EventCells | undefined): void {
    if (isReturn(line) || isCall(line)) {
      this.#learnCall(line, type, cells);
      return;
    }
    if (type.namesake) return;
    const { template } = type;
    if (type.kept && (template === undefined || this.#hopeless.has(template))) return;
    const { buf, nameStart, nameEnd, argsStart, argsEnd } = line;
    if (buf[argsStart] === UNDERSCORE) return;
    const behind = siteEnd(buf, argsStart, argsEnd);
    const known = this.#typeOf(type, cells);
    if (known.address === 0) return;
    const hasSymbol = template?.kinds.includes(ValueKind.Symbol) === true;
    this.#learnShapes(known, line, type, behind > argsStart, hasSymbol ? symbol : Number.NaN);
    if (behind === argsStart) {
      this.#loops.learnPlain(known.address, nameStart, nameEnd, 0);
      return;
    }
    const site = cells?.site(buf, argsStart, argsEnd);
    if (site !== undefined && site.end !== behind) return;
    const caller = type.kept && !hasSymbol ? symbol : Number.NaN;
    this.#loops.learnSite(known.address, nameStart, nameEnd, argsStart, behind, caller, site?.id ?? 0);
  }

  /**
   * Learn `sys_madvise(start: 7f76, len_in: 10000)`, in which all up to the first colon is the name, and
   * `sys_madvise -> 0x0` if it makes no record. These are a tenth of the lines of fio and stress-ng on 6.12.
   */
  #learnCall(line: TraceLine, type: EventType, cells: EventCells | undefined): void {
    const { buf, nameStart, nameEnd, argsStart } = line;
    const { template } = type;
    const returns = isReturn(line);
    if (type.kept ? returns || template === undefined : type.namesake && !returns) return;
    const known = this.#typeOf(type, cells, true);
    if (known.address === 0) return;
    const shape = cells?.shapes.find(({ style }) => style === (returns ? 'return' : 'call'));
    if (cells !== undefined && shape === undefined) return;
    const read = type.kept ? template : undefined;
    if ((read ?? shape) !== undefined && !this.#learnCallShape(known, type, read, shape)) return;
    if (returns) this.#loops.learnPlain(known.address, nameStart, nameEnd + 2, nameEnd + 2 - nameStart);
    else this.#loops.learnPlain(known.address, nameStart, colonIn(buf, argsStart), argsStart + 1 - nameStart);
  }

  /** False: lines with this template and shape cannot be known. */
  #learnCallShape(
    known: KnownType,
    type: EventType,
    template: Template | undefined,
    shape: CellShape | undefined,
  ): boolean {
    const of = shape ?? template;
    if (of === undefined || known.calls.has(of)) return of !== undefined;
    const named = template?.keys.map((key, i) => Buffer.from(i > 0 ? `, ${key}: ` : `${key}: `, 'latin1'));
    const texts = shape?.texts ?? named ?? [];
    if (known.shapes === MOST_SHAPES || (shape?.width ?? 0) > MOST_COLUMNS) return false;
    if (template !== undefined && !(isOfNumbers(template) && named !== undefined && sameTexts(texts, named)))
      return false;
    const at = this.#loops.learnShape(
      this.#number({ type, template, cells: known.cells }),
      false,
      template !== undefined,
      shape?.width ?? 0,
    );
    if (at === 0) return false;
    for (const [i, text] of texts.entries()) {
      const slot = template?.slots[i] ?? -1;
      const target = slot < 0 ? TARGET_NONE : TARGETS[template?.kinds[i] ?? 0];
      const form = shape === undefined ? FORM_BARE : FORMS[shape.forms[i]];
      const column = shape === undefined ? 0 : COMMON_COLUMNS + shape.columns[i];
      if (!this.#learnText(at, text, target, slot, form, column)) return false;
    }
    const end = shape?.style === 'return' ? '' : ')';
    if (!this.#learnText(at, Buffer.from(end), TARGET_END, -1, FORM_NONE, 0)) return false;
    this.#loops.keepShape(known.address, at);
    known.shapes++;
    known.calls.add(of);
    return true;
  }

  #learnText(
    shape: number,
    text: Uint8Array,
    target: number,
    slot: number,
    form: number,
    column: number,
    { word, number }: KnownSymbol = NO_SYMBOL,
  ): boolean {
    if (text.length + word.length > GIVEN_BYTES) return false;
    this.#bytes.set(text, GIVEN_AT);
    this.#bytes.set(word, GIVEN_AT + text.length);
    const { learnArgument } = this.#loops;
    return learnArgument(shape, GIVEN_AT, text.length, target, slot * 8, form, column, word.length, number) !== 0;
  }

  /**
   * Write the row of a parsed line. False: it has no known layout, or is not in the memory.
   * @param number of the line
   */
  writeCell(line: TraceLine, type: EventType, cells: EventCells, task: number, number: number, id: number): boolean {
    const { buf, argsStart, argsEnd, cpu, ts } = line;
    if (!this.holds(buf) || cpu !== (cpu | 0)) return false;
    const known = this.#typeOf(type, cells);
    if (known.address === 0) return false;
    this.#learnCells(known, type);
    const write = () => this.#loops.writeCell(known.address, argsStart, argsEnd, number, ts, cpu, task, id);
    let shape = write();
    if (shape < 0 && buf[argsStart] === PAREN_OPEN && argsStart < argsEnd && cells.shapes.some((s) => s.placed)) {
      const site = cells.site(buf, argsStart, argsEnd);
      if (site.end === argsStart) return false;
      this.#loops.learnSite(known.address, 0, 0, argsStart, site.end, Number.NaN, site.id);
      shape = write();
    }
    if (shape < 0) return false;
    cells.wrote();
    if (shape >= PAGE_FULL) cells.overflowed(id);
    return true;
  }

  #typeOf(type: EventType, cells: EventCells | undefined, inCalls = false): KnownType {
    const types = inCalls ? this.#calls : this.#types;
    const found = types.get(type);
    if (found !== undefined && found.cells === cells) return found;
    // the values of its lines are not needed: they are counted
    const counted = type.kept || cells !== undefined ? -1 : this.#number({ type, template: undefined, cells });
    const address = this.#loops.learnType(type.kind, type.fn, type.kept, counted, cells?.leaf ?? 0);
    const made = {
      address,
      cells,
      shapes: 0,
      looked: 0,
      lookedFor: new Map<Template, Map<number, number>>(),
      calls: new Set<Template | CellShape>(),
    };
    types.set(type, made);
    return made;
  }

  #number(known: KnownEvent): number {
    return this.known.push(known) - 1;
  }

  /** Learn what records and cells use of lines like this one. */
  #learnShapes(known: KnownType, line: TraceLine, type: EventType, placed: boolean, symbol: number): void {
    const { cells } = known;
    if (cells !== undefined) this.#learnCells(known, type);
    const { template } = type;
    if (!type.kept || template === undefined) return;
    const shapes = cells?.shapes ?? [];
    if (known.lookedFor.size >= MOST_TEMPLATES && !known.lookedFor.has(template)) return;
    const looked = lookedFor(known, template);
    if ((looked.get(symbol) ?? -1) >= shapes.length) return;
    looked.set(symbol, shapes.length);
    const symbolKey = template.keys[template.kinds.indexOf(ValueKind.Symbol)];
    const word = symbolKey === undefined ? NO_SYMBOL.word : plainValue(line, symbolKey);
    if (word === undefined) return;
    const texts = template.keys.map((key, i) => Buffer.from(i > 0 || placed ? ` ${key}=` : `${key}=`, 'latin1'));
    const shape = shapes.find((s) => s.placed === placed && fits(s, texts, template));
    // values a store cannot take by position may be learned from a later line
    if (cells !== undefined && shape === undefined) return;
    const parts = { placed, texts, template, shape, symbol: { word, number: symbol } };
    if (isByPlace(template) && this.#addShape(known, type, parts)) looked.set(symbol, Number.POSITIVE_INFINITY);
    else this.#hopeless.add(template);
  }

  /** Layouts that a store has added since the last check. */
  #learnCells(known: KnownType, type: EventType): void {
    const shapes = known.cells?.shapes ?? [];
    for (; known.looked < shapes.length; known.looked++) {
      const shape = shapes[known.looked];
      if (shape.style !== 'equals') continue;
      this.#addShape(known, type, { ...shape, template: undefined, shape, symbol: NO_SYMBOL });
    }
  }

  #addShape(known: KnownType, type: EventType, { placed, texts, template, shape, symbol }: ShapeParts): boolean {
    const width = shape?.width ?? 0;
    if (known.shapes === MOST_SHAPES || width > MOST_COLUMNS) return false;
    const number = this.#number({ type, template, cells: known.cells });
    const at = this.#loops.learnShape(number, placed, template !== undefined, width);
    if (at === 0) return false;
    for (const [i, text] of texts.entries()) {
      const slot = template?.slots[i] ?? -1;
      const target = slot < 0 ? TARGET_NONE : TARGETS[template?.kinds[i] ?? 0];
      const form = shape === undefined ? FORM_NONE : FORMS[shape.forms[i]];
      const column = shape === undefined ? 0 : COMMON_COLUMNS + shape.columns[i];
      const given = target === TARGET_SYMBOL ? symbol : NO_SYMBOL;
      if (!this.#learnText(at, text, target, slot, form, column, given)) return false;
    }
    this.#loops.keepShape(known.address, at);
    known.shapes++;
    return true;
  }
}

function lookedFor(known: KnownType, template: Template): Map<number, number> {
  const made = known.lookedFor.get(template) ?? new Map<number, number>();
  known.lookedFor.set(template, made);
  return made;
}
