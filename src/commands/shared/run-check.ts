// Why: between the command line and the engine: makes files of inputs that can be read only once, rejects a wrong
// --kernel before gigabytes are read, and shows progress.
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Setup } from '../../config/assemble.ts';
import type { DetailedReport } from '../../contract/report.ts';
import { type CheckOptions, checkDetailed } from '../../engine/check.ts';
import { fileInput, type TraceInput } from '../../engine/reading/input.ts';
import { compressionOf } from '../../parsers/bytes/decompress.ts';
import { openInput, readError } from '../../parsers/bytes/source-input.ts';
import { detectFormat } from '../../parsers/detect/detect.ts';
import { notATrace } from '../../parsers/detect/not-a-trace.ts';
import { definitionsIn } from '../../parsers/detect/recorded.ts';
import type { ArmedProbe } from '../../parsers/formats/head.ts';
import { openSource } from '../../parsers/source.ts';
import { isRecording } from '../../recordings/index.ts';
import { InputError } from '../../util/errors.ts';
import { Progress } from '../../util/progress.ts';
import { readOnce, spool } from '../../util/spool.ts';
import { remove } from '../../util/temporary.ts';
import { boundYoungHeap, tuneForReading } from '../../util/v8.ts';
import { ERA_NAMES, eraNamed, eraOfRelease } from '../../vocabulary/era.ts';
import { type MergedFile, mergeAll, mergedWords, mergePlain } from './merge.ts';
import { namedTraces } from './named-traces.ts';

export type TraceOptions = Pick<CheckOptions, 'format' | 'kallsyms' | 'kernel' | 'filter' | 'workers'> & {
  quiet?: boolean;
  /** the files are one capture, CPU by CPU; undefined: if that is clear; false: never */
  merge?: boolean | undefined;
  /** a copy of dynamic_events */
  armed?: string | undefined;
  /** the rules to run; default: the built-in ones */
  setup?: Pick<Setup, 'rules' | 'running'> | undefined;
  /**
   * with several traces, collects those that cannot be read while the others are read; without it the error is thrown
   */
  unreadable?: InputError[] | undefined;
};
export type OnProgress = NonNullable<CheckOptions['onProgress']>;

/** A trace as named by the user, and the file with its bytes: the same, or a copy. */
export interface TraceFile extends TraceInput {
  readonly file: string;
}

/** @param options.pins keep the lifetime of every pin, for reports that draw them */
export function runCheck(
  paths: readonly string[],
  options: TraceOptions & { pins?: boolean },
): Promise<DetailedReport> {
  return withTraces(paths, options, (traces, onProgress) => checkTraces(traces, { ...options, onProgress }));
}

/** The engine's options from the command line. */
export function checkTraces(
  traces: readonly TraceInput[],
  {
    format,
    kernel,
    kallsyms,
    filter,
    workers,
    onProgress,
    pins,
    setup,
    unreadable,
    armed,
  }: TraceOptions & { pins?: boolean; onProgress: OnProgress },
): Promise<DetailedReport> {
  return checkDetailed(traces, {
    format,
    kernel,
    kallsyms,
    filter,
    workers,
    pins,
    onProgress,
    onUnreadable: unreadable && ((error) => unreadable.push(error)),
    armed: armedIn(armed),
    ...rulesOf(setup),
  });
}

/** For commands that take one trace. @throws InputError if several files are not one capture */
export function onlyOne(traces: readonly TraceFile[]): TraceFile {
  const [trace, another] = traces;
  if (trace !== undefined && another === undefined) return trace;
  throw new InputError('several traces given; only one is possible here', {
    where: traces.map(({ path }) => path).join(', '),
    tryThis: '--merge, if they are per-CPU files of one capture',
  });
}

/** Probes of a copy of dynamic_events. */
export function armedIn(path: string | undefined): ArmedProbe[] | undefined {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (error) {
    throw new InputError((error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : 'cannot be read', {
      where: path,
      tryThis: '--armed with a copy of dynamic_events',
      cause: error,
    });
  }
  const armed = definitionsIn(text);
  if (armed.length > 0) return armed;
  throw new InputError('no line of it defines a probe', {
    where: path,
    tryThis: 'cp /sys/kernel/tracing/dynamic_events armed.txt',
  });
}

/** The part of a setup that the engine takes. */
export const rulesOf = (setup: TraceOptions['setup']): Partial<Pick<Setup, 'rules' | 'running'>> =>
  setup === undefined ? {} : { rules: setup.rules, running: setup.running };

/** A text without a trace at its beginning may be a log with a dump; this much of it is searched. */
const MOST_OF_A_LOG = 256 << 20;

/** Input that is copied must not be binary, one line without an end, or text that never contains a trace. */
function lookAt(head: Uint8Array, bytes: number): { problem: string; tryThis: string } | undefined {
  if (compressionOf(head) !== 'none' || isRecording(head)) return undefined;
  const unusable = notATrace(head);
  if (unusable !== undefined) return unusable;
  const tryThis = 'give the text of a trace; save this input to a file to inspect it';
  if (!head.includes(10) && !head.includes(13))
    return { problem: 'this is one line without an end, not a trace', tryThis };
  if (bytes < MOST_OF_A_LOG) return undefined;
  const detection = detectFormat(head);
  return 'problem' in detection ? { problem: 'no trace in the first 256 MB of this input', tryThis } : undefined;
}

/** Call `use` with traces that can be read twice, and remove temporary files afterwards. */
export async function withTraces<T>(
  names: readonly string[],
  options: TraceOptions,
  use: (traces: TraceFile[], onProgress: OnProgress) => Promise<T>,
): Promise<T> {
  checkKernel(options.kernel);
  const progress = Progress.onStderr(options.quiet);
  let paths: readonly string[] = names;
  const onProgress: OnProgress = (path, position, size) => {
    // a second thread, or the pages of a store, need memory in addition to the check
    boundYoungHeap();
    progress.update(labelOf(path, paths), position, size);
  };
  const copies = new Map<string, string>();
  let merged: MergedFile | undefined;
  try {
    const { good, empty } = await readable(names, options);
    paths = good;
    const traces: TraceFile[] = [];
    for (const path of paths) {
      if (readOnce(path)) {
        const copy = await spool(path, (bytes) => onProgress(path, bytes, undefined), lookAt).catch((error) => {
          throw readError(error, path);
        });
        copies.set(copy, path);
        traces.push({ ...fileInput(copy), path, file: copy });
      } else traces.push({ ...fileInput(path), file: path });
    }
    tuneForReading(Math.max(...traces.map(({ file }) => sizeOf(file))));
    merged = await mergedOf([...traces, ...empty.map(({ path }) => ({ ...fileInput(path), file: path }))], options);
    if (merged === undefined) for (const { error } of empty) cannotRead(error, options);
    return await use(merged === undefined ? traces : [merged], onProgress);
  } catch (error) {
    throw asNamed(error, copies);
  } finally {
    progress.clear();
    for (const copy of copies.keys()) remove(dirname(copy));
    if (merged !== undefined) remove(merged.folder);
  }
}

async function mergedOf(traces: readonly TraceFile[], { merge, quiet }: TraceOptions): Promise<MergedFile | undefined> {
  if (merge === false || traces.length < 2) return undefined;
  if (merge === true) return mergeAll(traces);
  const merged = await mergePlain(traces);
  if (merged !== undefined && quiet !== true) process.stderr.write(mergedWords(merged));
  return merged;
}

/** Bytes of a file; directories (recordings in pieces) are not counted. */
function sizeOf(path: string): number {
  const stat = statSync(path);
  return stat.isFile() ? stat.size : Number.POSITIVE_INFINITY;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function isEmpty(path: string): boolean {
  try {
    const stat = statSync(path);
    return stat.isFile() && stat.size === 0;
  } catch {
    return false;
  }
}

/** A file without a byte, as the trace_pipe of an idle CPU: it is a part of a merge, or cannot be read. */
interface EmptyFile {
  path: string;
  error: InputError;
}

/** The traces named, without those that cannot be read, if there are others. */
async function readable(
  names: readonly string[],
  options: TraceOptions,
): Promise<{ good: string[]; empty: EmptyFile[] }> {
  const paths = await namedTraces(names, options.quiet);
  const isOne = paths.length > 1 && options.merge !== false;
  const good: string[] = [];
  const empty: EmptyFile[] = [];
  for (const path of paths) {
    try {
      await look(path, paths.length > 1 && options.unreadable !== undefined);
      good.push(path);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      if (isOne && isEmpty(path)) empty.push({ path, error });
      else cannotRead(error, options);
    }
  }
  const first = options.unreadable?.[0] ?? empty[0]?.error;
  if (good.length === 0 && first !== undefined) throw first;
  return { good, empty };
}

/** @throws the error, if there is no list for it */
function cannotRead(error: InputError, { unreadable }: TraceOptions): void {
  if (unreadable === undefined) throw error;
  unreadable.push(error);
}

/** Checks paths before the first trace is read; with several, also whether each is a trace. */
async function look(path: string, closely: boolean): Promise<void> {
  if (readOnce(path) || isFolder(path)) return;
  if (!closely) {
    openInput(path).close();
    return;
  }
  const source = await openSource(path);
  try {
    const head = await source.head();
    const detection = isRecording(head) ? undefined : detectFormat(head);
    if (detection !== undefined && 'problem' in detection)
      throw new InputError(detection.problem, { where: path, tryThis: detection.tryThis });
  } finally {
    source.close();
  }
}

function checkKernel(kernel: string | undefined): void {
  if (kernel === undefined || eraNamed(kernel) !== undefined || eraOfRelease(kernel) !== undefined) return;
  throw new InputError(`--kernel ${kernel}: not a release from 5.9 on`, {
    tryThis: `--kernel ${ERA_NAMES.join(', ')}, or the output of \`uname -r\` on the traced machine`,
  });
}

/** Errors name the user's file, not our copy of it. */
function asNamed(error: unknown, copies: ReadonlyMap<string, string>): unknown {
  if (!(error instanceof InputError) || error.where === undefined) return error;
  const path = copies.get(error.where) ?? error.where;
  if (path !== '-' && path === error.where) return error;
  return new InputError(error.message, { where: nameOf(path), tryThis: error.tryThis, cause: error });
}

const nameOf = (path: string): string => (path === '-' ? 'standard input' : path);

const labelOf = (path: string, paths: readonly string[]): string =>
  paths.length === 1 ? nameOf(path) : `${paths.indexOf(path) + 1}/${paths.length} ${nameOf(path)}`;
