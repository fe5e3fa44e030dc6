// Why: a slow reader may lose events a thousand times a minute on a busy machine. Losses are counted by CPU, and those
// since the last report are reported together.
import type { WatchEvent } from './events.ts';

export class Losses {
  /** events, if the trace shows how many */
  events = 0;
  places = 0;
  /** events by CPU; -1: unknown CPU */
  readonly byCpu = new Map<number, number>();
  readonly #unsaid = new Map<number, { count: number; places: number; line: number }>();

  /** @param n NaN: unknown */
  add(cpu: number, n: number, line: number): void {
    const known = n > 0 ? n : 0;
    this.places++;
    this.events += known;
    this.byCpu.set(cpu, (this.byCpu.get(cpu) ?? 0) + known);
    const now = this.#unsaid.get(cpu) ?? { count: 0, places: 0, line: 0 };
    now.count += n;
    now.places++;
    now.line = line;
    this.#unsaid.set(cpu, now);
  }

  say(tell: (event: WatchEvent) => void): void {
    if (this.#unsaid.size === 0) return;
    for (const [cpu, { count, places, line }] of this.#unsaid) {
      const known = Number.isNaN(count) ? undefined : count;
      tell({ type: 'loss', cpu: cpu >= 0 ? cpu : undefined, count: known, places, line });
    }
    this.#unsaid.clear();
  }
}
