// Reads the lines quoted in findings again from the source by their place. Lines are not kept while a trace streams; a
// finding only refers to them.
import { closeSync, openSync, readSync } from 'node:fs';
import type { Evidence } from '../../contract/finding.ts';
import { LineReader } from '../../parsers/bytes/lines.ts';
import { createParser } from '../../parsers/detect/detect.ts';
import type { TraceHead } from '../../parsers/formats/head.ts';
import { LineKind, type LineParser, TraceLine } from '../../parsers/formats/line.ts';
import { text } from '../../util/bytes.ts';
import type { TraceInput } from './input.ts';

export interface EvidenceLine {
  text: string;
  comm: string;
  pid: number;
  stack: string[];
  /** place of the event in a recording */
  record?: Evidence['record'];
}

const MAX_STACK = 64;

/**
 * Fetch lines by byte offset.
 * @param input source; compressed ones are read once more, plain ones are sought in
 */
export async function fetchLines(
  input: TraceInput,
  head: TraceHead,
  offsets: readonly number[],
): Promise<Map<number, EvidenceLine>> {
  const wanted = [...new Set(offsets)].sort((a, b) => a - b);
  const found = new Map<number, EvidenceLine>();
  if (wanted.length === 0) return found;
  const probe = await input.open();
  const isMended = probe.mended !== undefined;
  const plain = probe.compression === 'none' && !isMended;
  probe.close();
  if (!plain) {
    await scan(input, head, wanted, found, isMended ? undefined : 0);
    return found;
  }
  if (input.file !== undefined && head.format !== 'csv') seek(input.file, head, wanted, found);
  else await scan(input, head, wanted, found, wanted[0]);
  return found;
}

/** Bytes read around a line: the line and, usually, its stack. */
const AROUND = 1 << 13;
const NEWLINE = 10;

/** Lines of a plain file, each by a read at its offset. */
function seek(file: string, head: TraceHead, wanted: readonly number[], found: Map<number, EvidenceLine>): void {
  const fd = openSync(file, 'r');
  try {
    const parser = createParser(head);
    const out = new TraceLine();
    let buf = new Uint8Array(AROUND);
    for (const offset of wanted) {
      let length = readSync(fd, buf, 0, buf.length, offset);
      // a long line, or a deep stack
      while (length === buf.length && buf.length < 1 << 21 && !wholeStack(parser, out, buf, length)) {
        buf = new Uint8Array(buf.length * 4);
        length = readSync(fd, buf, 0, buf.length, offset);
      }
      let end = lineEnd(buf, 0, length);
      parser.parse(buf, 0, trimmed(buf, 0, end), out);
      const event = out.kind === LineKind.Event;
      const line: EvidenceLine = {
        text: text(buf, 0, trimmed(buf, 0, end)),
        comm: event ? text(out.buf, out.commStart, out.commEnd) : '',
        pid: event ? out.pid : -1,
        stack: [],
      };
      for (let start = end + 1; start < length && line.stack.length < MAX_STACK; start = end + 1) {
        end = lineEnd(buf, start, length);
        parser.parse(buf, start, trimmed(buf, start, end), out);
        if (out.kind !== LineKind.Stack) break;
        line.stack.push(text(buf, start, trimmed(buf, start, end)));
      }
      found.set(offset, line);
    }
  } finally {
    closeSync(fd);
  }
}

/** Whether the buffer extends to the first line after the stack. */
function wholeStack(parser: LineParser, out: TraceLine, buf: Uint8Array, length: number): boolean {
  let lines = 0;
  for (let start = 0; start < length; lines++) {
    const end = buf.indexOf(NEWLINE, start);
    if (end < 0 || end >= length) return false;
    if (lines > 0) {
      parser.parse(buf, start, trimmed(buf, start, end), out);
      if (out.kind !== LineKind.Stack || lines > MAX_STACK) return true;
    }
    start = end + 1;
  }
  return false;
}

function lineEnd(buf: Uint8Array, start: number, length: number): number {
  const at = buf.indexOf(NEWLINE, start);
  return at < 0 || at > length ? length : at;
}

const trimmed = (buf: Uint8Array, start: number, end: number): number =>
  end > start && buf[end - 1] === 13 ? end - 1 : end;

async function scan(
  input: TraceInput,
  head: TraceHead,
  wanted: readonly number[],
  found: Map<number, EvidenceLine>,
  // undefined: a repaired text can only be read from its beginning
  start: number | undefined,
): Promise<void> {
  const source = await input.open(start === undefined ? {} : { start });
  try {
    const lines = new LineReader(source, {
      offset: start ?? 0,
      chunk: (start ?? 0) > 0 ? 1 << 16 : 1 << 20,
      quoted: head.format === 'csv',
    });
    const parser = createParser(head);
    const out = new TraceLine();
    let next = 0;
    let last: EvidenceLine | undefined;
    while (await lines.fill()) {
      while (lines.next()) {
        const hit = next < wanted.length && lines.offset === wanted[next];
        if (!hit && last === undefined) continue;
        parser.parse(lines.buf, lines.start, lines.end, out);
        if (hit) {
          next++;
          last = {
            text: text(lines.buf, lines.start, lines.end),
            comm: out.kind === LineKind.Event ? text(out.buf, out.commStart, out.commEnd) : '',
            pid: out.kind === LineKind.Event ? out.pid : -1,
            stack: [],
          };
          found.set(wanted[next - 1], last);
          continue;
        }
        if (last !== undefined && out.kind === LineKind.Stack && last.stack.length < MAX_STACK) {
          last.stack.push(text(lines.buf, lines.start, lines.end));
          continue;
        }
        last = undefined;
        if (next >= wanted.length) return;
      }
    }
  } finally {
    source.close();
  }
}
