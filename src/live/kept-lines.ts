// Why: a pipe cannot be read again, so the line of an event that the model remembers is kept with that memory, and goes
// when it goes. The newest bytes are kept too: for stacks, which stand behind their event, and to save what led to a
// finding.
import type { EvidenceLine } from '../engine/evidence.ts';
import type { At } from '../model/state.ts';
import { createParser } from '../parsers/create.ts';
import { LineKind, type LineParser, type TraceHead, TraceLine } from '../parsers/line.ts';
import { text } from '../util/bytes.ts';

const NEWLINE = 10;
const MOST_STACK = 64;
/** Longer lines are kept in part. */
const LONGEST = 1 << 16;

export class KeptLines {
  readonly #most: number;
  readonly #chunks: { offset: number; bytes: Uint8Array }[] = [];
  #size = 0;
  /** the first bytes, which say what the trace is */
  #head: Uint8Array | undefined;
  #parser: LineParser | undefined;
  readonly #out = new TraceLine();
  #wanted: At[] = [];

  /** @param most bytes that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  /** The format is known. */
  know(head: TraceHead): void {
    this.#parser = createParser(head);
  }

  add(bytes: Uint8Array, offset: number): void {
    this.#head ??= bytes.slice(0, LONGEST);
    this.#chunks.push({ offset, bytes: bytes.slice() });
    this.#size += bytes.length;
    while (this.#size > this.#most && this.#chunks.length > 1) {
      this.#size -= this.#chunks[0].bytes.length;
      this.#chunks.shift();
    }
  }

  /** The model remembers this place. */
  note(at: At): void {
    this.#wanted.push(at);
  }

  /** Take the lines of the places that were noted. Their bytes are here: they were replayed just now. */
  settle(): void {
    for (const at of this.#wanted) at.shown ??= this.#line(at.offset);
    this.#wanted = [];
  }

  /** What is shown of a place; stacks are looked for once more, which come behind their event. */
  shown(at: At): EvidenceLine | undefined {
    const kept = at.shown as Kept | undefined;
    if (kept === undefined) return undefined;
    if (!kept.whole) {
      const again = this.#line(at.offset);
      if (again !== undefined) at.shown = again;
    }
    return at.shown as EvidenceLine;
  }

  /** The first lines, and the newest that are kept, from the beginning of a line on: a trace of its own. */
  *recent(): Iterable<Uint8Array> {
    const first = this.#chunks.at(0);
    if (first === undefined) return;
    if (first.offset === 0) {
      for (const { bytes } of this.#chunks) yield bytes;
      return;
    }
    yield* this.#header();
    const at = first.bytes.indexOf(NEWLINE);
    yield first.bytes.subarray(at + 1);
    for (const { bytes } of this.#chunks.slice(1)) yield bytes;
  }

  /** The lines before the first event. */
  *#header(): Iterable<Uint8Array> {
    const head = this.#head ?? new Uint8Array(0);
    const parser = this.#parser;
    let end = 0;
    for (let at = 0; parser !== undefined && at < head.length; ) {
      const newline = head.indexOf(NEWLINE, at);
      if (newline < 0) break;
      parser.parse(head, at, newline, this.#out);
      if (this.#out.kind !== LineKind.Header && this.#out.kind !== LineKind.Blank) break;
      end = at = newline + 1;
    }
    yield head.subarray(0, end);
  }

  #line(offset: number): Kept | undefined {
    const buf = this.#from(offset);
    const parser = this.#parser;
    if (buf === undefined || parser === undefined) return undefined;
    const out = this.#out;
    let end = lineEnd(buf, 0);
    parser.parse(buf, 0, end, out);
    const event = out.kind === LineKind.Event;
    const kept: Kept = {
      text: text(buf, 0, end),
      comm: event ? text(out.buf, out.commStart, out.commEnd) : '',
      pid: event ? out.pid : -1,
      stack: [],
      whole: false,
    };
    for (let start = behind(buf, end); start < buf.length && kept.stack.length < MOST_STACK; start = behind(buf, end)) {
      end = lineEnd(buf, start);
      if (buf.indexOf(NEWLINE, start) < 0) return kept;
      parser.parse(buf, start, end, out);
      if (out.kind !== LineKind.Stack) {
        kept.whole = true;
        break;
      }
      kept.stack.push(text(buf, start, end));
    }
    kept.whole ||= kept.stack.length === MOST_STACK;
    return kept;
  }

  /** Bytes from an offset on, as many as a line with its stack has. */
  #from(offset: number): Uint8Array | undefined {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#chunks[middle].offset <= offset) low = middle;
      else high = middle - 1;
    }
    const chunk = this.#chunks[low];
    if (chunk === undefined || offset < chunk.offset || offset >= chunk.offset + chunk.bytes.length) return undefined;
    const part = chunk.bytes.subarray(offset - chunk.offset, offset - chunk.offset + LONGEST);
    const next = this.#chunks[low + 1];
    // a line and its stack are shorter than this, mostly
    if (part.length >= 4096 || next === undefined) return part;
    return Buffer.concat([part, next.bytes.subarray(0, LONGEST)]);
  }
}

interface Kept extends EvidenceLine {
  /** what stands behind is known, so there is no stack to come */
  whole: boolean;
}

function lineEnd(buf: Uint8Array, start: number): number {
  const at = buf.indexOf(NEWLINE, start);
  const end = at < 0 ? buf.length : at;
  return end > start && buf[end - 1] === 13 ? end - 1 : end;
}

const behind = (buf: Uint8Array, end: number): number => {
  const at = buf.indexOf(NEWLINE, end);
  return at < 0 ? buf.length : at + 1;
};
