// Why: a pipe cannot be read again, so the line of an event is kept as long as the model refers to it. The newest bytes
// are kept too: for stacks, which follow their event, and to save the history of a finding.
import type { EvidenceLine } from '../engine/reading/evidence.ts';
import type { At } from '../model/at.ts';
import { createParser } from '../parsers/formats/create.ts';
import type { TraceHead } from '../parsers/formats/head.ts';
import { LineKind, type LineParser, TraceLine } from '../parsers/formats/line.ts';
import { text } from '../util/bytes.ts';

const NEWLINE = 10;
const MOST_STACK = 64;
/** Longer lines are kept partially. */
const LONGEST = 1 << 16;
/** A line and its stack are shorter. */
const SHORT = 1 << 13;

const BLOCK = 1 << 18;

interface Block {
  /** of its first byte */
  offset: number;
  bytes: Uint8Array;
  length: number;
}

export class KeptLines {
  /** maximum number of blocks */
  readonly #most: number;
  readonly #blocks: Block[] = [];
  /** the first bytes, which contain the header */
  #head: Uint8Array | undefined;
  #parser: LineParser | undefined;
  readonly #out = new TraceLine();
  #wanted: At[] = [];

  /** @param most number of bytes to keep */
  constructor(most: number) {
    this.#most = Math.max(2, Math.ceil(most / BLOCK));
  }

  /** The format is known. */
  know(head: TraceHead): void {
    this.#parser = createParser(head);
  }

  /** Bytes that follow the previous ones. */
  add(bytes: Uint8Array, offset: number): void {
    this.#head ??= bytes.slice(0, LONGEST);
    for (let from = 0; from < bytes.length; ) {
      let last = this.#blocks.at(-1);
      if (last === undefined || last.length === BLOCK) {
        last = { offset: offset + from, bytes: new Uint8Array(BLOCK), length: 0 };
        this.#blocks.push(last);
        if (this.#blocks.length > this.#most) this.#blocks.shift();
      }
      const part = bytes.subarray(from, from + BLOCK - last.length);
      last.bytes.set(part, last.length);
      last.length += part.length;
      from += part.length;
    }
  }

  /** The model refers to this place. */
  note(at: At): void {
    this.#wanted.push(at);
  }

  /** Copy the lines of the noted places. Their bytes are still here, since they were just replayed. */
  settle(): void {
    for (const at of this.#wanted) at.shown ??= this.#line(at.offset);
    this.#wanted = [];
  }

  /** The line of a place; stacks are searched for again, since they follow their event. */
  shown(at: At): EvidenceLine | undefined {
    const kept = at.shown as Kept | undefined;
    if (kept === undefined) return undefined;
    if (!kept.whole) {
      const again = this.#line(at.offset);
      if (again !== undefined) at.shown = again;
    }
    return at.shown as EvidenceLine;
  }

  /** The first lines, and the newest that are kept, from the beginning of a line: a complete trace. */
  *recent(): Iterable<Uint8Array> {
    const [first, ...others] = this.#blocks;
    if (first === undefined) return;
    const whole = first.bytes.subarray(0, first.length);
    if (first.offset > 0) {
      yield* this.#header();
      yield whole.subarray(whole.indexOf(NEWLINE) + 1);
    } else yield whole;
    for (const { bytes, length } of others) yield bytes.subarray(0, length);
  }

  /** Header lines of the capture, except those about its instances. */
  captureHead(): string[] {
    const lines = Buffer.from(this.#head ?? new Uint8Array(0))
      .toString('latin1')
      .split('\n');
    return lines.filter((line) => /^# pindrift-(?!instance|ring)[a-z-]+: /.test(line));
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

  /** Bytes from an offset on, enough for a line with its stack. */
  #from(offset: number): Uint8Array | undefined {
    const blocks = this.#blocks;
    const [first] = blocks;
    if (first === undefined || offset < first.offset) return undefined;
    const at = Math.floor((offset - first.offset) / BLOCK);
    const block = blocks.at(at);
    if (block === undefined || offset >= block.offset + block.length) return undefined;
    const part = block.bytes.subarray(offset - block.offset, Math.min(block.length, offset - block.offset + LONGEST));
    const next = blocks.at(at + 1);
    if (next === undefined || part.length > SHORT) return part;
    return Buffer.concat([part, next.bytes.subarray(0, Math.min(next.length, 2 * SHORT))]);
  }
}

interface Kept extends EvidenceLine {
  /** the following line is known, so the stack is complete */
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
