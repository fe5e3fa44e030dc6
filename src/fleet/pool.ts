// Why: child processes that check one capture at a time, with limits on time and memory for each, and that are replaced
// when they end: many captures per process, but a bad capture affects no other.
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CheckReport } from '../contract/report.ts';
import type { CheckSettings } from './contract.ts';

/** A request to a child. */
export interface CheckOrder {
  path: string;
  kernel?: string | undefined;
}

/** The answer of a child; ending without an answer is also a result. */
export interface CheckAnswer {
  report?: CheckReport;
  unusable?: string;
  unreadable?: string;
}

export interface EndedEarly {
  /** the check did not finish */
  ended: 'fault' | 'timeout' | 'memory';
  /** end of its stderr, or the limit it exceeded */
  reason: string;
}

export interface CheckLimits {
  /** time limit in seconds for a capture of this size */
  seconds: (bytes: number) => number;
  /** memory limit of a child in MiB */
  memory: number;
}

const LOOK_EVERY_MS = 250;
/**
 * Every processor has a child: helper threads of V8's garbage collector would only wait for one (a quarter of the CPU
 * time).
 */
const ONE_THREAD_OF_GC = '--single-threaded-gc';
const STDERR_BYTES = 8192;

/** A child process, and its current check. */
class Child {
  readonly #process: ChildProcess;
  readonly #limits: CheckLimits;
  #stderr = '';
  #done: ((answer: CheckAnswer | EndedEarly) => void) | undefined;
  #broke: EndedEarly | undefined;
  alive = true;

  constructor(settings: CheckSettings, limits: CheckLimits) {
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
    this.#process.on('message', (answer: CheckAnswer) => this.#finish(answer));
    this.#process.on('error', (error) => this.#gone(error.message));
    this.#process.on('close', (code, signal) => this.#gone(signal ?? `exit code ${code}`));
  }

  check(order: CheckOrder, bytes: number): Promise<CheckAnswer | EndedEarly> {
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
    // printed by V8 before it aborts
    if (/heap out of memory|Array buffer allocation failed/.test(text))
      this.#broke ??= { ended: 'memory', reason: `more than ${this.#limits.memory} MiB` };
    this.#finish(this.#broke ?? { ended: 'fault', reason: text === '' ? how : `${how}: ${text}` });
  }

  #finish(answer: CheckAnswer | EndedEarly): void {
    this.#done?.(answer);
  }
}

/** Checks captures, `size` at a time. */
export class CheckPool {
  readonly #settings: CheckSettings;
  readonly #limits: CheckLimits;
  readonly #idle: Child[] = [];
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(size: number, settings: CheckSettings, limits: CheckLimits) {
    this.#free = size;
    this.#settings = settings;
    this.#limits = limits;
  }

  /** Never rejects: a failed check is also an answer. */
  async check(order: CheckOrder, bytes: number): Promise<CheckAnswer | EndedEarly> {
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

  /** No more captures follow; resolves when the children have exited. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((child) => child.stop()));
  }
}

/** Private memory of a process; undefined if the system does not show it. (proc(5), status: VmRSS) */
function residentMiB(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  try {
    const [, kB] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return kB === undefined ? undefined : Number(kB) / 1024;
  } catch {
    return undefined;
  }
}
