// Why: a case that reaches code no other case has reached is worth keeping and modifying further. V8 counts executed
// blocks at little cost, but reading the counts is expensive, so they are read once per group of cases.
import { Session } from 'node:inspector/promises';

export class Guide {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Blocks of src/ that ran since the last call and never before. */
  async fresh(): Promise<number> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    let n = 0;
    for (const { url, functions } of result) {
      if (!url.includes('/src/')) continue;
      for (const { ranges } of functions) {
        for (const { count, startOffset, endOffset } of ranges) {
          const key = `${url}:${startOffset}:${endOffset}`;
          if (count === 0 || this.#seen.has(key)) continue;
          this.#seen.add(key);
          n++;
        }
      }
    }
    return n;
  }

  get blocks(): number {
    return this.#seen.size;
  }

  stop(): void {
    this.#session.disconnect();
  }
}
