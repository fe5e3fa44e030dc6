// Why: modified inputs start as real ones: the examples of the rules, which are small and meaningful, and pieces of
// captures around a pin.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import { BUILT_IN } from '../src/rules/index.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures');
export const CORPUS = join(import.meta.dirname, 'corpus');

const KERNELS = ['5.10', '6.1', '6.12', '7.2'];

const unpacked = (path: string): Buffer => (path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path));

export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
export const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** Traces that say what a rule looks for, and their look-alikes. */
export const examples = (): string[] =>
  BUILT_IN.flatMap(({ meta }) =>
    meta.examples === undefined
      ? []
      : [`# tracer: nop\n${meta.examples.fires}`, `# tracer: nop\n${meta.examples.silent}`],
  );

/** Beginnings of captures, with some lines from where a pin is taken. */
export function captures(kind: RegExp, lines = 45): string[] {
  return KERNELS.flatMap((kernel) =>
    readdirSync(join(FIXTURES, kernel)).flatMap((name) => {
      const path = join(FIXTURES, kernel, name, 'trace.txt.gz');
      if (!kind.test(name)) return [];
      try {
        return [pieceOf(textOf(unpacked(path)), lines)];
      } catch {
        return [];
      }
    }),
  );
}

function pieceOf(text: string, count: number): string {
  const all = text.split('\n');
  const pin = all.findIndex((line) => /\b(?:pin|gup)_(?:fast|slow|lockless|longterm)\w*[:(]/.test(line));
  const from = Math.max(14, pin - 10);
  return `${[...all.slice(0, 14), ...all.slice(from, from + count)].join('\n')}\n`;
}

/** Recordings as they are; the smaller the more often they can be read. */
export const recordings = (files: readonly string[]): Uint8Array[] =>
  files.map((file) => unpacked(join(FIXTURES, file)));

/** An example as a table: all keys are columns. */
export function tableOf(example: string): string {
  const rows = example
    .split('\n')
    .map((line) => /^\s*(.*)-(\d+) +\[(\d+)\] \S+ +([\d.]+): (\w+): (?:\([^)]*\))? ?(.*)$/.exec(line))
    .filter((row) => row !== null)
    .map(([, comm, pid, cpu, time, event, args]) => [time, cpu, comm, pid, event, `"${args}"`].join(','));
  return `time,cpu,comm,pid,event,args\n${rows.join('\n')}\n`;
}

/** A part of an example as a kernel's last words, in the log of a console. */
export function dumpOf(example: string): string {
  const lines = example.split('\n').flatMap((line) => {
    const [, comm, pid, cpu, time, rest] = /^\s*(.*)-(\d+) +\[(\d+)\] \S+ +([\d.]+): (.*)$/.exec(line) ?? [];
    if (rest === undefined) return [];
    return [
      `[    9.000001] ${comm.padStart(8)}-${pid} ${' '.repeat(6)}${Number(cpu)}d.... ${time.replace('.', '')}us : ${rest}`,
    ];
  });
  const rule = `[    9.000000] ---------------------------------`;
  return ['[    8.99] sysrq: Dump ftrace buffer', '[    9.0] Dumping ftrace buffer:', rule, ...lines, rule, ''].join(
    '\n',
  );
}

/** What is kept of earlier runs. */
export function kept(format: string): Uint8Array[] {
  const folder = join(CORPUS, format);
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => readFileSync(join(folder, name)));
  } catch {
    return [];
  }
}

/** The same text in several members of gzip, stored and deflated. */
export function packed(text: string): Uint8Array[] {
  const bytes = bytesOf(text);
  const half = bytes.length >> 1;
  return [
    gzipSync(bytes),
    gzipSync(bytes, { level: 0 }),
    Buffer.concat([gzipSync(bytes.subarray(0, half)), gzipSync(bytes.subarray(half))]),
    deflateRawSync(bytes),
  ];
}
