// Time per rule: which of them makes a check slow.
import type { Call, RuleObserver } from './observe.ts';

export interface RuleTime {
  rule: string;
  /** ms of wall time inside its handlers */
  ms: number;
  /** handlers called */
  calls: number;
}

export class Timing implements RuleObserver {
  readonly #times = new Map<string, RuleTime>();
  #from = 0;

  before(): void {
    this.#from = performance.now();
  }

  after({ rule }: Call): void {
    const ms = performance.now() - this.#from;
    const { id } = rule.meta;
    const time = this.#times.get(id);
    if (time === undefined) this.#times.set(id, { rule: id, ms, calls: 1 });
    else {
      time.ms += ms;
      time.calls++;
    }
  }

  /** The slowest first. */
  get times(): RuleTime[] {
    return [...this.#times.values()].sort((a, b) => b.ms - a.ms);
  }

  /** @param total ms that the whole took */
  *lines(total: number): Iterable<string> {
    const { times } = this;
    const width = Math.max(4, ...times.map(({ rule }) => rule.length));
    const all = times.reduce((sum, { ms }) => sum + ms, 0);
    yield `${'rule'.padEnd(width)}  ${'ms'.padStart(9)}  ${'calls'.padStart(9)}\n`;
    for (const { rule, ms, calls } of times)
      yield `${rule.padEnd(width)}  ${ms.toFixed(1).padStart(9)}  ${String(calls).padStart(9)}\n`;
    yield `${'all rules'.padEnd(width)}  ${all.toFixed(1).padStart(9)}\n${'all'.padEnd(width)}  ${total.toFixed(1).padStart(9)}\n`;
  }
}
