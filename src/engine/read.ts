// From a source of bytes to batches of mm events, line by line. Counts every line by what it was; what nobody
// understood is kept as a loss with its place.
import { LineKind, type LineParser, TraceLine } from '../parsers/line.ts';
import { LineReader } from '../parsers/lines.ts';
import type { Source } from '../parsers/source.ts';
import { text } from '../util/bytes.ts';
import { Kind } from '../vocabulary/kinds.ts';
import { RecordBatch, Slot, STRIDE } from '../vocabulary/record.ts';
import type { Vocabulary } from '../vocabulary/vocabulary.ts';

export const LINE_KIND_NAMES = ['', 'event', 'header', 'blank', 'stack', 'lost', 'function', 'record', 'bad'] as const;
const BAD_SAMPLES = 5;

export interface BadLine {
  line: number;
  reason: string;
  text: string;
}

export interface LostEvents {
  cpu: number;
  /** NaN: the line does not say how many */
  n: number;
  line: number;
  ts: number;
}

/** What reading a trace showed, apart from its events. */
export class ReadStats {
  lines = 0;
  bytes = 0;
  readonly kinds = new Uint32Array(9);
  readonly bad: BadLine[] = [];
  readonly lost: LostEvents[] = [];
  /** events per CPU that were lost */
  lostTotal = 0;
  firstTs = Number.NaN;
  lastTs = Number.NaN;
  /** the last line has no newline and did not read */
  cut = false;
  damage: string | undefined;
}

export interface ReadOptions {
  onBatch: (batch: RecordBatch) => void;
  onProgress?: (position: number) => void;
}

export async function readTrace(
  source: Source,
  parser: LineParser,
  vocabulary: Vocabulary,
  stats: ReadStats,
  options: ReadOptions,
): Promise<void> {
  const lines = new LineReader(source, { quoted: parser.head.format === 'csv' });
  const out = new TraceLine();
  const batch = new RecordBatch();
  const { kinds } = stats;
  while (await lines.fill()) {
    while (lines.next()) {
      if (lines.tooLong) {
        kinds[LineKind.Bad]++;
        note(stats, lines, 'the line is longer than 1 MiB');
        continue;
      }
      parser.parse(lines.buf, lines.start, lines.end, out);
      const kind = out.kind;
      kinds[kind]++;
      if (kind === LineKind.Event) {
        if (!Number.isNaN(out.ts)) {
          stats.lastTs = out.ts;
          if (Number.isNaN(stats.firstTs)) stats.firstTs = out.ts;
        }
        vocabulary.decode(out, lines.offset, lines.number, batch);
      } else if (kind === LineKind.Lost) lost(stats, out, lines, batch);
      else if (kind === LineKind.Bad) {
        if (lines.unterminated) stats.cut = true;
        note(stats, lines, out.reason);
      }
      if (batch.full) {
        options.onBatch(batch);
        batch.clear();
      }
    }
    options.onProgress?.(source.position);
  }
  if (batch.length > 0) options.onBatch(batch);
  stats.lines = lines.number;
  stats.bytes = lines.position;
  stats.damage = source.damage;
}

function note(stats: ReadStats, lines: LineReader, reason: string): void {
  if (stats.bad.length >= BAD_SAMPLES) return;
  stats.bad.push({
    line: lines.number,
    reason,
    text: text(lines.buf, lines.start, Math.min(lines.end, lines.start + 400)),
  });
}

function lost(stats: ReadStats, out: TraceLine, lines: LineReader, batch: RecordBatch): void {
  const n = out.lost >= 0 ? out.lost : Number.NaN;
  if (!Number.isNaN(n)) stats.lostTotal += n;
  if (stats.lost.length < 1000) stats.lost.push({ cpu: out.cpu, n, line: lines.number, ts: stats.lastTs });
  const o = batch.length * STRIDE;
  batch.rows.fill(Number.NaN, o, o + STRIDE);
  batch.rows[o] = Kind.lost;
  batch.rows[o + Slot.CPU] = out.cpu;
  batch.rows[o + Slot.PID] = -1;
  batch.rows[o + Slot.TS] = stats.lastTs;
  batch.rows[o + Slot.OFFSET] = lines.offset;
  batch.rows[o + Slot.LINE] = lines.number;
  batch.rows[o + Slot.N] = n;
  batch.length++;
}
