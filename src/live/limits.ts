// Why: one defect on a busy machine is found a thousand times a second, and the thousandth time says nothing new. The
// first of each kind are told whole, the others counted.
import type { Finding } from '../contract/finding.ts';

export interface LimitOptions {
  /** findings of one fingerprint that are told whole */
  perFingerprint: number;
  /** findings per second that are told whole, of any kind; undefined: as many as there are */
  maxRate?: number | undefined;
}

/** More kinds than any machine has; whoever makes up more is counted as one. */
const MOST_KINDS = 10_000;
const BURST_SECONDS = 10;

interface Kind {
  rule: string;
  told: number;
  /** since it was last said */
  counted: number;
}

export class Limits {
  /** findings that were counted only, all of them */
  counted = 0;
  readonly #options: LimitOptions;
  readonly #kinds = new Map<string, Kind>();
  readonly #now: () => number;
  #tokens: number;
  #at: number;

  /** @param now ms of a clock that does not jump */
  constructor(options: LimitOptions, now: () => number = () => performance.now()) {
    this.#options = options;
    this.#now = now;
    this.#at = now();
    this.#tokens = (options.maxRate ?? 0) * BURST_SECONDS;
  }

  /** Whether this one is told whole. */
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

  /** What was counted since this was asked last. */
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
