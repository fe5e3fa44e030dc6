// A large plain file is read by several workers at once, each a part of it. A part begins with an event: what stands
// behind an event belongs to it (a stack, the rest of a marker's text), and must not be torn off.
import * as fs from 'node:fs';
import { NEWLINE } from '../util/bytes.ts';
import { createParser } from './create.ts';
import { LineKind, type TraceHead, TraceLine } from './line.ts';

/** Bytes `[start, end)` of a file. */
export interface Part {
  start: number;
  end: number;
}

/** How far behind a cut an event is looked for. */
const SEARCHED = 1 << 18;

/** Cut a plain file of `size` bytes into at most `count` parts. Tables stay whole: a newline may stand in a quoted cell. */
export function splitFile(path: string, size: number, head: TraceHead, count: number): Part[] {
  const starts = [0];
  if (head.format !== 'csv' && count > 1) {
    const fd = fs.openSync(path, 'r');
    try {
      for (let i = 1; i < count; i++) {
        const start = nextEvent(fd, Math.floor((size * i) / count), head);
        if (start !== undefined && start > starts[starts.length - 1] && start < size) {
          starts.push(start);
        }
      }
    } finally {
      fs.closeSync(fd);
    }
  }
  return starts.map((start, i) => ({ start, end: starts[i + 1] ?? size }));
}

/** Where the first line at or behind `offset` begins that is an event; undefined when there is none near. */
function nextEvent(fd: number, offset: number, head: TraceHead): number | undefined {
  // one byte before, so that a cut right behind a newline stays where it is
  const base = offset - 1;
  const buf = new Uint8Array(SEARCHED);
  const got = fs.readSync(fd, buf, 0, buf.length, base);
  const parser = createParser(head);
  const out = new TraceLine();
  let start = buf.indexOf(NEWLINE) + 1;
  while (start > 0 && start < got) {
    const newline = buf.indexOf(NEWLINE, start);
    if (newline < 0 || newline >= got) {
      return undefined;
    }
    parser.parse(buf, start, newline, out);
    if (out.kind === LineKind.Event) {
      return base + start;
    }
    start = newline + 1;
  }
  return undefined;
}
