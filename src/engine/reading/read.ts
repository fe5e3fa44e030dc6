// Reads a source of bytes into batches of mm events, line by line. Counts every line by its kind; lines that could not
// be parsed are kept as losses with their place.
import type { EventCells } from '../../known-lines/cells.ts';
import { Knowledge } from '../../known-lines/knowledge.ts';
import { canBeKnown, KnownLines } from '../../known-lines/known-lines.ts';
import { type ByteSource, LineReader } from '../../parsers/bytes/lines.ts';
import type { Source } from '../../parsers/bytes/wrapped-source.ts';
import { LineKind, type LineParser, TraceLine } from '../../parsers/formats/line.ts';
import { text } from '../../util/bytes.ts';
import { LineMemory } from '../../util/line-memory.ts';
import { Kind } from '../../vocabulary/kinds.ts';
import { RecordBatch, Slot, STRIDE } from '../../vocabulary/record.ts';
import type { EventType, Vocabulary } from '../../vocabulary/vocabulary.ts';
import { isFilter, LineFilter, type TraceFilter } from './filter.ts';
import { type Break, beginsTrace, putBreak } from './order.ts';
import type { LostEvents, ReadStats } from './read-stats.ts';

/** A consumer of lines in addition to records. Called before the batch with the line's record is passed on. */
export interface LineSink {
  /** number added to the offset of a line to get the id of its row */
  readonly idBase: number;
  /** Returns its number for the task. Not called for lines that {@link cells} has handled. */
  event(line: TraceLine, type: EventType, offset: number, number: number): number;
  /** Where rows of a known event can be written directly. */
  cells(type: EventType): EventCells | undefined;
  /** A line that is not an event; `buf[start, end)` is its text. */
  other(line: TraceLine, buf: Uint8Array, start: number, end: number, offset: number, number: number): void;
}

export interface ReadOptions {
  onBatch: (batch: RecordBatch) => void;
  /** reading continues when it is done */
  onProgress?: (position: number) => Promise<void> | undefined | void;
  sink?: LineSink | undefined;
  filter?: TraceFilter | undefined;
  /** false: parse every line in JavaScript (for tests) */
  known?: boolean | undefined;
  /** memory for lines and known layouts, if shared with others */
  knowledge?: Knowledge | undefined;
  /** pass on what was read at each step, not only full batches: a live reader is waiting */
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
    this.#lines = this.#reader.lines(source, ENDLESS);
  }

  /** Read a chunk. False: there was none left, and everything was passed on. */
  async advance(): Promise<boolean> {
    const lines = this.#lines;
    const more = await lines.fill();
    if (more) {
      this.#reader.take(lines);
      if (this.#options.prompt === true) this.flush();
      await this.#options.onProgress?.(this.#source.position);
    } else {
      this.flush();
      this.#stats.damage = this.#source.damage ?? wrongBytes(lines);
      this.#stats.cutLines.addEarly(this.#vocabulary.cut());
    }
    this.#stats.lines = lines.number;
    this.#stats.bytes = this.#source.taken ?? lines.position;
    return more;
  }

  /** Pass on what was read. */
  flush(): void {
    this.#reader.flush();
  }
}

/** Bytes without a newline that are read in search of one: a hole of a sparse file, and a bomb, may have 2^40. */
const ENDLESS = 1 << 30;

function wrongBytes({ zeros, endless }: LineReader): string | undefined {
  const unread =
    endless === undefined ? '' : `nothing behind 1 GiB without a newline, from byte ${endless} on, was read`;
  if (zeros === undefined) return unread === '' ? undefined : unread;
  const hole = `bytes of zero stand in the text from byte ${zeros} on: a part of it was never written`;
  return unread === '' ? hole : `${hole}; ${unread}`;
}

/** Converts lines to records. Used by everything that reads a trace, completely or in parts. */
export class RecordReader {
  stats: ReadStats;
  readonly #parser: LineParser;
  readonly #vocabulary: Vocabulary;
  readonly #filter: LineFilter | undefined;
  readonly #line = new TraceLine();
  readonly #known: KnownLines | undefined;
  readonly #sink: LineSink | undefined;
  readonly #memory: LineMemory | undefined;
  readonly #batch: RecordBatch;
  readonly #onFull: (batch: RecordBatch) => void;

  /** @param onFull empties the batch */
  constructor(
    parser: LineParser,
    vocabulary: Vocabulary,
    stats: ReadStats,
    { filter, known, sink, knowledge }: Pick<ReadOptions, 'filter' | 'known' | 'sink' | 'knowledge'>,
    onFull: (batch: RecordBatch) => void,
  ) {
    this.#parser = parser;
    this.#vocabulary = vocabulary;
    this.stats = stats;
    this.#filter = isFilter(filter) ? new LineFilter(filter, parser.head) : undefined;
    this.#sink = sink;
    this.#memory = knowledge?.memory ?? LineMemory.of();
    const isKnown = known !== false && this.#filter === undefined && canBeKnown(parser.head);
    const knows = knowledge ?? (isKnown && this.#memory ? new Knowledge(this.#memory) : undefined);
    this.#known = isKnown && knows ? new KnownLines(knows, sink?.idBase ?? 0) : undefined;
    this.#batch = new RecordBatch(knows?.rows);
    this.#onFull = onFull;
  }

  /** The lines of a source, for {@link take}. @param most bytes without a newline behind which nothing is read */
  lines(source: ByteSource, most?: number): LineReader {
    return new LineReader(source, { quoted: this.#parser.head.format === 'csv', memory: this.#memory, most });
  }

  /**
   * Process the lines of `lines`.
   * @param shift number to add to their offsets
   * @param before number of lines not to count
   */
  take(lines: LineReader, shift = 0, before = 0): void {
    const out = this.#line;
    const parser = this.#parser;
    const vocabulary = this.#vocabulary;
    const filter = this.#filter;
    const batch = this.#batch;
    const known = this.#known;
    const sink = this.#sink;
    const { stats } = this;
    const { kinds, order } = stats;
    const { widths } = stats.cutLines;
    const cutAt = parser.head.cutAt ?? Number.POSITIVE_INFINITY;
    let { high } = order;
    // known lines in a row
    let taken = 0;
    known?.see(lines.buf);
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
        known?.read(lines.start, lines.end, offset - lines.start, number, batch)
      ) {
        taken++;
        const { ts } = known;
        if (ts < high) high = this.#seeBreak(high, ts, number, offset, known.hasRecord);
        else high = ts;
        if (batch.full) this.flush();
        continue;
      }
      if (known !== undefined && taken > 0) {
        // the very first event never takes this path, so firstTs is set
        stats.lastTs = known.ts;
        kinds[LineKind.Event] += taken;
        taken = 0;
      }
      parser.parse(lines.buf, lines.start, lines.end, out);
      if (width >= cutAt) markCut(out, cutAt);
      if (lines.buf[lines.start] === 0 && width > 0) {
        out.kind = LineKind.Bad;
        out.reason = 'zeros: the machine crashed before this was written';
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
          known?.close();
          kinds[LineKind.Bad]++;
          out.kind = LineKind.Bad;
          out.reason = vocabulary.damage;
          note(stats, lines, number, out.reason, true);
          stats.cutLines.note(number, width, out.reason);
          sink?.other(out, lines.buf, lines.start, lines.end, offset, number);
          continue;
        }
        kinds[kind]++;
        // even if it looks complete, a value without a visible end is not used
        if (lines.unterminated && !endsWhole(out)) {
          if (type.kept) batch.length--;
          stats.half = type.kept ? 'record' : 'other';
        }
        const task = sink?.event(out, type, offset, number) ?? 0;
        const cells = sink?.cells(type);
        // a consumer of lines that cannot place their rows must be called for each line; a name alone may be that of a
        // line that was cut, once another shows its location
        if ((sink !== undefined && cells === undefined) || out.argsStart === out.argsEnd) known?.close();
        else known?.learn(out, lines.start, lines.end, type, batch.rows, row, task, cells);
        if (batch.full) this.flush();
        continue;
      }
      kinds[kind]++;
      known?.close();
      if (kind === LineKind.Function) stats.nesting.see(out, number);
      else if (kind === LineKind.Lost) {
        stats.nesting.forget();
        lost(stats, out, offset, number, batch);
        if (batch.full) this.flush();
      } else if (kind === LineKind.Bad) {
        if (lines.unterminated) stats.cut = true;
        note(stats, lines, number, out.reason, width >= cutAt);
        if (width >= cutAt) stats.cutLines.note(number, width, out.reason);
      } else if (kind === LineKind.Header && !Number.isNaN(high) && beginsTrace(lines.buf, lines.start, lines.end)) {
        order.header = number;
        stats.nesting.forget();
      }
      sink?.other(out, lines.buf, lines.start, lines.end, offset, number);
    }
    if (known !== undefined && taken > 0) {
      stats.lastTs = known.ts;
      kinds[LineKind.Event] += taken;
    }
    stats.unterminated ||= lines.unterminated;
    order.high = high;
  }

  /**
   * An event whose time is before `high`, or that follows a second header: if it makes a break, a record is inserted
   * before its own.
   * @param isThere whether the event's record is already in the batch
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
    // space for both
    if ((batch.length + 2) * STRIDE > batch.rows.length) this.flush();
    putBreak(batch.rows, batch.length++ * STRIDE, found, offset);
    if (last !== undefined) batch.rows.set(last, batch.length++ * STRIDE);
    else if (batch.full) this.flush();
  }

  /** Pass on the batch. */
  flush(): void {
    if (this.#batch.length === 0) return;
    this.stats.order.records(this.#batch);
    this.#onFull(this.#batch);
  }
}

/** No digit can be missing of the last value of an event: only 0 begins with one. */
const endsWhole = ({ buf, argsStart, argsEnd }: TraceLine): boolean =>
  /=0x(?:0|[0-9a-f]{16})$/.test(text(buf, argsStart, argsEnd));

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
