// Why: a finding that was said may change for as long as its pin lives, and a watch runs for days: what can still change is
// kept, in the order in which it was said first, and the rest is forgotten.
import type { About, Tale } from '../engine/collect.ts';
import type { Pin } from '../model/state.ts';

/** Trace time after which a finding whose pin is gone is not expected to change. */
const SETTLED_NS = 30e9;
/** Findings that may change yet; beyond, the oldest are not followed further. */
const MOST_OPEN = 5000;

export interface Told {
  n: number;
  /** counted only, or suppressed */
  quiet: boolean;
  /** as it was told last */
  json: string;
  tale: Tale;
  /** trace time it was told at */
  ts: number;
}

export class ToldFindings {
  /** those that may change yet */
  readonly #open = new Map<About, Told>();
  /** those and, as long as anybody knows what they are about, the others */
  readonly #ever = new WeakMap<About, Told>();
  readonly #byPin = new Map<Pin, Told[]>();

  /** Whether or not it can still change. */
  known(about: About): Told | undefined {
    return this.#ever.get(about);
  }

  open(about: About): Told | undefined {
    return this.#open.get(about);
  }

  all(): Iterable<Told> {
    return this.#open.values();
  }

  of(pin: Pin): readonly Told[] {
    return this.#byPin.get(pin) ?? [];
  }

  keep(about: About, told: Told): void {
    this.#ever.set(about, told);
    if (this.#open.has(about)) return;
    this.#open.set(about, told);
    const { pin } = told.tale.group.main.report;
    if (pin === undefined) return;
    const list = this.#byPin.get(pin);
    if (list === undefined) this.#byPin.set(pin, [told]);
    else list.push(told);
  }

  drop(about: About, told: Told): void {
    this.#open.delete(about);
    const { pin } = told.tale.group.main.report;
    if (pin !== undefined) this.#byPin.delete(pin);
  }

  /** Drop what cannot change any more, and say which that was. */
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
