// Why: a process that hangs cannot report it. A separate thread watches the progress of the case; if there is none, it
// saves the case and ends the process.
import { Worker } from 'node:worker_threads';

const MOST = 4 << 20;

/** Runs in the thread: all it shares is the memory. */
const CODE = `
const { workerData } = require('node:worker_threads');
const { writeFileSync, writeSync } = require('node:fs');
const { control, bytes, limit, file } = workerData;
let last = -1, since = Date.now(), cpu = process.cpuUsage().user;
setInterval(() => {
  const now = Atomics.load(control, 0);
  // a machine that is busy with others is no hang: time of this process counts
  if (now !== last || now < 0) { last = now; since = Date.now(); cpu = process.cpuUsage().user; return; }
  if (process.cpuUsage().user - cpu < limit * 1000 && Date.now() - since < 20 * limit) return;
  writeFileSync(file, bytes.slice(0, Atomics.load(control, 1)));
  writeSync(2, 'fuzz: a case does not end: ' + file + '\\n');
  process.kill(process.pid, 'SIGKILL');
}, 250);
`;

export class Watchdog {
  readonly #control = new Int32Array(new SharedArrayBuffer(8));
  readonly #bytes = new Uint8Array(new SharedArrayBuffer(MOST));
  readonly #worker: Worker;
  #n = 0;

  /** @param file where a case that hangs is left @param limit ms of work for one case */
  constructor(file: string, limit: number) {
    const workerData = { control: this.#control, bytes: this.#bytes, limit, file };
    this.#control[0] = -1;
    this.#worker = new Worker(CODE, { eval: true, workerData });
    this.#worker.unref();
  }

  begin(bytes: Uint8Array): void {
    this.#bytes.set(bytes.subarray(0, MOST));
    Atomics.store(this.#control, 1, Math.min(bytes.length, MOST));
    this.#n = (this.#n + 1) & 0x7fffffff;
    Atomics.store(this.#control, 0, this.#n);
  }

  end(): void {
    Atomics.store(this.#control, 0, -1);
  }

  close(): Promise<number> {
    return this.#worker.terminate();
  }
}
