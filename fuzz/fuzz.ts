// Why: the loop of the fuzzer: take an input, modify it, judge it, and keep it if it reached new code.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figures } from './figures.ts';
import { FORMATS, type Format } from './formats.ts';
import { Guide } from './guide.ts';
import { minimised } from './minimise.ts';
import { mix, Random } from './random.ts';
import { CORPUS, kept } from './seeds.ts';
import { Watchdog } from './watchdog.ts';

/** Cases between two looks at what code was reached. */
const BATCH = 32;
/** ms of work for one case; the slowest takes a tenth of it */
const HANG_MS = 30_000;
/** Bytes that one case may add to the largest memory so far. */
const MOST_BYTES = 400 << 20;
/** Inputs in memory per format: those that came first and the newest. */
const MOST_INPUTS = 2000;
/** Files per format in the corpus, and blocks that one of them adds. */
const MOST_KEPT = 16;
const WORTH_KEEPING = 3;

export interface Found {
  format: string;
  bytes: Uint8Array;
  what: string;
  /** number of the case */
  n: number;
}

interface State {
  format: Format;
  inputs: Uint8Array[];
  n: number;
  told: Figures;
  found: Set<string>;
}

export interface FuzzOptions {
  seed: number;
  /** write what is kept to the corpus */
  keep?: boolean;
  /** where a case that hangs is left */
  hang: string;
}

export class Fuzz {
  onFound: (found: Found) => void = () => {};
  readonly #seed: number;
  readonly #keep: boolean;
  readonly #guide = new Guide();
  readonly #dog: Watchdog;
  readonly #states = new Map<string, State>();

  constructor({ seed, keep = false, hang }: FuzzOptions) {
    this.#seed = seed;
    this.#keep = keep;
    this.#dog = new Watchdog(hang, HANG_MS);
  }

  /** What there is already is judged first. */
  async start(names: readonly string[]): Promise<void> {
    await this.#guide.start();
    for (const name of names) {
      const format = FORMATS[name];
      const seeds = await format.seeds();
      const state = { format, inputs: [...seeds], n: 0, told: { cases: 0, found: 0 }, found: new Set<string>() };
      this.#states.set(name, state);
      for (const bytes of kept(name)) {
        await this.#try(name, bytes, 0);
        state.inputs.push(bytes);
      }
      for (const bytes of seeds.slice(0, 20)) await this.#try(name, bytes, 1);
    }
    await this.#guide.fresh();
  }

  cases(name: string): number {
    return this.#states.get(name)?.n ?? 0;
  }

  async batch(name: string): Promise<void> {
    const state = this.#state(name);
    const tried: Uint8Array[] = [];
    for (let i = 0; i < BATCH; i++) {
      const n = state.n++;
      const rnd = new Random(mix(this.#seed, n, name.length));
      const bytes = state.format.change(rnd.of(state.inputs), rnd.of(state.inputs), rnd);
      await this.#try(name, bytes, n);
      tried.push(bytes);
    }
    if ((await this.#guide.fresh()) > 0) this.#take(name, tried);
  }

  /** Which of a batch reached something new cannot be told afterwards: all stay for a while. */
  #take(name: string, tried: readonly Uint8Array[]): void {
    const { format, inputs } = this.#state(name);
    inputs.push(...tried.filter((bytes) => bytes.length <= Math.max(format.most, inputs[0].length)));
    if (inputs.length > MOST_INPUTS) inputs.splice(inputs.length >> 1, inputs.length - MOST_INPUTS);
  }

  /** Write the inputs that reach what neither what we began with nor one before them did. */
  async distill(): Promise<void> {
    for (const [name, { format, inputs }] of this.#states) {
      const guide = new Guide();
      await guide.start();
      const seeds = await format.seeds();
      for (const bytes of seeds) await this.#judge(name, bytes, 1);
      await guide.fresh();
      const small = inputs.slice(seeds.length).filter(({ length }) => length <= format.most);
      let left = MOST_KEPT;
      for (const bytes of small.sort((a, b) => a.length - b.length)) {
        if (left === 0) break;
        await this.#judge(name, bytes, 1);
        if ((await guide.fresh()) < WORTH_KEEPING) continue;
        this.#save(name, bytes);
        left--;
      }
      guide.stop();
    }
  }

  async #try(name: string, bytes: Uint8Array, n: number): Promise<void> {
    const what = await this.#judge(name, bytes, n);
    if (what === undefined) return;
    const state = this.#state(name);
    const head = what.slice(0, 160).replace(/\d+/g, '#');
    state.told.found++;
    // the same thing once a run
    if (state.found.has(head)) return;
    state.found.add(head);
    const small = await minimised(bytes, async (one) => (await this.#judge(name, one, n)) !== undefined);
    this.onFound({ format: name, bytes: small, what, n });
    if (this.#keep && small.length <= 16 << 10) this.#save(name, small);
  }

  #save(name: string, bytes: Uint8Array): void {
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
    mkdirSync(join(CORPUS, name), { recursive: true });
    writeFileSync(join(CORPUS, name, hash), bytes);
  }

  /** What does not hold, in words. */
  async #judge(name: string, bytes: Uint8Array, n: number): Promise<string | undefined> {
    const { format, told } = this.#state(name);
    const before = process.resourceUsage().maxRSS * 1024;
    told.cases++;
    this.#dog.begin(bytes);
    try {
      await format.judge(bytes, new Random(mix(this.#seed, n)), n);
      const grown = process.resourceUsage().maxRSS * 1024 - before;
      return grown > MOST_BYTES ? `${Math.round(grown / 1e6)} MB more for this case` : undefined;
    } catch (error) {
      return error instanceof Error
        ? (error.stack ?? error.message).split('\n').slice(0, 6).join('\n  ')
        : String(error);
    } finally {
      this.#dog.end();
    }
  }

  #state(name: string): State {
    const state = this.#states.get(name);
    if (state === undefined) throw new Error(`${name} was not started`);
    return state;
  }

  line(): string {
    const of = [...this.#states].map(([name, { n, inputs, found }]) => `${name} ${n}/${inputs.length}/${found.size}`);
    const rss = Math.round(process.memoryUsage().rss / 1e6);
    return `${this.#guide.blocks} blocks, ${rss} MB; cases/inputs/found: ${of.join(', ')}`;
  }

  /** Since the last call. */
  takeFigures(): Record<string, Figures> {
    const figures: Record<string, Figures> = {};
    for (const [name, state] of this.#states) {
      figures[name] = state.told;
      state.told = { cases: 0, found: 0 };
    }
    return figures;
  }

  async stop(): Promise<void> {
    this.#guide.stop();
    await this.#dog.close();
  }
}
