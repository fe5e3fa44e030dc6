// The verbatim lines behind a finding, read again from the source by their place. Nothing is kept while a trace
// streams by; a finding names the bytes that prove it, and here they are fetched.
import { createParser } from '../parsers/detect.ts';
import { LineKind, type TraceHead, TraceLine } from '../parsers/line.ts';
import { LineReader } from '../parsers/lines.ts';
import { text } from '../util/bytes.ts';
import type { TraceInput } from './input.ts';

export interface EvidenceLine {
  text: string;
  comm: string;
  pid: number;
  stack: string[];
}

const MAX_STACK = 64;

/**
 * Fetch lines by byte offset.
 * @param input source; compressed ones are read through once more, plain ones are sought in
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
  const plain = probe.compression === 'none';
  probe.close();
  if (!plain) {
    await scan(input, head, wanted, found, 0);
    return found;
  }
  // neighbouring lines are read in one go
  let i = 0;
  while (i < wanted.length) {
    let j = i + 1;
    while (j < wanted.length && wanted[j] - wanted[j - 1] < 1 << 15) j++;
    await scan(input, head, wanted.slice(i, j), found, wanted[i]);
    i = j;
  }
  return found;
}

async function scan(
  input: TraceInput,
  head: TraceHead,
  wanted: readonly number[],
  found: Map<number, EvidenceLine>,
  start: number,
): Promise<void> {
  const source = await input.open({ start });
  try {
    const lines = new LineReader(source, {
      offset: start,
      chunk: start > 0 ? 1 << 16 : 1 << 20,
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
