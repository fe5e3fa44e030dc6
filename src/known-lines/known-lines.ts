// Why: nearly all lines of a busy trace have a known layout: ftrace or trace-cmd, default columns, an event whose task,
// name, location and arguments were seen before. Parser and vocabulary read the first line of each layout in
// JavaScript, and knowledge.ts learns the layout. From then on a single pass over the line (src/assembly/walk.ts)
// compares it, reads each value once, and writes it into the record for the replay and, if a store is written, into the
// row of its event. It makes no decisions: a line that differs in anything is parsed in JavaScript, with the same
// result.
import { LINE_TIME_AT, OTHER_COLUMNS, OTHER_EVENT, PAGE_FULL, RECORDS_AT } from '../assembly/layout.ts';
import type { TraceHead } from '../parsers/formats/head.ts';
import type { TraceLine } from '../parsers/formats/line.ts';
import type { Loops } from '../util/line-memory.ts';
import type { EventType } from '../vocabulary/event-type.ts';
import { type RecordBatch, STRIDE } from '../vocabulary/record.ts';
import type { EventCells } from './cells.ts';
import type { Knowledge, KnownEvent } from './knowledge.ts';

/** Whether line layouts of this trace can be learned. */
export const canBeKnown = (head: TraceHead): boolean =>
  (head.format === 'ftrace' || head.format === 'trace-cmd') && head.timeUnit === 'ns';

export class KnownLines {
  readonly #knowledge: Knowledge;
  readonly #loops: Loops;
  readonly #known: readonly KnownEvent[];
  readonly #ts: Float64Array;
  readonly #idBase: number;
  /** result for the previous line */
  #result = 0;
  /** the lines are in the memory, and the previous one was an event that leaves the parser without state */
  #open = false;
  #within = false;

  /** @param idBase number the store adds to the offset of a line */
  constructor(knowledge: Knowledge, idBase: number) {
    this.#knowledge = knowledge;
    this.#loops = knowledge.memory.loops;
    this.#known = knowledge.known;
    this.#ts = new Float64Array(knowledge.memory.buffer, LINE_TIME_AT, 1);
    this.#idBase = idBase;
  }

  /** The next lines are in this buffer. */
  see(buf: Uint8Array): void {
    this.#within = this.#knowledge.holds(buf);
    if (!this.#within) this.#open = false;
  }

  /**
   * Read the line `[start, end)` into a record and, if a store is written, into its row; false: it must be parsed in
   * JavaScript.
   * @param base offset of the buffer in the file
   */
  read(start: number, end: number, base: number, line: number, batch: RecordBatch): boolean {
    if (!this.#open) {
      this.#result = 0;
      return false;
    }
    const row = RECORDS_AT + batch.length * (STRIDE * 8);
    const result = this.#loops.readLine(start, end, row, base, this.#idBase, line);
    this.#result = result;
    if (result < 0) return false;
    const { type, template, cells } = this.#known[result & (PAGE_FULL - 1)];
    type.count++;
    if (template !== undefined) {
      template.lines++;
      type.derive(batch.rows, batch.length * STRIDE);
      batch.length++;
    }
    if (cells !== undefined) {
      cells.wrote();
      if (result >= PAGE_FULL) cells.overflowed(this.#idBase + base + start);
    }
    return true;
  }

  /** The line was not an event: the next one may belong to it. */
  close(): void {
    this.#open = false;
  }

  /** Time of the last line. */
  get ts(): number {
    return this.#ts[0];
  }

  /** Whether that line has a record. */
  get hasRecord(): boolean {
    return this.#known[this.#result & (PAGE_FULL - 1)].template !== undefined;
  }

  /**
   * Learn a parsed event.
   * @param caller of its record, the number of a symbol; NaN: none
   * @param task its number in a store, and the destination of its lines there
   */
  learn(
    line: TraceLine,
    { end, start }: { start: number; end: number },
    type: EventType,
    caller: number,
    task: number,
    cells: EventCells | undefined,
  ): void {
    // what was taken for whole is not any more
    if (type.outgrown) this.#knowledge.forget();
    type.outgrown = false;
    this.#open = this.#within && !isMarker(type.name);
    if (!this.#open) return;
    if (line.tgid >= 0 || line.argsEnd !== end || type.system !== '') return;
    if (this.#result !== OTHER_EVENT) this.#knowledge.learnColumns(line, start, task);
    if (this.#result !== OTHER_COLUMNS) this.#knowledge.learnLine(line, type, caller, cells);
  }
}

/**
 * Events whose text may contain newlines, for which the parser keeps state (parsers/formats/body.ts), and names that are an
 * event or not depending on the following text (parsers/formats/trace-cmd.ts).
 */
const isMarker = (name: string): boolean =>
  /^(?:tracing_mark_write|print|bputs|bprint|function|funcgraph_.*|kernel_stack|user_stack)$/.test(name);
