// Why: nearly all lines of a busy trace are like one before: ftrace or trace-cmd, default columns, an event whose task,
// name, site and arguments were seen. The careful way (parser and vocabulary) reads the first of each kind and teaches
// what it understood (knowledge.ts); from then on one walk along the line (src/assembly/walk.ts) compares, reads each
// value once, and puts it into the record for the replay and, where a store is written, into the row of its event. It
// decides nothing: where a line differs in anything it goes the careful way, which gives the same.
import { LINE_TIME_AT, OTHER_COLUMNS, OTHER_EVENT, PAGE_FULL, RECORDS_AT } from '../assembly/layout.ts';
import type { TraceHead } from '../parsers/head.ts';
import type { TraceLine } from '../parsers/line.ts';
import type { Loops } from '../util/line-memory.ts';
import type { EventType } from '../vocabulary/event-type.ts';
import { type RecordBatch, Slot, STRIDE } from '../vocabulary/record.ts';
import type { EventCells } from './cells.ts';
import type { Knowledge, KnownEvent } from './knowledge.ts';

/** Whether lines of a trace like this can be known. */
export const canBeKnown = (head: TraceHead): boolean =>
  (head.format === 'ftrace' || head.format === 'trace-cmd') && head.timeUnit === 'ns';

export class KnownLines {
  readonly #knowledge: Knowledge;
  readonly #loops: Loops;
  readonly #known: readonly KnownEvent[];
  readonly #ts: Float64Array;
  readonly #idBase: number;
  /** what became of the line before */
  #result = 0;
  /** the lines are in the memory, and the one before was an event that leaves the parser in no state */
  #open = false;
  #within = false;

  /** @param idBase what the store adds to the offset of a line */
  constructor(knowledge: Knowledge, idBase: number) {
    this.#knowledge = knowledge;
    this.#loops = knowledge.memory.loops;
    this.#known = knowledge.known;
    this.#ts = new Float64Array(knowledge.memory.buffer, LINE_TIME_AT, 1);
    this.#idBase = idBase;
  }

  /** The next lines stand in this buffer. */
  see(buf: Uint8Array): void {
    this.#within = this.#knowledge.holds(buf);
    if (!this.#within) this.#open = false;
  }

  /**
   * Read the line `[start, end)` into a record and, where a store is written, into its row; false: it has to go the
   * careful way.
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

  /** The line was no event: the next one may go with it. */
  close(): void {
    this.#open = false;
  }

  /** Time of the line that was read last. */
  get ts(): number {
    return this.#ts[0];
  }

  /** Whether that line has a record. */
  get hasRecord(): boolean {
    return this.#known[this.#result & (PAGE_FULL - 1)].template !== undefined;
  }

  /**
   * Remember what the careful way has understood of an event.
   * @param row where its record is, if it has one
   * @param task its number in a store, and where its lines go there
   */
  learn(
    line: TraceLine,
    start: number,
    end: number,
    type: EventType,
    rows: Float64Array,
    row: number,
    task: number,
    cells: EventCells | undefined,
  ): void {
    this.#open = this.#within && !isMarker(type.name);
    if (!this.#open) return;
    if (line.tgid >= 0 || line.argsEnd !== end || type.system !== '' || type.namesake) return;
    if (this.#result !== OTHER_EVENT) this.#knowledge.learnColumns(line, start, task);
    if (this.#result !== OTHER_COLUMNS)
      this.#knowledge.learnLine(line, type, type.kept ? rows[row + Slot.SYM] : Number.NaN, cells);
  }
}

/**
 * Events whose text may hold newlines, which the parser remembers (parsers/body.ts), and names that are an event or
 * something else by what stands behind them (parsers/trace-cmd.ts).
 */
const isMarker = (name: string): boolean =>
  /^(?:tracing_mark_write|print|bputs|bprint|function|funcgraph_.*|kernel_stack|user_stack)$/.test(name);
