// Lines in, plain objects out: what the tests of the parsers compare.

import { type ByteSource, LineReader } from '../../src/parsers/bytes/lines.ts';
import { createParser, detectFormat } from '../../src/parsers/detect/detect.ts';
import type { TraceFormat, TraceHead } from '../../src/parsers/formats/head.ts';
import { LineKind, type LineParser, TraceLine } from '../../src/parsers/formats/line.ts';
import { text } from '../../src/util/bytes.ts';

const KINDS = Object.fromEntries(Object.entries(LineKind).map(([name, kind]) => [kind, name]));

export const bytes = (s: string): Uint8Array => new Uint8Array(Buffer.from(s, 'latin1'));

export function kindName(kind: LineKind): string {
  return KINDS[kind];
}

/** What a line says; only the fields its kind gives meaning to. */
export function seen(out: TraceLine): Record<string, unknown> {
  const kind = kindName(out.kind);
  switch (out.kind) {
    case LineKind.Event: {
      const { buf, ts, cpu, pid, tgid } = out;
      const system = text(buf, out.systemStart, out.systemEnd);
      return {
        comm: text(buf, out.commStart, out.commEnd),
        pid,
        ...(tgid >= 0 && { tgid }),
        cpu,
        ts,
        ...(system !== '' && { system }),
        name: text(buf, out.nameStart, out.nameEnd),
        args: text(buf, out.argsStart, out.argsEnd),
      };
    }
    case LineKind.Lost:
      return { kind, cpu: out.cpu, lost: out.lost };
    case LineKind.Bad:
      return { kind, reason: out.reason };
    default:
      return { kind };
  }
}

export function head(format: TraceFormat, more: Partial<TraceHead> = {}): TraceHead {
  return { format, variant: '', timeUnit: 'ns', timeDigits: 6, timeBase: 0, ...more };
}

/** One line by a fresh parser, with text around it that must not matter. */
export function read(line: string, more: TraceHead | TraceFormat): Record<string, unknown> {
  const parser = createParser(typeof more === 'string' ? head(more) : more);
  return readWith(parser, line);
}

export function readWith(parser: LineParser, line: string): Record<string, unknown> {
  const out = new TraceLine();
  const before = 'x: y\n';
  const buf = bytes(`${before}${line}\nz-1 [000] 1.000000: z: z`);
  parser.parse(buf, before.length, before.length + line.length, out);
  return seen(out);
}

/** Detection and all lines of a text. */
export async function readAll(
  trace: string,
  forced?: TraceFormat,
): Promise<{ head: TraceHead; lines: Record<string, unknown>[] }> {
  const buf = bytes(trace);
  const found = detectFormat(buf.subarray(0, 65536), forced);
  if (!('parser' in found)) {
    throw new Error(found.problem);
  }
  const { parser } = found;
  const lines = new LineReader(source(buf), { quoted: parser.head.format === 'csv' });
  const out = new TraceLine();
  const all: Record<string, unknown>[] = [];
  while (await lines.fill()) {
    while (lines.next()) {
      parser.parse(lines.buf, lines.start, lines.end, out);
      all.push(seen(out));
    }
  }
  return { head: parser.head, lines: all };
}

/** Bytes that come in pieces of at most `piece` bytes. */
export function source(buf: Uint8Array, piece = Number.POSITIVE_INFINITY): ByteSource {
  let at = 0;
  return {
    read(into) {
      const length = Math.min(into.length, piece, buf.length - at);
      into.set(buf.subarray(at, at + length));
      at += length;
      return length;
    },
  };
}
