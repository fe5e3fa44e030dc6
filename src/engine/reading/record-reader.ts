// Converts lines to records, and counts each line by its kind. Used by everything that reads a text, completely or in
// blocks.
import type { EventCells } from '../../known-lines/cells.ts';
import { Knowledge } from '../../known-lines/knowledge.ts';
import { canBeKnown, KnownLines } from '../../known-lines/known-lines.ts';
import { type ByteSource, LineReader } from '../../parsers/bytes/lines.ts';
import { hasForm } from '../../parsers/formats/column-form.ts';
import { framesText } from '../../parsers/formats/frame-lines.ts';
import { LineKind, type LineParser, TraceLine } from '../../parsers/formats/line.ts';
import { startsWith, text } from '../../util/bytes.ts';
import { LineMemory } from '../../util/line-memory.ts';
import { Kind } from '../../vocabulary/kinds.ts';
import { RecordBatch, Slot, STRIDE } from '../../vocabulary/record.ts';
import type { EventType, Vocabulary } from '../../vocabulary/vocabulary.ts';
import { isFilter, LineFilter, type TraceFilter } from './filter.ts';
import { joined } from './joined.ts';
import { type Break, beginsTrace, putBreak } from './order.ts';
import type { LostEvents, ReadStats } from './read-stats.ts';
import { LineBefore } from './repeated.ts';

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

export interface RecordOptions {
  sink?: LineSink | undefined;
  filter?: TraceFilter | undefined;
  /** false: parse every line in JavaScript (for tests) */
  known?: boolean | undefined;
  /** memory for lines and known layouts, if shared with others */
  knowledge?: Knowledge | undefined;
}

export class RecordReader {
  stats: ReadStats;
  readonly #parser: LineParser;
  readonly #vocabulary: Vocabulary;
  readonly #filter: LineFilter | undefined;
  /** column at which the lines of the text were cut; Infinity: none */
  readonly #cutAt: number;
  readonly #line = new TraceLine();
  readonly #before = new LineBefore();
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
    { filter, known, sink, knowledge }: RecordOptions,
    onFull: (batch: RecordBatch) => void,
  ) {
    this.#parser = parser;
    this.#vocabulary = vocabulary;
    this.stats = stats;
    this.#filter = isFilter(filter) ? new LineFilter(filter, parser.head) : undefined;
    this.#cutAt = parser.head.cutAt ?? Number.POSITIVE_INFINITY;
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
    const batch = this.#batch;
    const known = this.#known;
    const { stats } = this;
    const { cutLines, order } = stats;
    const { widths } = cutLines;
    const cutAt = this.#cutAt;
    let { high } = order;
    let last = stats.lastTs;
    // known lines in a row
    let taken = 0;
    this.#before.begin(stats.repeated.last);
    const from = lines.position - (lines.offset - lines.start);
    known?.see(lines.buf);
    while (lines.next()) {
      const offset = lines.offset + shift;
      const number = lines.number - before;
      if (!lines.tooLong) {
        const width = lines.end - lines.start;
        if (width < widths.length) widths[width]++;
        else cutLines.wider++;
        if (
          width < cutAt &&
          !lines.unterminated &&
          known?.read(lines.start, lines.end, offset - lines.start, number, batch)
        ) {
          taken++;
          const { ts } = known;
          if (ts === last) this.#seeAgain(lines, number);
          last = ts;
          if (ts < high) {
            order.high = high;
            this.#seeBreak(ts, number, offset, known.hasRecord);
            high = order.high;
          } else high = ts;
          if (batch.full) this.flush();
          this.#before.put(lines);
          continue;
        }
      }
      if (known !== undefined && taken > 0) {
        // the very first event never takes this path, so firstTs is set
        stats.lastTs = known.ts;
        stats.kinds[LineKind.Event] += taken;
        taken = 0;
      }
      order.high = high;
      this.#parse(lines, offset, number);
      high = order.high;
      last = stats.lastTs;
      this.#before.put(lines);
    }
    if (known !== undefined && taken > 0) {
      stats.lastTs = known.ts;
      stats.kinds[LineKind.Event] += taken;
    }
    stats.unterminated ||= lines.unterminated;
    order.high = high;
    this.#before.end(stats.repeated, lines.buf, from);
  }

  /** A line that is not known. */
  #parse(lines: LineReader, offset: number, number: number): void {
    const out = this.#line;
    if (lines.tooLong) {
      this.#bad(lines, offset, number, 'the line is longer than 1 MiB');
      return;
    }
    this.#parser.parse(lines.buf, lines.start, lines.end, out);
    const width = lines.end - lines.start;
    if (width >= this.#cutAt) markCut(out, this.#cutAt);
    if (lines.buf[lines.start] === 0 && width > 0) {
      out.kind = LineKind.Bad;
      out.reason = 'zeros: the machine crashed before this was written';
    }
    if (out.kind === LineKind.Event) this.#event(lines, offset, number);
    else this.#other(lines, offset, number);
  }

  #event(lines: LineReader, offset: number, number: number): void {
    const out = this.#line;
    const { stats } = this;
    const { kinds, order } = stats;
    const batch = this.#batch;
    const known = this.#known;
    const sink = this.#sink;
    const { columns } = this.#parser.head;
    // the blanks before the first line are lost when a text is copied
    const isOdd = columns !== undefined && number > 1 && !hasForm(out, lines.start, columns);
    if (isOdd) stats.oddColumns.note(number);
    const { ts } = out;
    if (!Number.isNaN(ts)) {
      if (ts === stats.lastTs) this.#seeAgain(lines, number);
      stats.lastTs = ts;
      if (Number.isNaN(stats.firstTs)) stats.firstTs = ts;
      if (ts < order.high || order.header > 0) this.#seeBreak(ts, number, offset, false);
      else order.high = ts;
    }
    if (this.#filter !== undefined && !this.#filter.keeps(out)) {
      stats.filtered++;
      kinds[LineKind.Event]++;
      return;
    }
    const row = batch.length * STRIDE;
    const type = this.#vocabulary.decode(out, offset, number, batch);
    const damage = this.#vocabulary.damage ?? joined(out);
    if (damage !== undefined) {
      known?.close();
      stats.cutLines.note(number, lines.end - lines.start, damage);
      this.#bad(lines, offset, number, damage, true);
      return;
    }
    kinds[LineKind.Event]++;
    // even if it looks complete, a value without a visible end is not used
    if (lines.unterminated && !endsWhole(out)) {
      if (type.kept) batch.length--;
      stats.half = type.kept ? 'record' : 'other';
    }
    const task = sink?.event(out, type, offset, number) ?? 0;
    const cells = sink?.cells(type);
    // a consumer of lines that cannot place their rows must be called for each line; a name alone may be that of a
    // line that was cut, once another shows its location
    // so must be the first line behind a second header that has a time
    const isAlone =
      isOdd || order.header > 0 || (sink !== undefined && cells === undefined) || out.argsStart === out.argsEnd;
    if (isAlone) known?.close();
    else known?.learn(out, lines, type, type.kept ? batch.rows[row + Slot.SYM] : Number.NaN, task, cells);
    if (batch.full) this.flush();
  }

  /** An event at the time of the one before may be its line again. */
  #seeAgain(lines: LineReader, number: number): void {
    if (this.#parser.head.timeUnit !== 'ns' || !this.#before.isSame(lines)) return;
    this.stats.repeated.note(number, text(lines.buf, lines.start, lines.end));
  }

  /** Its lines begin with blanks. */
  get #isPadded(): boolean {
    const { format } = this.#parser.head;
    return format === 'ftrace' || format === 'trace-cmd';
  }

  /** A line that is no event. */
  #other(lines: LineReader, offset: number, number: number): void {
    const out = this.#line;
    const { kind } = out;
    const { stats } = this;
    const { nesting, order } = stats;
    this.#known?.close();
    if (kind === LineKind.Bad) {
      const width = lines.end - lines.start;
      const isCut = width >= this.#cutAt;
      if (lines.unterminated) stats.cut = true;
      if (isCut) stats.cutLines.note(number, width, out.reason);
      this.#bad(lines, offset, number, out.reason, isCut);
      return;
    }
    stats.kinds[kind]++;
    // the indent of the next line, or a stack of which more may have followed
    if (lines.unterminated && (kind === LineKind.Stack || (kind === LineKind.Blank && this.#isPadded)))
      stats.half = 'other';
    if (lines.unterminated && kind === LineKind.Header) stats.framed = framesText(lines.buf, lines.start, lines.end);
    if (kind === LineKind.Function) nesting.see(out, number);
    else if (kind === LineKind.Lost) {
      nesting.forget();
      lost(stats, out, offset, number, this.#batch);
      if (this.#batch.full) this.flush();
    } else if (kind === LineKind.Header && startsWith(lines.buf, lines.start, lines.end, BUFFER_START)) {
      stats.bufferStart ||= number;
    } else if (kind === LineKind.Header && beginsTrace(lines.buf, lines.start, lines.end, this.#parser.head)) {
      stats.around.header(stats.kinds);
      if (!Number.isNaN(order.high)) {
        order.header ||= number;
        nesting.forget();
      }
    }
    this.#sink?.other(out, lines.buf, lines.start, lines.end, offset, number);
  }

  /** A line that says nothing, or only a part of something. */
  #bad(lines: LineReader, offset: number, number: number, reason: string, isCut = false): void {
    const out = this.#line;
    const { buf, start, end } = lines;
    out.kind = LineKind.Bad;
    out.reason = reason;
    this.stats.kinds[LineKind.Bad]++;
    const bad = { line: number, reason, text: text(buf, start, Math.min(end, start + 400)), isCut };
    if (isCut || lines.tooLong) this.stats.addBad(bad);
    else this.stats.addUnknown(bad, this.#parser.head.padded === true);
    this.#sink?.other(out, buf, start, end, offset, number);
  }

  /**
   * An event whose time is before `high`, or that follows a second header: if it makes a break, a record is inserted
   * before its own.
   * @param isThere whether the event's record is already in the batch
   */
  #seeBreak(ts: number, line: number, offset: number, isThere: boolean): void {
    const found = this.stats.order.see(ts, line);
    if (found !== undefined) this.#insert(found, offset, isThere);
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

/** `##### CPU 1 buffer started ####` (test_cpu_buff_start(), kernel/trace/trace.c) */
const BUFFER_START = '##### CPU ';

/** No digit can be missing of the last value of an event: only 0 begins with one. */
const endsWhole = ({ buf, argsStart, argsEnd }: TraceLine): boolean =>
  /=0x(?:0|[0-9a-f]{16})$/.test(text(buf, argsStart, argsEnd));

/** An event, or what is left of one, that reaches the column at which the lines were cut. */
function markCut(out: TraceLine, column: number): void {
  if (out.kind !== LineKind.Event && out.kind !== LineKind.Bad) return;
  out.kind = LineKind.Bad;
  out.reason = `cut at column ${column}`;
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
