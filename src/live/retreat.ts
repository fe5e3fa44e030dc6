// Why: limits the load of a watch. If a machine has more events than can be read, those that only make findings more
// precise are disabled, and those required by the rules stay enabled.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Load, loadOf } from './instance.ts';

/** Successive checks, one second apart, that must find an overload. */
const PATIENCE = 3;
const MOST_BEHIND_SECONDS = 2;

export interface RetreatOptions {
  /** directories of the instances that record the same events */
  instances: readonly string[];
  /** events of the group pindrift that stay enabled */
  core: ReadonlySet<string>;
  /** maximum number of events per second */
  mostPerSecond: number;
}

/** What is not recorded any more. */
export interface Narrowed {
  events: string[];
  /** by the trace's clock, in seconds, before the first was disabled; undefined: unknown */
  since: number | undefined;
}

export class Retreat {
  /** 1: it was done */
  count = 0;
  readonly #options: RetreatOptions;
  readonly #now: () => number;
  #before: { load: Load; at: number } | undefined;
  #tooMuch = 0;

  /** @param now ms of a monotonic clock */
  constructor(options: RetreatOptions, now: () => number = () => performance.now()) {
    this.#options = options;
    this.#now = now;
  }

  /** Called once a second. Returns the reason when it is time. */
  look(): string | undefined {
    const load = loadOf(this.#options.instances[0]);
    const before = this.#before;
    const at = this.#now();
    this.#before = load === undefined ? undefined : { load, at };
    if (this.count > 0 || load === undefined || before === undefined) return undefined;
    const reason = this.#reason(load, before.load, (at - before.at) / 1000);
    this.#tooMuch = reason === undefined ? 0 : this.#tooMuch + 1;
    return this.#tooMuch < PATIENCE ? undefined : reason;
  }

  #reason(load: Load, before: Load, seconds: number): string | undefined {
    const rate = Math.round((load.recorded - before.recorded) / seconds);
    if (load.gone > before.gone) return `${load.gone - before.gone} events were overwritten before they were read`;
    if (load.behindSeconds > MOST_BEHIND_SECONDS) return `reading is ${load.behindSeconds.toFixed(1)} seconds behind`;
    return rate > this.#options.mostPerSecond ? `${rate} events a second` : undefined;
  }

  /** Disable everything outside the core set. */
  act(): Narrowed {
    const { core, instances } = this.#options;
    const since = loadOf(instances[0])?.now;
    const off = new Set<string>();
    this.count++;
    for (const folder of instances.map((instance) => join(instance, 'events/pindrift'))) {
      for (const event of existsSync(folder) ? readdirSync(folder) : []) {
        const enable = join(folder, event, 'enable');
        if (core.has(event) || !existsSync(enable)) continue;
        writeFileSync(enable, '0');
        off.add(event);
      }
    }
    return { events: [...off], since };
  }
}
