// Why: a reported finding may change as long as its pin lives, and a watch runs for days: findings that can still
// change are kept in the order of their first report, and the rest is freed.
import type { About, Tale } from '../engine/findings/collect.ts';
import type { Pin } from '../model/state.ts';

/** Trace time after which a finding without a live pin is not expected to change. */
const SETTLED_NS = 30e9;
/** Maximum number of findings that may change; the oldest beyond it are no longer updated. */
const MOST_OPEN = 5000;

export interface ToldFinding {
  n: number;
  /** counted only, or suppressed */
  quiet: boolean;
  /** as last reported */
  json: string;
  tale: Tale;
  /** trace time of the last report */
  ts: number;
}

export class ToldFindings {
  /** findings that may still change */
  readonly #open = new Map<About, ToldFinding>();
  /** all findings whose subject is still referenced */
  readonly #ever = new WeakMap<About, ToldFinding>();
  readonly #byPin = new Map<Pin, ToldFinding[]>();

  /** Whether or not it can still change. */
  known(about: About): ToldFinding | undefined {
    return this.#ever.get(about);
  }

  open(about: About): ToldFinding | undefined {
    return this.#open.get(about);
  }

  all(): Iterable<ToldFinding> {
    return this.#open.values();
  }

  of(pin: Pin): readonly ToldFinding[] {
    return this.#byPin.get(pin) ?? [];
  }

  keep(about: About, told: ToldFinding): void {
    this.#ever.set(about, told);
    if (this.#open.has(about)) return;
    this.#open.set(about, told);
    const { pin } = told.tale.group.main.report;
    if (pin === undefined) return;
    const list = this.#byPin.get(pin);
    if (list === undefined) this.#byPin.set(pin, [told]);
    else list.push(told);
  }

  drop(about: About, told: ToldFinding): void {
    this.#open.delete(about);
    const { pin } = told.tale.group.main.report;
    if (pin !== undefined) this.#byPin.delete(pin);
  }

  /** Remove and return findings that cannot change any more. */
  *settled(now: number): Iterable<Tale> {
    for (const [about, told] of this.#open) {
      const { pin } = told.tale.group.main.report;
      const isOver = pin?.live !== true && !(now - told.ts < SETTLED_NS);
      if (!isOver && this.#open.size <= MOST_OPEN) continue;
      this.drop(about, told);
      yield told.tale;
    }
  }
}
