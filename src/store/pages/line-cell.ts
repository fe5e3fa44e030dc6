// Makes line-kernel.ts write lines as cells: tells it what has been learned about an event's lines (decode.ts), and goes
// the careful way where it gives up. Without WebAssembly every line goes that way.
import type { Memory, Running } from '../../util/wasm.ts';
import type { EventDecoder, Shape } from '../decode.ts';
import { BYTES } from './integer.ts';
import { COMMON, kernel, OTHER_SHAPE } from './line-kernel.ts';
import { FORMS, KeyAt, LiteralAt, PlaceAt, PlanAt, ShapeAt, Tables } from './line-layout.ts';
import type { TablePages } from './table-pages.ts';

/** More columns would make the header's length two bytes long. */
const MOST_COLUMNS = 120 - COMMON;

/** What is known of the lines of one event. */
interface Plan {
  /** 0: there was no memory left for it */
  readonly address: number;
  /** shapes of the decoder that were looked at */
  shapes: number;
  /** ids of its places */
  readonly places: number[];
}

export class LineCells {
  readonly #memory: Memory;
  readonly #run: Running['run'];
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #tables: number;
  /** by the decoder's number */
  readonly #plans: Plan[] = [];
  /** buffer of the last line, and whether it is in the memory */
  #text: Uint8Array | undefined;
  #within = false;

  private constructor(memory: Memory, run: Running['run'], tables: number) {
    this.#memory = memory;
    this.#run = run;
    this.#tables = tables;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
    this.#bytes.fill(255, tables + Tables.masks, tables + Tables.masks + 16);
    for (let zeros = 0; zeros <= 64; zeros++) {
      const bits = 65 - zeros;
      this.#bytes[tables + Tables.types + zeros] = bits <= 32 ? Math.ceil(bits / 8) : bits <= 48 ? 5 : 6;
    }
    for (let type = 1; type <= 6; type++) {
      this.#bytes[tables + Tables.shifts + type] = 64 - 8 * BYTES[type];
      this.#bytes[tables + Tables.bytes + type] = BYTES[type];
    }
  }

  /** @param memory what the lines and the pages of tables stand in */
  static in(memory: Memory): LineCells | undefined {
    const running = kernel.start(memory);
    const tables = memory.take(Tables.size);
    return running === undefined || tables === undefined ? undefined : new LineCells(memory, running.run, tables);
  }

  /** Put the event with arguments `buf[args, end)` on a page of its table. False: the line has none of the shapes. */
  write(
    decoder: EventDecoder,
    table: TablePages,
    buf: Uint8Array,
    args: number,
    end: number,
    cpu: number,
    task: number,
    number: number,
    ts: number,
    id: number,
  ): boolean {
    if (buf !== this.#text) this.#look(buf);
    if (!this.#within || table.address === 0 || cpu !== (cpu | 0)) return false;
    const plan = this.#plans[decoder.number] ?? this.#newPlan(decoder);
    if (plan.address === 0) return false;
    if (plan.shapes !== decoder.shapes.length) this.#learnShapes(plan, decoder);
    const { address } = plan;
    let behind = this.#run(this.#tables, table.address, address, args, end, cpu, task, number, ts, id);
    if (behind === OTHER_SHAPE && this.#learnPlace(plan, decoder, buf, args, end))
      behind = this.#run(this.#tables, table.address, address, args, end, cpu, task, number, ts, id);
    if (behind > 0) table.add(behind, id);
    return behind !== OTHER_SHAPE;
  }

  /** Lines stand at the beginning of the memory, where they do: a long line needs a buffer of its own. */
  #look(text: Uint8Array): void {
    this.#text = text;
    this.#within = text.buffer === this.#memory.buffer && text.byteOffset === 0;
  }

  #newPlan(decoder: EventDecoder): Plan {
    const plan = { address: this.#memory.take(PlanAt.size) ?? 0, shapes: 0, places: [] };
    this.#plans[decoder.number] = plan;
    return plan;
  }

  #learnShapes(plan: Plan, { shapes }: EventDecoder): void {
    for (; plan.shapes < shapes.length; plan.shapes++) {
      const shape = shapes[plan.shapes];
      const count = this.#view.getInt32(plan.address + PlanAt.shapes, true);
      if (shape.width > MOST_COLUMNS || count === PlanAt.mostShapes) continue;
      const at = this.#addShape(shape);
      if (at === undefined) continue;
      this.#set(plan.address + PlanAt.shape + 4 * count, at);
      this.#set(plan.address + PlanAt.shapes, count + 1);
    }
  }

  #addShape({ location, literals, columns, forms, width }: Shape): number | undefined {
    const sizes = literals.map((literal) => KeyAt.literal + literalSize(literal));
    const at = this.#memory.take(ShapeAt.key + sizes.reduce((a, b) => a + b, 0));
    if (at === undefined) return undefined;
    this.#set(at + ShapeAt.location, location ? 1 : 0);
    this.#set(at + ShapeAt.keys, literals.length);
    this.#set(at + ShapeAt.width, width);
    let key = at + ShapeAt.key;
    for (const [i, size] of sizes.entries()) {
      this.#set(key + KeyAt.column, COMMON + columns[i]);
      this.#set(key + KeyAt.form, FORMS[forms[i]]);
      this.#set(key + KeyAt.size, size);
      this.#setLiteral(key + KeyAt.literal, literals[i]);
      key += size;
    }
    return at;
  }

  /** Whether the line's place is new. */
  #learnPlace(plan: Plan, decoder: EventDecoder, buf: Uint8Array, argsStart: number, argsEnd: number): boolean {
    const { places } = plan;
    if (places.length === PlanAt.mostPlaces || !decoder.shapes.some((shape) => shape.location)) return false;
    const end = decoder.place(buf, argsStart, argsEnd);
    if (end < 0 || places.includes(decoder.placeId)) return false;
    const literal = buf.slice(argsStart, end);
    const at = this.#memory.take(PlaceAt.literal + literalSize(literal));
    if (at === undefined) return false;
    this.#set(at + PlaceAt.id, decoder.placeId);
    this.#setLiteral(at + PlaceAt.literal, literal);
    this.#set(plan.address + PlanAt.place + 4 * places.length, at);
    this.#set(plan.address + PlanAt.places, places.push(decoder.placeId));
    return true;
  }

  #set(at: number, value: number): void {
    this.#view.setInt32(at, value, true);
  }

  #setLiteral(at: number, literal: Uint8Array): void {
    this.#set(at + LiteralAt.length, literal.length);
    this.#bytes.set(literal, at + LiteralAt.bytes);
  }
}

/** The bytes, and as many more as one vector may read. */
const literalSize = (literal: Uint8Array): number => LiteralAt.bytes + ((literal.length + 15) & ~15);
