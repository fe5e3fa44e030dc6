// Why: there is one engine. What a watch has said of a trace when it ends is what `check` says of it, finding by finding,
// however the bytes came.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import type { WatchEvent } from '../../src/live/events.ts';
import { InputError } from '../../src/util/errors.ts';
import { lastSaid, pieces, random, watchAll } from './feed.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');

function traces(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    // a dump in a log is taken out of it when the log is there
    if (entry.isDirectory()) return /^big|\.dump/.test(entry.name) ? [] : traces(path);
    return /^trace\.(txt|csv)(\.gz)?$/.test(entry.name) ? [path] : [];
  });
}

const bytesOf = (path: string): Uint8Array =>
  path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path);

/** Without their numbers, which go by the time they were found. */
const plain = (findings: readonly object[]): string[] =>
  findings.map((finding) => JSON.stringify({ ...finding, n: 0 })).sort();

/** Findings whose name is another one now than when they were said first. */
function renamed(events: readonly WatchEvent[]): string[] {
  const names = new Map(lastSaid(events).map(({ fingerprint, n }) => [n, fingerprint]));
  return events.flatMap((event) => {
    if (event.type !== 'finding') return [];
    const { fingerprint, n, rule } = event.finding;
    const last = names.get(n);
    return last === undefined || last === fingerprint ? [] : [`${rule}: ${fingerprint}, then ${last}`];
  });
}

describe('every capture, in random pieces', () => {
  it.each(traces(FIXTURES).map((path) => relative(FIXTURES, path)))('%s', { timeout: 60_000 }, async (name) => {
    const path = join(FIXTURES, name);
    const next = random(name.length * 7919 + name.charCodeAt(name.length / 2));
    const report = await check([path]).catch((error) => {
      if (error instanceof InputError) return undefined;
      throw error;
    });
    const events = await watchAll(pieces(bytesOf(path), () => (next() < 0.5 ? next() * 300 : next() * 60_000)));
    expect(plain(lastSaid(events))).toEqual(plain(report?.findings ?? []));
    expect(renamed(events)).toEqual([]);
    // a text without events, which `check` refuses
    const verdict = report?.verdict ?? 'could-not-be-checked';
    expect(events.at(-1)).toMatchObject({ type: 'end', verdict });
  });
});

describe('slowly', () => {
  it('with pauses longer than records are held back', { timeout: 60_000 }, async () => {
    const path = join(FIXTURES, '5.10/odirect_read_swap.ft/trace.txt.gz');
    const next = random(3);
    const source = pieces(
      bytesOf(path),
      () => 8000,
      () => (next() < 0.5 ? 50 : 0),
    );
    const events = await watchAll(source);
    expect(plain(lastSaid(events))).toEqual(plain((await check([path])).findings));
  });
});
