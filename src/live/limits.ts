// Why: a busy machine may have the same drift a thousand times a second. The first findings of each kind are reported
// in full, the others are counted.
import type { Finding } from '../contract/finding.ts';

export interface LimitOptions {
  /** findings per fingerprint reported in full */
  perFingerprint: number;
  /** findings per second reported in full, of any kind; undefined: no limit */
  maxRate?: number | undefined;
}

/** More fingerprints than any machine has; further ones are counted as one. */
const MOST_KINDS = 10_000;
const BURST_SECONDS = 10;

interface Kind {
  rule: string;
  told: number;
  /** since the last report */
  counted: number;
}

export class Limits {
  /** total of findings that were only counted */
  counted = 0;
  readonly #options: LimitOptions;
  readonly #kinds = new Map<string, Kind>();
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  /** @param now ms of a monotonic clock */
  constructor(options: LimitOptions, now: () => number = () => performance.now()) {
    this.#options = options;
    this.#now = now;
    this.#at = now();
    this.#tokens = (options.maxRate ?? 0) * BURST_SECONDS;
  }

  /** Whether this one is reported in full. */
  take({ rule, fingerprint }: Finding): boolean {
    const kind = this.#kind(rule, fingerprint);
    if (kind.told < this.#options.perFingerprint && this.#token()) {
      kind.told++;
      return true;
    }
    kind.counted++;
    this.counted++;
    return false;
  }

  /** Counts since the last call. */
  counts(): { rule: string; fingerprint: string; count: number }[] {
    const out = [];
    for (const [fingerprint, kind] of this.#kinds) {
      if (kind.counted === 0) continue;
      out.push({ rule: kind.rule, fingerprint, count: kind.counted });
      kind.counted = 0;
    }
    return out;
  }

  #kind(rule: string, fingerprint: string): Kind {
    const key = this.#kinds.size < MOST_KINDS || this.#kinds.has(fingerprint) ? fingerprint : 'other';
    let kind = this.#kinds.get(key);
    if (kind === undefined) {
      kind = { rule, told: 0, counted: 0 };
      this.#kinds.set(key, kind);
    }
    return kind;
  }

  #token(): boolean {
    const { maxRate } = this.#options;
    if (maxRate === undefined) return true;
    const now = this.#now();
    this.#tokens = Math.min(maxRate * BURST_SECONDS, this.#tokens + ((now - this.#at) / 1000) * maxRate);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
