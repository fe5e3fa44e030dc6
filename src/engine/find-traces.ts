// Why: whoever has four hundred captures names a folder. What of it are traces is seen from their first bytes, not from
// their names.
import { existsSync, type Stats, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { isTraceText } from '../parsers/detect.ts';
import { openSource } from '../parsers/source.ts';
import { isRecording } from '../recordings/index.ts';
import { InputError } from '../util/errors.ts';

/** What a name on a command line stands for. */
export interface Found {
  /** traces, sorted by name */
  traces: string[];
  /** files of a folder or glob that are none */
  others: string[];
}

/** A folder that is one recording: raw pages of the ring buffer, or what `perf record --threads` writes. */
const isOneRecording = (path: string): boolean => existsSync(join(path, 'per_cpu')) || existsSync(join(path, 'data'));

/**
 * The traces that a path, a folder or a glob names; undefined for a plain file, a recording in a folder, a pipe, `-`.
 * @throws InputError where nothing is found
 */
export async function findTraces(name: string): Promise<Found | undefined> {
  const stat = statOf(name);
  if (stat?.isFile()) return undefined;
  const { glob, isDynamicPattern } = await import('tinyglobby');
  if (stat === undefined ? !isDynamicPattern(name) : !stat.isDirectory() || isOneRecording(name)) return undefined;
  const cwd = stat === undefined ? process.cwd() : name;
  const files = await glob(stat === undefined ? name : '**', { cwd, absolute: stat === undefined && isAbsolute(name) });
  const found: Found = { traces: [], others: [] };
  for (const file of files.toSorted()) {
    const path = stat === undefined ? file : join(name, file);
    if (await isTrace(path)) found.traces.push(path);
    else found.others.push(path);
  }
  if (found.traces.length > 0) return found;
  throw new InputError(files.length === 0 ? 'no file was found there' : 'none of the files there is a trace', {
    where: name,
    tryThis: 'name a capture, or a folder or glob (in quotes) of captures',
  });
}

/** What is there; what cannot even be looked at is said by whoever opens it. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** A look at the first bytes, as `check` takes it. */
async function isTrace(path: string): Promise<boolean> {
  try {
    const source = await openSource(path);
    try {
      const head = await source.head();
      return isRecording(head) || isTraceText(head);
    } finally {
      source.close();
    }
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}
