// Why: lists captures once, with size and hash, so that all later parts (shards, queues, results) refer to content and
// not to names, and captures with results are skipped.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { findTraces } from '../engine/find-traces.ts';
import { InputError } from '../util/errors.ts';
import type { ManifestEntry } from './contract.ts';
import { manifestLines } from './manifest.ts';

export interface FleetPlanOptions {
  /** its first group, matched against the path, is the host */
  hostFrom?: RegExp | undefined;
  onProgress?: ((path: string, done: number) => void) | undefined;
}

export interface FleetPlan {
  entries: ManifestEntry[];
  /** files of directories and globs that are not recordings */
  skipped: string[];
  /** captures with the same content as another */
  doubled: number;
}

/**
 * Make the list of captures.
 * @param sources files, directories (with all their content), globs, `@FILE`: a list, one path or manifest line each;
 *   references such as `s3://...` only in a list, as manifest lines, since their size and hash must be known
 * @throws InputError for a missing file
 */
export async function plan(sources: readonly string[], options: FleetPlanOptions = {}): Promise<FleetPlan> {
  const found: FleetPlan = { entries: [], skipped: [], doubled: 0 };
  const seen = new Set<string>();
  const add = (entry: ManifestEntry): void => {
    if (seen.has(entry.sha256)) found.doubled++;
    else {
      seen.add(entry.sha256);
      found.entries.push(entry);
    }
  };
  const take = async (path: string): Promise<void> => {
    options.onProgress?.(path, found.entries.length);
    add(await entryOf(path, options.hostFrom));
  };
  for (const source of sources) {
    if (source.startsWith('@')) {
      for (const item of listed(source.slice(1))) {
        if (typeof item === 'string') await take(resolve(item));
        else add(item);
      }
      continue;
    }
    const files = await findTraces(source);
    if (files !== undefined) {
      for (const other of files.others) found.skipped.push(other);
      for (const path of files.traces) await take(resolve(path));
    } else if (existsSync(source)) await take(resolve(source));
    else {
      const tryThis = /^\w+:\/\//.test(source)
        ? 'a list with its size and sha256: pindrift fleet plan @list.ndjson'
        : 'a file, a directory, a glob in quotes, or @FILE with one path per line';
      throw new InputError('no such file or directory', { where: source, tryThis });
    }
  }
  return found;
}

/** Paths and manifest lines of a list, which may be mixed; `-` is standard input. */
function listed(path: string): (string | ManifestEntry)[] {
  const text = readFileSync(path === '-' ? 0 : path, 'utf8');
  return text.split(/\r?\n/).flatMap((line, i): (string | ManifestEntry)[] => {
    if (line.trim() === '') return [];
    return line.startsWith('{') ? manifestLines(line, path, i + 1) : [line];
  });
}

async function entryOf(path: string, hostFrom: RegExp | undefined): Promise<ManifestEntry> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  const host = hostFrom?.exec(path)?.[1];
  return {
    path,
    bytes,
    sha256: hash.digest('hex'),
    ...(host === undefined ? {} : { host }),
    modified: statSync(path).mtime.toISOString(),
  };
}
