// Why: several files on the command line are several captures, unless they are the per-CPU files of one. Those are
// merged into a temporary file, which every command reads: on request (--merge), or if they clearly belong together.
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TraceInput } from '../../engine/reading/input.ts';
import { fileInput } from '../../engine/reading/input.ts';
import { isOneTime, type Merged, mergeCpus, sharedCpus } from '../../engine/reading/merge-cpus.ts';
import { detectFormat } from '../../parsers/detect/detect.ts';
import { HeadLines } from '../../parsers/formats/head-lines.ts';
import { LineKind, TraceLine } from '../../parsers/formats/line.ts';
import { isRecording } from '../../recordings/index.ts';
import { InputError } from '../../util/errors.ts';
import { escapeControl } from '../../util/escape.ts';
import { remove, removeAtEnd, temporaryFolder } from '../../util/temporary.ts';

/** The merged file, in a directory of its own; its display name has the names of all. */
export interface MergedFile extends TraceInput {
  readonly file: string;
  readonly folder: string;
}

/** Maximum number of files, all of which are open at the same time. */
const MOST = 512;

/** Merge them unconditionally. @throws InputError if they cannot be one capture */
export async function mergeAll(traces: readonly TraceInput[]): Promise<MergedFile> {
  if (traces.length > MOST)
    throw new InputError(`more than ${MOST} files to merge`, { tryThis: 'name the files of one capture' });
  const { file, merged } = await mergeInto(traces);
  const shared = sharedCpus(merged);
  if (shared.length === 0) return file;
  remove(file.folder);
  throw new InputError(
    `CPU ${shared[0]} is in more than one of these files: they are not per-CPU files of one capture`,
    {
      tryThis: 'name one file per CPU, or check each alone with --no-merge',
    },
  );
}

/** Merge them if they are clearly one capture; undefined: they are not. */
export async function mergePlain(traces: readonly TraceInput[]): Promise<MergedFile | undefined> {
  if (traces.length < 2 || traces.length > MOST || !(await looksLikeOne(traces))) return undefined;
  let done: { file: MergedFile; merged: Merged };
  try {
    done = await mergeInto(traces);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
  if (sharedCpus(done.merged).length === 0 && isOneTime(done.merged)) return done.file;
  remove(done.file.folder);
  return undefined;
}

async function mergeInto(traces: readonly TraceInput[]): Promise<{ file: MergedFile; merged: Merged }> {
  const folder = temporaryFolder();
  removeAtEnd(folder);
  const copy = join(folder, 'merged');
  const out = openSync(copy, 'w');
  try {
    const pieces = new Pieces(out);
    const merged = await mergeCpus(traces, (bytes) => pieces.write(bytes));
    pieces.flush();
    const path = nameOf(traces.map((trace) => trace.path));
    return {
      file: { ...fileInput(copy), path, folder, file: copy, origin: merged.origin, files: merged.parts.length },
      merged,
    };
  } catch (error) {
    remove(folder);
    throw error;
  } finally {
    closeSync(out);
  }
}

/** `cpu0.txt + cpu1.txt`, `cpu0.txt + 7 more` */
const nameOf = (paths: readonly string[]): string =>
  paths.length <= 3 ? paths.join(' + ') : `${paths[0]} + ${paths.length - 1} more`;

/** Lines are short, so they are collected before writing. */
class Pieces {
  readonly #out: number;
  #waiting: Buffer[] = [];
  #bytes = 0;

  constructor(out: number) {
    this.#out = out;
  }

  write(bytes: Buffer): void {
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes > 1 << 18) this.flush();
  }

  flush(): void {
    const all = Buffer.concat(this.#waiting);
    for (let at = 0; at < all.length; ) at += writeSync(this.#out, all, at);
    this.#waiting = [];
    this.#bytes = 0;
  }
}

/**
 * Whether the beginnings of the files show one capture: each has one CPU, no two the same; and their headers have the
 * same counts (the kernel counts the events of all CPUs there), or their names contain the CPU.
 */
async function looksLikeOne(traces: readonly TraceInput[]): Promise<boolean> {
  const cpus = new Set<number>();
  let first: Look | undefined;
  for (const trace of traces) {
    const look = await lookAt(trace);
    if (look === undefined) return false;
    if (look.isEmpty) {
      if (!NAMES_CPU.test(trace.path)) return false;
      continue;
    }
    first ??= look;
    if (look.format !== first.format || look.counts !== first.counts) return false;
    // a CPU without events has only a header
    if (look.cpu === undefined && look.counts !== undefined) continue;
    if (look.cpu === undefined || cpus.has(look.cpu)) return false;
    if (look.counts === undefined && !isNamedBy(trace.path, look.cpu)) return false;
    cpus.add(look.cpu);
  }
  return cpus.size > 1;
}

const NAMES_CPU = /cpu[-_.]?\d/i;

const isNamedBy = (path: string, cpu: number): boolean =>
  [...path.matchAll(/cpu[-_.]?(\d+)/gi)].some(([, n]) => Number(n) === cpu);

interface Look {
  /** as the trace_pipe of an idle CPU */
  isEmpty: boolean;
  format: string;
  /** `# entries-in-buffer/entries-written: 1299/1299   #P:2` */
  counts: string | undefined;
  /** the only CPU in its first lines; undefined: no event */
  cpu: number | undefined;
}

/** Undefined: it is not text, or has several CPUs. */
async function lookAt(trace: TraceInput): Promise<Look | undefined> {
  const source = await trace.open();
  try {
    const head = await source.head();
    if (isRecording(head)) return undefined;
    if (head.length === 0) return { isEmpty: true, format: '', counts: undefined, cpu: undefined };
    const detection = detectFormat(head);
    if ('problem' in detection) return undefined;
    const { parser } = detection;
    const lines = new HeadLines(head, false);
    const out = new TraceLine();
    let counts: string | undefined;
    let cpu: number | undefined;
    for (let i = 0; i < lines.length; i++) {
      lines.parse(i, parser, out);
      if (out.kind === LineKind.Header) counts ??= /^# entries-in-buffer.*/.exec(lines.line(i))?.[0];
      if (out.kind !== LineKind.Event) continue;
      if (out.cpu < 0 || (cpu !== undefined && cpu !== out.cpu)) return undefined;
      cpu = out.cpu;
    }
    return { isEmpty: false, format: parser.head.format, counts, cpu };
  } finally {
    source.close();
  }
}

/** Message if it was done without being requested. */
export const mergedWords = ({ path }: TraceInput): string =>
  `pindrift: ${escapeControl(path)}: per-CPU files of one capture: merged by time (--no-merge takes each file alone)\n`;
