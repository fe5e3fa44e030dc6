// Why: a manifest may be made by `plan`, by a script or by hand, and thousands of checks are started from it: an
// invalid line is reported with its place before anything runs.
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { InputError } from '../util/errors.ts';
import type { ManifestEntry } from './contract.ts';

const Entry = v.object({
  path: v.pipe(v.string(), v.minLength(1)),
  bytes: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, '64 hex digits')),
  host: v.optional(v.string()),
  modified: v.optional(
    v.pipe(
      v.string(),
      v.check((text) => !Number.isNaN(Date.parse(text)), 'an ISO 8601 time'),
    ),
  ),
});

/** @throws InputError that names the line */
export function readManifest(path: string): ManifestEntry[] {
  const entries = manifestLines(readFileSync(path === '-' ? 0 : path, 'utf8'), path, 1);
  if (entries.length === 0)
    throw new InputError('this manifest has no captures', {
      where: path,
      tryThis: 'pindrift fleet plan DIR -o manifest.ndjson',
    });
  return entries;
}

/** @param first number of the first line */
export function manifestLines(text: string, path: string, first: number): ManifestEntry[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    if (line.trim() === '') return [];
    const where = `${path}:${first + i}`;
    let data: unknown;
    try {
      data = JSON.parse(line);
    } catch {
      throw new InputError('a line of a manifest must be one JSON object', {
        where,
        tryThis: 'pindrift fleet plan DIR -o manifest.ndjson',
      });
    }
    const read = v.safeParse(Entry, data);
    if (read.success) return [read.output as ManifestEntry];
    const [issue] = read.issues;
    throw new InputError(`${v.getDotPath(issue) ?? 'the line'}: ${issue.message}`, {
      where,
      tryThis: '{"path":"...","bytes":123,"sha256":"..."}',
    });
  });
}

export const manifestText = (entries: readonly ManifestEntry[]): string[] =>
  entries.map((entry) => `${JSON.stringify(entry)}\n`);
