// Why: a single case takes some milliseconds, nearly all of them for the start and the end of a reading. Hundreds of
// cases can be tested at once for crashes, hangs, growing memory and differences between the ways of reading: each is a
// modified piece of a capture, and they follow each other in one trace.

import { memoryInput, type TraceInput } from '../src/engine/reading/input.ts';
import type { TraceFormat } from '../src/parsers/formats/head.ts';
import { InputError } from '../src/util/errors.ts';
import { perfData } from '../test/recordings/write/perf-data.ts';
import { traceDat } from '../test/recordings/write/trace-dat.ts';
import { writtenOf } from '../test/recordings/written.ts';
import { type Directory, perfThreads, rawPages, reader } from './directories.ts';
import { FORMATS } from './formats.ts';
import { mutateBinary } from './mutate-binary.ts';
import { mutateText } from './mutate-text.ts';
import { type Answer, inPieces, NAME, plain, same, stored, withoutLoops } from './oracles.ts';
import type { Random } from './random.ts';
import { bytesOf, textOf } from './seeds.ts';

/** Many cases in one input. */
export interface Bulk {
  /** @param most cases @returns one input, and how many are in it */
  batch(most: number, rnd: Random): Promise<{ bytes: Uint8Array; cases: number }>;
  /** Throws what does not hold of them together. @param turn of the batch: dear questions are asked of some */
  judge(bytes: Uint8Array, rnd: Random, turn: number): Promise<void>;
}

/** Lines of one case before it is changed. */
const MOST_LINES = 3;
/** Bytes of one case: one that says the same 3,000 times belongs to the other fuzzer. */
const MOST_BYTES = 2000;
/** Behind what is looked at to tell what an input is, also of one that loses most of it: a NUL in there makes it binary. */
const HEAD_BYTES = 160 << 10;

/** @param format what each second batch is said to be: many changes make a text look like something else */
function text(name: string, format: TraceFormat): Bulk {
  let seeds: string[][] | undefined;
  return {
    batch: async (most, rnd) => {
      seeds ??= (await FORMATS[name].seeds()).map((bytes) => textOf(bytes).split('\n'));
      const first = rnd.of(seeds);
      const cases = [first.slice(0, 20).join('\n')];
      let length = 0;
      for (let i = 0; i < most; i++) {
        const piece = pieceOf(rnd.of(seeds), rnd);
        const changed = mutateText(piece, pieceOf(rnd.of(seeds), rnd), rnd).slice(0, MOST_BYTES);
        cases.push(length < HEAD_BYTES ? changed.replaceAll('\0', '?') : changed);
        length += changed.length;
      }
      return { bytes: bytesOf(`${cases.join('\n')}\n`), cases: most };
    },
    judge: async (bytes, rnd, turn) => {
      const said = turn % 2 === 1 ? format : undefined;
      const seen = await plain(bytes, said);
      accounted(seen);
      if (turn % 8 < 2) same('in pieces', seen, await plain(inPieces(bytes, rnd), said));
      if (turn % 8 > 5) same('without WebAssembly', seen, await withoutLoops(() => plain(bytes, said)));
      if (turn % 32 === 2) await stored(bytes, seen);
    },
  };
}

function pieceOf(lines: readonly string[], rnd: Random): string {
  const from = rnd.below(lines.length);
  return lines.slice(from, from + 1 + rnd.below(MOST_LINES)).join('\n');
}

/** Every line is an event, something else that is known, or bad; a row of a table may go over several. */
function accounted(seen: Answer): void {
  if (seen instanceof InputError) return;
  for (const { format, lines, lineKinds } of seen.traces) {
    const sum = Object.values(lineKinds).reduce((a, b) => a + b, 0);
    if (format === 'csv' ? sum > lines : sum !== lines)
      throw new Error(`${lines} lines, ${sum} accounted for: ${JSON.stringify(lineKinds)}`);
  }
}

interface Parts {
  bytes: Buffer;
  /** offset and length of what may be changed */
  parts: [at: number, length: number][];
  /** undefined: the bytes are the recording */
  inputOf?: (bytes: Uint8Array) => TraceInput;
}

/** A recording made of small parts, each of which is a case. */
function recording(make: () => Parts): Bulk {
  let made: Parts | undefined;
  return {
    batch: async (most, rnd) => {
      made ??= make();
      const bytes = Buffer.from(made.bytes);
      const from = rnd.below(Math.max(1, made.parts.length - most));
      const parts = made.parts.slice(from, from + most);
      for (const [at, length] of parts) {
        const part = bytes.subarray(at, at + length);
        const changed = mutateBinary(part, part, rnd);
        // what comes after it stays where it was
        part.set(changed.subarray(0, length));
      }
      return { bytes, cases: parts.length };
    },
    judge: async (bytes, _rnd, turn) => {
      made ??= make();
      const input = made.inputOf?.(bytes) ?? memoryInput(NAME, bytes);
      const seen = await plain(input);
      if (turn % 8 === 0) same('twice', seen, await plain(input));
      if (turn % 32 === 2) await stored(input, seen);
    },
  };
}

const PAGE = 4096;
/** Head of a page: time and length; an event of these captures has some 60 bytes. */
const USED = 16 + 4 * 64;

/** Pages with four events each. */
function ringPages(): { bytes: Buffer; parts: [number, number][] } {
  const bytes = traceDat(swap(), { version: 6, perPage: 4 });
  const table = bytes.lastIndexOf('flyrecord\0') + 10;
  const parts: [number, number][] = [];
  for (let cpu = 0; cpu < 2; cpu++) {
    const [at, size] = [0, 8].map((o) => Number(bytes.readBigUInt64LE(table + 16 * cpu + o)));
    parts.push(...pagesIn(at, at + size));
  }
  return { bytes, parts };
}

const pagesIn = (from: number, to: number): [number, number][] =>
  Array.from({ length: Math.floor((to - from) / PAGE) }, (_, i) => [from + i * PAGE, USED]);

/** Records of perf: type, flags, size, and what that kind has. */
function perfRecords(): { bytes: Buffer; parts: [number, number][] } {
  const bytes = perfData(swap());
  const [from, length] = [40, 48].map((o) => Number(bytes.readBigUInt64LE(o)));
  return { bytes, parts: recordsIn(bytes, from, from + length) };
}

function recordsIn(bytes: Buffer, from: number, to: number): [number, number][] {
  const parts: [number, number][] = [];
  for (let at = from; at < to; ) {
    const size = bytes.readUInt16LE(at + 6);
    // its size stays: another one would end the reading of all that follow
    if (size > 24) parts.push([at + 8, size - 8]);
    at += size;
  }
  return parts;
}

/** @param partsIn of one of its files */
function directory(of: Directory, partsIn: (bytes: Buffer, from: number, to: number) => [number, number][]): Parts {
  const bytes = Buffer.concat(of.files.map(([, file]) => file));
  const parts: [number, number][] = [];
  let from = 0;
  for (const [, { length }] of of.files) {
    parts.push(...partsIn(bytes, from, from + length));
    from += length;
  }
  return { bytes, parts, inputOf: reader(of) };
}

const swap = () => writtenOf('5.10/odirect_read_swap.ft');

/** A config is cheap by itself. */
const config: Bulk = {
  batch: async (most, rnd) => {
    const [seed] = await FORMATS.config.seeds();
    const cases = Array.from({ length: most }, () =>
      textOf(FORMATS.config.change(seed, seed, rnd)).slice(0, MOST_BYTES),
    );
    return { bytes: bytesOf(cases.join('\0')), cases: most };
  },
  judge: async (bytes, rnd, turn) => {
    for (const one of textOf(bytes).split('\0')) await FORMATS.config.judge(bytesOf(one), rnd, turn);
  },
};

export const BULKS: Readonly<Record<string, Bulk>> = {
  ftrace: text('ftrace', 'ftrace'),
  'trace-cmd': text('trace-cmd', 'trace-cmd'),
  'perf-script': text('perf-script', 'perf-script'),
  csv: text('csv', 'csv'),
  console: text('console', 'ftrace'),
  'trace-dat': recording(ringPages),
  'perf-data': recording(perfRecords),
  'raw-pages': recording(() => directory(rawPages(swap()), (_, from, to) => pagesIn(from, to))),
  'perf-threads': recording(() => directory(perfThreads(swap()), recordsIn)),
  config,
};
