// Why: many captures per process, and yet one that is poisoned costs one capture: children that are given a capture at a
// time, with a limit of time and of memory for each, and that are replaced when they end.
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CheckReport } from '../contract/report.ts';
import type { CheckSettings } from './contract.ts';

/** What a child is asked. */
export interface Order {
  path: string;
  kernel?: string | undefined;
}

/** What a child answers; when it ends without an answer, that is one too. */
export interface Answer {
  report?: CheckReport;
  unusable?: string;
  unreadable?: string;
}

export interface Ended {
  /** the check did not end by itself */
  ended: 'fault' | 'timeout' | 'memory';
  /** end of its stderr, or the limit it broke */
  reason: string;
}

export interface Limits {
  /** seconds for one capture of so many bytes */
  seconds: (bytes: number) => number;
  /** MiB a child may have */
  memory: number;
}

const LOOK_EVERY_MS = 250;
/** Every processor has a child: V8's helpers of the garbage collector would only wait for one (a quarter of the CPU). */
const ONE_THREAD_OF_GC = '--single-threaded-gc';
const STDERR_BYTES = 8192;

/** A child that checks, and what it is at. */
class Child {
  readonly #process: ChildProcess;
  readonly #limits: Limits;
  #stderr = '';
  #done: ((answer: Answer | Ended) => void) | undefined;
  #broke: Ended | undefined;
  alive = true;

  constructor(settings: CheckSettings, limits: Limits) {
    this.#limits = limits;
    const isTs = import.meta.url.endsWith('.ts');
    const file = fileURLToPath(new URL(isTs ? './child.ts' : './child.js', import.meta.url));
    this.#process = fork(file, [JSON.stringify(settings)], {
      execArgv: [...(isTs ? ['--import', 'tsx'] : []), `--max-old-space-size=${limits.memory}`, ONE_THREAD_OF_GC],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_BYTES);
    });
    this.#process.on('message', (answer: Answer) => this.#finish(answer));
    this.#process.on('error', (error) => this.#gone(error.message));
    this.#process.on('close', (code, signal) => this.#gone(signal ?? `exit code ${code}`));
  }

  check(order: Order, bytes: number): Promise<Answer | Ended> {
    const seconds = this.#limits.seconds(bytes);
    const began = performance.now();
    this.#stderr = '';
    return new Promise((resolve) => {
      const watch = setInterval(() => {
        if (performance.now() - began > seconds * 1000) this.#end('timeout', `more than ${Math.round(seconds)} s`);
        else if ((residentMiB(this.#process.pid) ?? 0) > this.#limits.memory)
          this.#end('memory', `more than ${this.#limits.memory} MiB`);
      }, LOOK_EVERY_MS);
      this.#done = (answer) => {
        clearInterval(watch);
        this.#done = undefined;
        resolve(answer);
      };
      if (!this.alive) this.#gone('it did not start');
      else this.#process.send(order, (error) => error !== null && this.#gone(error.message));
    });
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    if (this.#process.connected) this.#process.disconnect();
    else this.#process.kill('SIGKILL');
    if (this.alive) await gone;
  }

  #end(ended: 'timeout' | 'memory', reason: string): void {
    this.#broke ??= { ended, reason };
    this.#process.kill('SIGKILL');
  }

  #gone(how: string): void {
    this.alive = false;
    const text = this.#stderr.trim();
    // V8 says so before it aborts
    if (/heap out of memory|Array buffer allocation failed/.test(text))
      this.#broke ??= { ended: 'memory', reason: `more than ${this.#limits.memory} MiB` };
    this.#finish(this.#broke ?? { ended: 'fault', reason: text === '' ? how : `${how}: ${text}` });
  }

  #finish(answer: Answer | Ended): void {
    this.#done?.(answer);
  }
}

/** Checks captures, `size` at a time. */
export class CheckPool {
  readonly #settings: CheckSettings;
  readonly #limits: Limits;
  readonly #idle: Child[] = [];
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(size: number, settings: CheckSettings, limits: Limits) {
    this.#free = size;
    this.#settings = settings;
    this.#limits = limits;
  }

  /** Never rejects: how a check ends is its answer. */
  async check(order: Order, bytes: number): Promise<Answer | Ended> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free--;
    let child = this.#idle.pop();
    while (child?.alive === false) child = this.#idle.pop();
    child ??= new Child(this.#settings, this.#limits);
    try {
      return await child.check(order, bytes);
    } finally {
      if (child.alive) this.#idle.push(child);
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }

  /** No more captures come; done when the children are gone. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((child) => child.stop()));
  }
}

/** Memory of a process that is its own; undefined where the system does not tell. (proc(5), status: VmRSS) */
function residentMiB(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  try {
    const [, kB] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return kB === undefined ? undefined : Number(kB) / 1024;
  } catch {
    return undefined;
  }
}
