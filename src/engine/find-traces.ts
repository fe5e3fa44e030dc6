// Why: finds the traces in a directory, by their first bytes and not by their names.
import { type Dirent, existsSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { isTraceText } from '../parsers/detect/detect.ts';
import { openSource } from '../parsers/source.ts';
import { isRecording } from '../recordings/index.ts';
import { InputError } from '../util/errors.ts';

/** The files behind a name on the command line. */
export interface Found {
  /** traces, sorted by name */
  traces: string[];
  /** files of a directory or glob that are not traces */
  others: string[];
}

/** Whether a directory is a recording: raw pages of the ring buffer, or the output of `perf record --threads`. */
const isOneRecording = (path: string): boolean => existsSync(join(path, 'per_cpu')) || existsSync(join(path, 'data'));

/**
 * The traces in a path, a directory or a glob; undefined for a plain file, a recording in a directory, a pipe, `-`.
 * @throws InputError if nothing is found
 */
export async function findTraces(name: string): Promise<Found | undefined> {
  const stat = statOf(name);
  if (stat?.isFile()) return undefined;
  if (stat === undefined) {
    const { glob, isDynamicPattern } = await import('tinyglobby');
    return isDynamicPattern(name) ? sorted(name, await glob(name, { absolute: isAbsolute(name) })) : undefined;
  }
  return stat.isDirectory() && !isOneRecording(name) ? sorted(name, filesUnder(name)) : undefined;
}

/**
 * Not by a glob, whose `**` matches no name with a newline. Hidden files are not taken. Links are followed, each directory
 * is taken once: by its own name if it has one here.
 */
function filesUnder(top: string): string[] {
  const files: string[] = [];
  const seen = new Set<string>();
  const linked = [top];
  const walk = (folder: string): void => {
    const { real, entries } = contentOf(folder);
    if (seen.has(real)) return;
    seen.add(real);
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const path = join(folder, entry.name);
      const stat = entry.isSymbolicLink() ? statOf(path) : entry;
      if (stat?.isFile()) files.push(path);
      else if (stat?.isDirectory()) {
        if (entry.isSymbolicLink()) linked.push(path);
        else walk(path);
      }
    }
  };
  for (const folder of linked) walk(folder);
  return files;
}

function contentOf(folder: string): { real: string; entries: Dirent[] } {
  try {
    return { real: realpathSync(folder), entries: readdirSync(folder, { withFileTypes: true }) };
  } catch (error) {
    throw new InputError('this directory cannot be read', {
      where: folder,
      tryThis: 'check its permissions, or name the captures with a glob (in quotes)',
      cause: error,
    });
  }
}

async function sorted(name: string, files: readonly string[]): Promise<Found> {
  const found: Found = { traces: [], others: [] };
  for (const path of files.toSorted()) {
    if (await isTrace(path)) found.traces.push(path);
    else found.others.push(path);
  }
  if (found.traces.length > 0) return found;
  throw new InputError(files.length === 0 ? 'no file was found there' : 'none of the files there is a trace', {
    where: name,
    tryThis: 'name a capture, or a folder or glob (in quotes) of captures',
  });
}

/** Errors are ignored here, and reported when the file is opened. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Checks the first bytes, as `check` does. A file that cannot be read may be a trace; why is said when it is opened. */
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
    if (error instanceof InputError) return true;
    throw error;
  }
}
