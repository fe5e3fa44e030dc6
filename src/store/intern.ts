// Texts repeated in millions of lines are stored once and referred to by number: tasks (`task`) and probe locations
// (`sym`). The maps are bounded; a forgotten text gets a second number, which is harmless.
import { text } from '../util/bytes.ts';
import { bytesEqual } from './bytes.ts';

const MOST_KEPT = 1 << 16;
const RECENT = 256;

interface Task {
  id: number;
  pid: number;
  tgid: number;
  comm: Uint8Array;
  /** the previous task of the thread */
  before: Task | undefined;
}

/** Numbers for (pid, tgid, comm). */
export class Tasks {
  readonly #add: (id: number, pid: number, tgid: number, comm: Uint8Array) => void;
  /** the last task of each thread */
  readonly #byPid = new Map<number, Task>();
  /** there are many tasks, but few names */
  readonly #comms = new Map<string, Uint8Array>();
  #kept = 0;
  #next = 1;
  /** the last task of each pid, by its lowest bits */
  readonly #recent: Task[] = new Array(RECENT).fill({
    id: 0,
    pid: -2,
    tgid: -2,
    comm: new Uint8Array(0),
    before: undefined,
  });

  constructor(add: (id: number, pid: number, tgid: number, comm: Uint8Array) => void) {
    this.#add = add;
  }

  id(pid: number, tgid: number, buf: Uint8Array, start: number, end: number): number {
    const recent = this.#recent[pid & (RECENT - 1)];
    if (recent.pid === pid && recent.tgid === tgid && bytesEqual(recent.comm, buf, start, end)) return recent.id;
    for (let task = this.#byPid.get(pid); task !== undefined; task = task.before) {
      if (task.tgid === tgid && bytesEqual(task.comm, buf, start, end)) {
        this.#recent[pid & (RECENT - 1)] = task;
        return task.id;
      }
    }
    return this.#new(pid, tgid, this.#comm(buf, start, end));
  }

  #comm(buf: Uint8Array, start: number, end: number): Uint8Array {
    const key = text(buf, start, end);
    let comm = this.#comms.get(key);
    if (comm === undefined) {
      if (this.#comms.size >= MOST_KEPT) this.#comms.clear();
      comm = buf.slice(start, end);
      this.#comms.set(key, comm);
    }
    return comm;
  }

  /** The last task of a thread; 0 if it was never seen. */
  latest(pid: number): number {
    return this.#byPid.get(pid)?.id ?? 0;
  }

  #new(pid: number, tgid: number, comm: Uint8Array): number {
    if (pid < 0 && tgid < 0 && comm.length === 0) return 0;
    if (this.#kept++ >= MOST_KEPT) {
      this.#byPid.clear();
      this.#kept = 1;
    }
    const task = { id: this.#next++, pid, tgid, comm, before: this.#byPid.get(pid) };
    this.#byPid.set(pid, task);
    this.#recent[pid & (RECENT - 1)] = task;
    this.#add(task.id, pid, tgid, comm);
    return task.id;
  }
}

/** Numbers for texts. */
export class Sites {
  readonly #add: (id: number, text: Uint8Array) => void;
  readonly #ids = new Map<string, number>();
  #next = 1;

  constructor(add: (id: number, text: Uint8Array) => void) {
    this.#add = add;
  }

  id(buf: Uint8Array, start: number, end: number): number {
    const key = text(buf, start, end);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    if (this.#ids.size >= MOST_KEPT) this.#ids.clear();
    const id = this.#next++;
    this.#ids.set(key, id);
    this.#add(id, buf.slice(start, end));
    return id;
  }
}
