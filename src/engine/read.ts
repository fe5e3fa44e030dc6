// From a source of bytes to batches of mm events, line by line. Counts every line by what it was; what nobody
// understood is kept as a loss with its place.
import { LineKind, type LineParser, TraceLine } from '../parsers/line.ts';
import { type ByteSource, LineReader } from '../parsers/lines.ts';
import type { Source } from '../parsers/source.ts';
import { text } from '../util/bytes.ts';
import type { Memory } from '../util/wasm.ts';
import { Kind } from '../vocabulary/kinds.ts';
import { RecordBatch, Slot, STRIDE } from '../vocabulary/record.ts';
import type { EventType, Vocabulary } from '../vocabulary/vocabulary.ts';
import { isFilter, LineFilter, type TraceFilter } from './filter.ts';
import { Lane } from './lane/lane.ts';
import { type Break, beginsTrace, putBreak } from './order.ts';
import type { LostEvents, ReadStats } from './read-stats.ts';

/** Who wants the lines too, and not only their records. Told before the batch with the line's record is handed over. */
export interface LineSink {
  /**
   * Returns what it calls the task.
   * @param line its name is not filled in: `type` has it
   */
  event(line: TraceLine, type: EventType, offset: number, number: number): number;
  /** An event of which {@link event} was told before on a line like this one, in `buf` up to `end`. False: tell it so. */
  known(line: Lane, buf: Uint8Array, end: number, offset: number, number: number): boolean;
  /** A line that is no event; `buf[start, end)` is its text. */
  other(line: TraceLine, buf: Uint8Array, start: number, end: number, offset: number, number: number): void;
}

export interface ReadOptions {
  onBatch: (batch: RecordBatch) => void;
  /** reading goes on when it is done */
  onProgress?: (position: number) => Promise<void> | undefined | void;
  sink?: LineSink | undefined;
  filter?: TraceFilter | undefined;
  /** false: every line goes the ordinary way (tests compare) */
  lane?: boolean | undefined;
  /** where lines are to stand, {@link LINES_BYTES} from its beginning */
  memory?: Memory | undefined;
  /** hand over what was read at each step, and not only full batches: somebody waits for it */
  prompt?: boolean | undefined;
}

/** Reads a source, step by step. */
export class TraceReader {
  readonly #source: Source;
  readonly #stats: ReadStats;
  readonly #vocabulary: Vocabulary;
  readonly #options: ReadOptions;
  readonly #reader: RecordReader;
  readonly #lines: LineReader;

  constructor(source: Source, parser: LineParser, vocabulary: Vocabulary, stats: ReadStats, options: ReadOptions) {
    this.#source = source;
    this.#stats = stats;
    this.#vocabulary = vocabulary;
    this.#options = options;
    this.#reader = new RecordReader(parser, vocabulary, stats, options, (batch) => {
      options.onBatch(batch);
      batch.clear();
    });
    this.#lines = this.#reader.lines(source);
  }

  /** Read a chunk. False: there was none left, and all is handed over. */
  async advance(): Promise<boolean> {
    const lines = this.#lines;
    const more = await lines.fill();
    if (more) {
      this.#reader.take(lines);
      if (this.#options.prompt === true) this.flush();
      await this.#options.onProgress?.(this.#source.position);
    } else {
      this.flush();
      this.#stats.damage = this.#source.damage;
      this.#stats.cutLines.addEarly(this.#vocabulary.cut());
    }
    this.#stats.lines = lines.number;
    this.#stats.bytes = lines.position;
    return more;
  }

  /** Hand over what was read. */
  flush(): void {
    this.#reader.flush();
  }
}

/** Read a source to its end. */
export async function readTrace(...args: ConstructorParameters<typeof TraceReader>): Promise<void> {
  const reader = new TraceReader(...args);
  while (await reader.advance());
}

/** Makes records of lines. Used by everything that reads a trace, whole or in parts. */
export class RecordReader {
  stats: ReadStats;
  readonly #parser: LineParser;
  readonly #vocabulary: Vocabulary;
  readonly #filter: LineFilter | undefined;
  readonly #line = new TraceLine();
  readonly #lane: Lane | undefined;
  readonly #sink: LineSink | undefined;
  readonly #memory: Memory | undefined;
  readonly #batch: RecordBatch;
  readonly #onFull: (batch: RecordBatch) => void;

  /** @param onFull takes what is in the batch, and leaves it empty */
  constructor(
    parser: LineParser,
    vocabulary: Vocabulary,
    stats: ReadStats,
    { filter, lane, sink, memory }: Pick<ReadOptions, 'filter' | 'lane' | 'sink' | 'memory'>,
    onFull: (batch: RecordBatch) => void,
  ) {
    this.#parser = parser;
    this.#vocabulary = vocabulary;
    this.stats = stats;
    this.#filter = isFilter(filter) ? new LineFilter(filter, parser.head) : undefined;
    this.#lane = lane === false || this.#filter !== undefined ? undefined : Lane.for(parser.head);
    this.#sink = sink;
    this.#memory = memory;
    this.#batch = new RecordBatch(this.#lane?.rows);
    this.#onFull = onFull;
  }

  /** The lines of a source, for {@link take}. */
  lines(source: ByteSource): LineReader {
    const bytes = this.#lane === undefined ? source : this.#lane.mirror(source);
    return new LineReader(bytes, { quoted: this.#parser.head.format === 'csv', memory: this.#memory });
  }

  /**
   * Take the lines that `lines` has.
   * @param shift what to add to their offsets
   * @param before lines not to count
   */
  take(lines: LineReader, shift = 0, before = 0): void {
    const out = this.#line;
    const parser = this.#parser;
    const vocabulary = this.#vocabulary;
    const filter = this.#filter;
    const batch = this.#batch;
    const lane = this.#lane;
    const sink = this.#sink;
    const { stats } = this;
    const { kinds, order } = stats;
    const { widths } = stats.cutLines;
    const cutAt = parser.head.cutAt ?? Number.POSITIVE_INFINITY;
    let { high } = order;
    // events in a row that the lane took
    let taken = 0;
    while (lines.next()) {
      const offset = lines.offset + shift;
      const number = lines.number - before;
      if (lines.tooLong) {
        out.kind = LineKind.Bad;
        out.reason = 'the line is longer than 1 MiB';
        kinds[LineKind.Bad]++;
        note(stats, lines, number, out.reason);
        sink?.other(out, lines.buf, lines.start, lines.end, offset, number);
        continue;
      }
      const width = lines.end - lines.start;
      if (width < widths.length) widths[width]++;
      else stats.cutLines.wider++;
      if (
        width < cutAt &&
        !lines.unterminated &&
        lane?.take(lines.start, lines.end, offset - lines.start, number, batch)
      ) {
        taken++;
        const { ts } = lane;
        if (ts < high) high = this.#seeBreak(high, ts, number, offset, lane.type.kept);
        else high = ts;
        if (sink !== undefined && !sink.known(lane, lines.buf, lines.end, offset, number)) {
          lane.show(lines.buf, lines.start, lines.end, out);
          lane.mark = sink.event(out, lane.type, offset, number);
        }
        if (batch.full) this.flush();
        continue;
      }
      if (lane !== undefined && taken > 0) {
        // the first event of all never comes this way, so firstTs is there
        stats.lastTs = lane.ts;
        kinds[LineKind.Event] += taken;
        taken = 0;
      }
      parser.parse(lines.buf, lines.start, lines.end, out);
      if (width >= cutAt) markCut(out, cutAt);
      if (lines.buf[lines.start] === 0 && width > 0) {
        out.kind = LineKind.Bad;
        out.reason = 'zeros: a machine went down before this was written';
      }
      const kind = out.kind;
      if (kind === LineKind.Event) {
        const ts = out.ts;
        if (!Number.isNaN(ts)) {
          stats.lastTs = ts;
          if (Number.isNaN(stats.firstTs)) stats.firstTs = ts;
          if (ts < high || order.header > 0) high = this.#seeBreak(high, ts, number, offset, false);
          else high = ts;
        }
        if (filter !== undefined && !filter.keeps(out)) {
          stats.filtered++;
          kinds[kind]++;
          continue;
        }
        const row = batch.length * STRIDE;
        const type = vocabulary.decode(out, offset, number, batch);
        if (vocabulary.damage !== undefined) {
          lane?.close();
          kinds[LineKind.Bad]++;
          out.kind = LineKind.Bad;
          out.reason = vocabulary.damage;
          note(stats, lines, number, out.reason, true);
          stats.cutLines.note(number, width, out.reason);
          sink?.other(out, lines.buf, lines.start, lines.end, offset, number);
          continue;
        }
        kinds[kind]++;
        // whole as it may look: nothing rests on a value that nobody saw the end of
        if (lines.unterminated && type.kept && type.wanted) batch.length--;
        lane?.learn(out, lines.start, lines.end, type, batch.rows, row);
        sink?.event(out, type, offset, number);
        if (batch.full) this.flush();
        continue;
      }
      kinds[kind]++;
      lane?.close();
      if (kind === LineKind.Lost) {
        lost(stats, out, offset, number, batch);
        if (batch.full) this.flush();
      } else if (kind === LineKind.Bad) {
        if (lines.unterminated) stats.cut = true;
        note(stats, lines, number, out.reason, width >= cutAt);
        if (width >= cutAt) stats.cutLines.note(number, width, out.reason);
      } else if (kind === LineKind.Header && !Number.isNaN(high) && beginsTrace(lines.buf, lines.start, lines.end)) {
        order.header = number;
      }
      sink?.other(out, lines.buf, lines.start, lines.end, offset, number);
    }
    if (lane !== undefined && taken > 0) {
      stats.lastTs = lane.ts;
      kinds[LineKind.Event] += taken;
    }
    stats.unterminated ||= lines.unterminated;
    order.high = high;
  }

  /**
   * An event whose time is before `high`, or that follows a second header: where it makes a break, a record says so
   * before its own.
   * @param isThere whether the event's record is in the batch already
   * @returns the latest time from now on
   */
  #seeBreak(high: number, ts: number, line: number, offset: number, isThere: boolean): number {
    const { order } = this.stats;
    order.high = high;
    const found = order.see(ts, line);
    if (found !== undefined) this.#insert(found, offset, isThere);
    return order.high;
  }

  #insert(found: Break, offset: number, isThere: boolean): void {
    const batch = this.#batch;
    const last = isThere ? batch.rows.slice((batch.length - 1) * STRIDE, batch.length * STRIDE) : undefined;
    if (last !== undefined) batch.length--;
    // room for both
    if ((batch.length + 2) * STRIDE > batch.rows.length) this.flush();
    putBreak(batch.rows, batch.length++ * STRIDE, found, offset);
    if (last !== undefined) batch.rows.set(last, batch.length++ * STRIDE);
    else if (batch.full) this.flush();
  }

  /** Hand over what is there. */
  flush(): void {
    if (this.#batch.length === 0) return;
    this.stats.order.records(this.#batch);
    this.#onFull(this.#batch);
  }
}

/** An event, or what is left of one, that reaches the column at which the lines were cut. */
function markCut(out: TraceLine, column: number): void {
  if (out.kind !== LineKind.Event && out.kind !== LineKind.Bad) return;
  out.kind = LineKind.Bad;
  out.reason = `cut at column ${column}`;
}

function note(stats: ReadStats, lines: LineReader, line: number, reason: string, isCut = false): void {
  stats.addBad({ line, reason, text: text(lines.buf, lines.start, Math.min(lines.end, lines.start + 400)), isCut });
}

function lost(stats: ReadStats, out: TraceLine, offset: number, line: number, batch: RecordBatch): void {
  const loss = { cpu: out.cpu, n: out.lost >= 0 ? out.lost : Number.NaN, line, ts: stats.lastTs };
  stats.addLost(loss);
  putLoss(batch, loss, offset);
}

/** Events are missing before this place. */
export function putLoss(batch: RecordBatch, { cpu, n, line, ts }: LostEvents, offset: number): void {
  const o = batch.length * STRIDE;
  batch.rows.fill(Number.NaN, o, o + STRIDE);
  batch.rows[o] = Kind.lost;
  batch.rows[o + Slot.CPU] = cpu;
  batch.rows[o + Slot.PID] = -1;
  batch.rows[o + Slot.TS] = ts;
  batch.rows[o + Slot.OFFSET] = offset;
  batch.rows[o + Slot.LINE] = line;
  batch.rows[o + Slot.N] = n;
  batch.length++;
}
