// Why: `cat per_cpu/cpu0/trace > cpu0.txt`, and the same for each CPU, splits one capture into several files. Merged by
// time they give the text that /sys/kernel/tracing/trace would have had.
import type { Origin } from '../../contract/finding.ts';
import { LineReader } from '../../parsers/bytes/lines.ts';
import type { Source } from '../../parsers/bytes/wrapped-source.ts';
import { detectFormat } from '../../parsers/detect/detect.ts';
import { LineKind, type LineParser, TraceLine } from '../../parsers/formats/line.ts';
import { isRecording } from '../../recordings/index.ts';
import { InputError } from '../../util/errors.ts';
import { escapeControl } from '../../util/escape.ts';
import type { TraceInput } from './input.ts';

/** Facts about a file found while merging. */
export interface MergedPart {
  path: string;
  cpus: ReadonlySet<number>;
  /** time of its first and last event, ns since the earliest time base of all; NaN: none */
  first: number;
  last: number;
}

export interface Merged {
  parts: MergedPart[];
  /** Where a line of the merged text came from, from 1. */
  origin(line: number): Origin | undefined;
}

/** Bytes read at once per file, because there may be hundreds. */
const CHUNK = 1 << 16;

/**
 * Merge the lines of several files by the time of their events; other lines stay with the event they belong to.
 * @param write receives the merged text in pieces
 * @throws InputError if one of them is not text with times, or has another format
 */
export async function mergeCpus(inputs: readonly TraceInput[], write: (bytes: Buffer) => void): Promise<Merged> {
  const parts: Part[] = [];
  try {
    for (const input of inputs) {
      const part = await Part.open(input, parts.length === 0);
      if (part !== undefined) parts.push(part);
    }
    const origins = new Origins(parts.map(({ path }) => path));
    for (const part of parts) await part.advance();
    align(parts.filter(({ first }) => !Number.isNaN(first)));
    for (;;) {
      const next = earliest(parts);
      if (next === undefined) break;
      for (const { bytes, line } of next.group) {
        origins.add(parts.indexOf(next), line);
        write(bytes);
      }
      if (!next.tryAdvance()) await next.advance();
    }
    return {
      parts: parts.map(({ path, cpus, first, last }) => ({ path, cpus, first, last })),
      origin: (line) => origins.of(line),
    };
  } finally {
    for (const part of parts) part.close();
  }
}

/** CPUs that are in more than one of the files, which are then not per-CPU files of one capture. */
export function sharedCpus({ parts }: Merged): number[] {
  const seen = new Set<number>();
  const shared = new Set<number>();
  for (const { cpus } of parts)
    for (const cpu of cpus) {
      if (seen.has(cpu)) shared.add(cpu);
      seen.add(cpu);
    }
  return [...shared].sort((a, b) => a - b);
}

/**
 * Whether the files cover the same time: there is a moment in all that have events, or they follow each other closely.
 */
export function isOneTime({ parts }: Merged): boolean {
  const some = parts.filter(({ first }) => !Number.isNaN(first));
  return Math.max(...some.map(({ first }) => first)) <= Math.min(...some.map(({ last }) => last));
}

function earliest(parts: readonly Part[]): Part | undefined {
  let best: Part | undefined;
  for (const part of parts) if (part.group.length > 0 && (best === undefined || part.ts < best.ts)) best = part;
  return best;
}

/** Each file has a time base of its own. */
function align(parts: readonly Part[]): void {
  if (parts.length === 0) return;
  const unlike = parts.find(
    ({ head }) => head.format !== parts[0].head.format || head.timeUnit !== parts[0].head.timeUnit,
  );
  if (unlike !== undefined)
    throw new InputError(`this is ${unlike.head.format} text, unlike ${parts[0].path}`, {
      where: unlike.path,
      tryThis: 'merge only files of one capture, printed by the same tool; --no-merge takes each file alone',
    });
  const base = Math.min(...parts.map(({ head }) => head.timeBase));
  for (const part of parts) part.shiftBy((part.head.timeBase - base) * (part.head.timeUnit === 'ns' ? 1e9 : 1));
}

interface Kept {
  bytes: Buffer;
  line: number;
}

/** One of the files, read one event ahead. */
class Part {
  readonly path: string;
  readonly cpus = new Set<number>();
  first = Number.NaN;
  last = Number.NaN;
  /** an event and the lines that belong to it; empty at the end of the file */
  group: Kept[] = [];
  /** time of the group */
  ts = Number.NEGATIVE_INFINITY;
  readonly #source: Source;
  readonly #parser: LineParser;
  readonly #lines: LineReader;
  readonly #out = new TraceLine();
  readonly #isFirst: boolean;
  /** the next group, its time (NaN: its event was not read yet), and the lines before the event after it */
  #next: Kept[] = [];
  #nextTs = Number.NaN;
  #after: Kept[] = [];
  #shift = 0;
  #ended = false;

  private constructor(path: string, source: Source, parser: LineParser, isFirst: boolean) {
    this.path = path;
    this.#source = source;
    this.#parser = parser;
    this.#lines = new LineReader(source, { chunk: CHUNK });
    this.#isFirst = isFirst;
  }

  /** Undefined: it is empty, as the trace_pipe of an idle CPU. */
  static async open(input: TraceInput, isFirst: boolean): Promise<Part | undefined> {
    const source = await input.open();
    try {
      const head = await source.head();
      if (head.length === 0) {
        source.close();
        return undefined;
      }
      if (isRecording(head))
        throw new InputError('a recording contains all CPUs of its capture: only text is merged', {
          where: input.path,
          tryThis: '--no-merge checks each recording alone',
        });
      const detection = detectFormat(head);
      if ('problem' in detection)
        throw new InputError(detection.problem, { where: input.path, tryThis: detection.tryThis });
      const { parser } = detection;
      if (parser.head.format === 'csv' || parser.head.timeUnit === 'none')
        throw new InputError('only text of ftrace, trace-cmd or perf script with times can be merged', {
          where: input.path,
          tryThis: '--no-merge takes each file alone',
        });
      return new Part(input.path, source, parser, isFirst);
    } catch (error) {
      source.close();
      throw error;
    }
  }

  get head(): LineParser['head'] {
    return this.#parser.head;
  }

  /** Shift the times of the file. */
  shiftBy(ns: number): void {
    this.#shift = ns;
    this.ts += ns;
    this.first += ns;
    this.last += ns;
    this.#nextTs += ns;
  }

  /** Prepare the next group; there is none at the end. */
  async advance(): Promise<void> {
    while (!this.tryAdvance()) {
      if (await this.#lines.fill()) continue;
      const { damage } = this.#source;
      if (damage !== undefined && !this.#ended) this.#keep(this.#after, escapeControl(damage));
      this.#ended = true;
      this.#hand([]);
      return;
    }
  }

  /** The same, as far as the bytes that were read suffice. */
  tryAdvance(): boolean {
    const lines = this.#lines;
    const out = this.#out;
    while (lines.next()) {
      this.#parser.parse(lines.buf, lines.start, lines.end, out);
      const { kind } = out;
      if ((kind === LineKind.Event || kind === LineKind.Function) && !Number.isNaN(out.ts)) {
        const isReady = !Number.isNaN(this.#nextTs);
        // the header of the first file comes before everything
        const isHead = this.#isFirst && Number.isNaN(this.first) && this.#next.length > 0;
        if (isReady || isHead) this.#hand(this.#after);
        this.#see(out);
        this.#keep(this.#next);
        if (isReady || isHead) return true;
        continue;
      }
      const isHead = kind === LineKind.Header || kind === LineKind.Lost;
      if (Number.isNaN(this.#nextTs)) {
        // one header is sufficient
        if (this.#isFirst || (kind !== LineKind.Header && kind !== LineKind.Blank)) this.#keep(this.#next);
      } else this.#keep(isHead || this.#after.length > 0 ? this.#after : this.#next);
    }
    return false;
  }

  /** Make the next group the current one. */
  #hand(next: Kept[]): void {
    this.group = this.#next;
    // without an event: the header of a file that has none
    this.ts = Number.isNaN(this.#nextTs) ? Number.NEGATIVE_INFINITY : this.#nextTs;
    if (next !== this.#after) this.group.push(...this.#after);
    this.#next = next;
    this.#nextTs = Number.NaN;
    this.#after = [];
  }

  #see(out: TraceLine): void {
    this.#nextTs = out.ts + this.#shift;
    if (Number.isNaN(this.first)) this.first = this.#nextTs;
    this.last = this.#nextTs;
    if (out.cpu >= 0 && out.kind === LineKind.Event) this.cpus.add(out.cpu);
  }

  #keep(into: Kept[], said?: string): void {
    const { buf, start, end, number, unterminated } = this.#lines;
    // a last line may be truncated and look complete, so it is not used
    const instead = said ?? (unterminated ? 'the last line has no newline and may be incomplete' : undefined);
    const bytes = Buffer.alloc((instead?.length ?? end - start) + 1, '\n');
    if (instead === undefined) bytes.set(buf.subarray(start, end));
    else bytes.write(instead, 'latin1');
    into.push({ bytes, line: number });
  }

  close(): void {
    this.#source.close();
  }
}

/** The origin of lines, as runs of lines from one file. */
class Origins {
  readonly #paths: readonly string[];
  /** per run: its first line in the merged text, the file, its first line there */
  #runs = new Int32Array(3 * 1024);
  #count = 0;
  #lines = 0;

  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  /** The next line of the merged text. */
  add(part: number, line: number): void {
    const merged = ++this.#lines;
    const at = 3 * (this.#count - 1);
    const runs = this.#runs;
    if (at >= 0 && runs[at + 1] === part && runs[at + 2] + (merged - runs[at]) === line) return;
    if (3 * this.#count === runs.length) {
      this.#runs = new Int32Array(2 * runs.length);
      this.#runs.set(runs);
    }
    this.#runs.set([merged, part, line], 3 * this.#count++);
  }

  of(line: number): Origin | undefined {
    if (line < 1 || line > this.#lines) return undefined;
    let [low, high] = [0, this.#count - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#runs[3 * middle] <= line) low = middle;
      else high = middle - 1;
    }
    const [first, part, start] = this.#runs.subarray(3 * low, 3 * low + 3);
    return { path: this.#paths[part], line: start + line - first };
  }
}
