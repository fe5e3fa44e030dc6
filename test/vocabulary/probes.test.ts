// Why: a definition that coverage tells people to copy must be the one that made the captures.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { EraName } from '../../src/vocabulary/era.ts';
import { FUNCTIONS } from '../../src/vocabulary/functions.ts';
import { definition, linesFor, PROBES } from '../../src/vocabulary/probes.ts';

const ERAS: readonly EraName[] = ['5.10', '6.1', '6.12', '7.2'];

describe('the probe set', () => {
  it('has each event once, and every one of them means something', () => {
    const names = PROBES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const known = new Set(FUNCTIONS.flatMap(({ events }) => events ?? []));
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  it('defines a return probe before the entry probe on the same function', () => {
    for (const era of ERAS) {
      const seen = new Set<string>();
      for (const probe of PROBES) {
        const [head, symbol] = (definition(probe, era) ?? '').split(' ');
        if (head.startsWith('p:') && definition(probe, era)?.includes('caller=')) seen.add(symbol);
        if (head.startsWith('r')) expect(seen.has(symbol)).toBe(false);
      }
    }
  });

  it('is one line each, as dynamic_events takes it', () => {
    for (const probe of PROBES) {
      for (const era of ERAS) {
        const line = definition(probe, era);
        if (line !== undefined) expect(line).toMatch(/^(p|r64|f):pindrift\/\w+ [\w.%]+( \w+=\S+)+$/);
      }
    }
  });

  it('tracepoints are switched on, not defined', () => {
    expect(linesFor(['taskFork'], '6.1')).toEqual(['events/sched/sched_process_fork/enable']);
    expect(linesFor(['sysMadvise'], '6.1')).toEqual(['events/syscalls/sys_enter_madvise/enable']);
  });

  it.each(ERAS)('is what recorded the captures of %s', (era) => {
    const seen = recorded(era);
    expect(seen.size).toBeGreaterThan(20);
    for (const [event, { keys, symbol }] of seen) {
      const probe = PROBES.find(({ name }) => name === event);
      const line = probe === undefined ? undefined : definition(probe, era);
      if (line === undefined) continue;
      const [, on, ...args] = line.split(' ');
      expect({ event, on: on.replace('%return', '') }).toEqual({ event, on: symbol });
      // captures made with an earlier state of the probe set lack some arguments
      expect(args.map((arg) => arg.split('=')[0])).toEqual(expect.arrayContaining(keys));
    }
  });
});

const CAPTURES: Record<EraName, string> = {
  '5.10': '5.10/mixed.ft',
  '6.1': '6.1/odirect_read_fork.ft',
  '6.12': '6.12/mixed.ft-lost',
  '7.2': '7.2/mixed.ft-percpu',
};

/** Events of a capture, with the function and the argument names their first line shows. */
function recorded(era: EraName): Map<string, { symbol: string; keys: string[] }> {
  const path = fileURLToPath(new URL(`../../fixtures/${CAPTURES[era]}/trace.txt.gz`, import.meta.url));
  const events = new Map<string, { symbol: string; keys: string[] }>();
  for (const line of gunzipSync(readFileSync(path)).toString('latin1').split('\n')) {
    const [, event, entry, ret, args] = /: (\w+): \((?:([\w.]+)\+[^ ]+|\S.* <- ([\w.]+))\) (.*)/.exec(line) ?? [];
    if (event === undefined || events.has(event)) continue;
    events.set(event, { symbol: entry ?? ret, keys: args.match(/\w+(?==)/g) ?? [] });
  }
  return events;
}
