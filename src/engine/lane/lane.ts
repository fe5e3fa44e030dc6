// A fast lane for the lines that nearly all lines of a busy trace are: ftrace or trace-cmd, default columns, an event
// whose task, name, location and arguments were seen before. The ordinary way (parser and vocabulary) reads the first
// of each kind; what it understood is written into tables (layout.ts), and from then on a WebAssembly function
// (kernel.ts) compares and converts, giving up where a line differs in anything. So the lane decides nothing, and
// without it (no WebAssembly, other formats, a filter) the records are the same, later.
import { LineKind, type TraceHead, type TraceLine } from '../../parsers/line.ts';
import type { ByteSource } from '../../parsers/lines.ts';
import { text } from '../../util/bytes.ts';
import type { Running } from '../../util/wasm.ts';
import type { EventType } from '../../vocabulary/event-type.ts';
import { placeEnd } from '../../vocabulary/place-end.ts';
import { BATCH_RECORDS, type RecordBatch, Slot, STRIDE } from '../../vocabulary/record.ts';
import { bytesFor, kernel, OTHER_COLUMNS, OTHER_EVENT } from './kernel.ts';
import { Columns, RECORDS, Tasks, WINDOW } from './layout.ts';
import { COMM, commOf, Tables } from './tables.ts';

/** Room behind the window for the vectors that reach beyond a line. */
const BEHIND = 64;

export class Lane {
  /** Records of the batch, in the lane's own memory. */
  readonly rows: Float64Array;
  readonly #run: Running['run'];
  readonly #bytes: Uint8Array;
  readonly #tables: Tables;
  readonly #ts: Float64Array;
  /** arguments, CPU, pid, task */
  readonly #shown: Int32Array;
  /** what became of the line before */
  #result = 0;
  /** the chunk is here, and the line before was an event that leaves the parser in no state */
  #open = false;
  #mirrored = false;

  private constructor({ memory, run }: Running) {
    this.#run = run;
    this.#bytes = new Uint8Array(memory, 0, WINDOW);
    this.rows = new Float64Array(memory, RECORDS, BATCH_RECORDS * STRIDE);
    this.#ts = new Float64Array(memory, Columns.at + Columns.ts, 1);
    this.#shown = new Int32Array(memory, Columns.at + Columns.args, 4);
    this.#tables = new Tables(memory);
  }

  /** A lane for traces like this one; undefined where there is none. */
  static for(head: TraceHead): Lane | undefined {
    if ((head.format !== 'ftrace' && head.format !== 'trace-cmd') || head.timeUnit !== 'ns') return undefined;
    const running = kernel.start(bytesFor(BATCH_RECORDS));
    return running && new Lane(running);
  }

  /** The source, with an eye on what LineReader gets from it: the same bytes must stand at the same places here. */
  mirror(source: ByteSource): ByteSource {
    return {
      read: (into) => {
        const got = source.read(into);
        if (typeof got === 'number') return this.#copy(into, got);
        return got.then((n) => this.#copy(into, n));
      },
    };
  }

  /** Read the line `[start, end)` of the chunk into a record; false: it has to go the ordinary way. */
  take(start: number, end: number, base: number, line: number, batch: RecordBatch): boolean {
    if (!this.#open) {
      this.#result = 0;
      return false;
    }
    const number = this.#run(start, end, RECORDS + batch.length * (STRIDE * 8), base, line);
    this.#result = number;
    if (number < 0) return false;
    const type = this.#tables.types[number];
    type.count++;
    if (type.kept) {
      type.derive(batch.rows, batch.length * STRIDE);
      batch.length++;
    }
    return true;
  }

  /** The line was no event: the next one may go with it. */
  close(): void {
    this.#open = false;
  }

  /** Time of the line that was taken last. */
  get ts(): number {
    return this.#ts[0];
  }

  /** Type of the line that was taken last. */
  get type(): EventType {
    return this.#tables.types[this.#result];
  }

  /** Number of that type, from 0. */
  get number(): number {
    return this.#result;
  }

  /** Where the arguments of that line begin. */
  get args(): number {
    return this.#shown[0];
  }

  get cpu(): number {
    return this.#shown[1];
  }

  /** What somebody calls the task of that line; 0: nothing yet. */
  get mark(): number {
    return this.#tables.marks[(this.#shown[3] - Tasks.at) / Tasks.size];
  }

  set mark(mark: number) {
    this.#tables.marks[(this.#shown[3] - Tasks.at) / Tasks.size] = mark;
  }

  /** Fill the cursor as the parser would have for the line that was taken last, `buf[start, end)`. */
  show(buf: Uint8Array, start: number, end: number, line: TraceLine): void {
    const [args, cpu, pid] = this.#shown;
    line.kind = LineKind.Event;
    line.buf = buf;
    line.ts = this.ts;
    line.cpu = cpu;
    line.pid = pid;
    line.tgid = -1;
    line.commStart = commOf(buf, start);
    line.commEnd = start + COMM;
    line.argsStart = args;
    line.argsEnd = end;
  }

  /**
   * Remember what the ordinary way has understood of an event.
   * @param row where its record is, if it has one
   */
  learn(line: TraceLine, start: number, end: number, type: EventType, rows: Float64Array, row: number): void {
    this.#open = this.#mirrored && !isMarker(type.name);
    if (!this.#open) return;
    const { buf, argsStart, argsEnd } = line;
    if (line.tgid >= 0 || argsEnd !== end || type.system !== '' || type.namesake) return;
    if (this.#result !== OTHER_EVENT) this.#tables.learnColumns(line, start);
    if (this.#result === OTHER_COLUMNS || this.#tables.isHopeless(type)) return;
    const behind = placeEnd(buf, argsStart, argsEnd);
    const symbol = type.kept ? rows[row + Slot.SYM] : Number.NaN;
    this.#tables.learnType(type, text(buf, argsStart, behind), symbol);
  }

  #copy(into: Uint8Array, got: number): number {
    const length = into.byteOffset + got;
    this.#mirrored = length + BEHIND <= WINDOW;
    if (this.#mirrored) this.#bytes.set(new Uint8Array(into.buffer, 0, length));
    else this.#open = false;
    return got;
  }
}

/**
 * Events whose text may hold newlines, which the parser remembers (parsers/body.ts), and names that are an event or
 * something else by what stands behind them (parsers/trace-cmd.ts).
 */
const isMarker = (name: string): boolean =>
  /^(?:tracing_mark_write|print|bputs|bprint|function|funcgraph_.*|kernel_stack|user_stack)$/.test(name);
