// Traces fed to a watch as a machine feeds them: in pieces of any size, with pauses or without.

import type { Finding } from '../../src/contract/finding.ts';
import type { WatchEvent } from '../../src/live/events.ts';
import { LiveSource } from '../../src/live/live-source.ts';
import { Watch, type WatchOptions } from '../../src/live/watch.ts';

/** A number from 0 to 1 that depends on the seed only. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** @param pause ms between pieces */
export function pieces(bytes: Uint8Array, size: () => number, pause?: () => number): LiveSource {
  let at = 0;
  let stopped = false;
  return new LiveSource('a pipe', {
    async next() {
      if (stopped || at >= bytes.length) return undefined;
      const ms = pause?.() ?? 0;
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
      const piece = bytes.subarray(at, at + Math.max(1, Math.floor(size())));
      at += piece.length;
      return piece;
    },
    stop() {
      stopped = true;
    },
  });
}

/** Everything a watch says of a source. */
export async function watchAll(source: LiveSource, options: WatchOptions = {}): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  const watch = await Watch.open(source, options, (event) => events.push(event));
  await watch.run();
  return events;
}

/** What was said last of each finding. */
export function lastSaid(events: readonly WatchEvent[]): Finding[] {
  const last = new Map<number, Finding>();
  for (const event of events) {
    if (event.type === 'finding' || event.type === 'update') last.set(event.finding.n, event.finding);
    else if (event.type === 'withdrawn') last.delete(event.n);
  }
  return [...last.values()];
}
