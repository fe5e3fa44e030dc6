// A machine whose tasks run interleaved, preempted after any line, and take locks as the kernel's do. What a task does is a
// generator: it yields where another may run.
import { Random } from '../../fuzz/random.ts';

/** Where a task stops: until others have run so many times, until a lock is free, or until no walk of GUP-fast is under way. */
export type Pause =
  | { readonly turns: number }
  | { readonly lock: Lock; readonly shared: boolean }
  | 'tlb flush'
  | undefined;
export type Work<T = void> = Generator<Pause, T, void>;

/** mmap_lock, a page table lock or a page lock. */
export class Lock {
  #readers = 0;
  #isWritten = false;

  tryTake(shared: boolean): boolean {
    if (this.#isWritten || (!shared && this.#readers > 0)) return false;
    if (shared) this.#readers++;
    else this.#isWritten = true;
    return true;
  }

  release(): void {
    if (this.#isWritten) this.#isWritten = false;
    else this.#readers--;
  }

  get isFree(): boolean {
    return !this.#isWritten && this.#readers === 0;
  }
}

export interface Task {
  readonly comm: string;
  readonly pid: number;
  readonly cpu: number;
  work: Work;
  /** turns of others before it goes on */
  sleeps: number;
  waits: Pause;
  /** a lockless walk is under way: interrupts are off */
  irqsOff: boolean;
}

export class Machine {
  readonly random: Random;
  readonly tasks: Task[] = [];
  readonly #cpus: number;
  readonly #columns: number;
  readonly #lines: string[] = [];
  #pid = 200;
  /** microseconds */
  now = 20_000_000;

  /** @param columns of the flags: `d...` up to 5.17, `d....` since */
  constructor(seed: number, cpus: number, columns: 4 | 5) {
    this.random = new Random(seed);
    this.#cpus = cpus;
    this.#columns = columns;
  }

  nextPid(): number {
    return this.#pid++;
  }

  spawn(comm: string, pid: number, work: (t: Task) => Work): Task {
    const t = {
      comm,
      pid,
      cpu: this.random.below(this.#cpus),
      sleeps: 0,
      waits: undefined,
      irqsOff: false,
    } as Task;
    t.work = work(t);
    this.tasks.push(t);
    return t;
  }

  /** A task prints an event. */
  print(t: Task, event: string, irqs: 'd' | '.' = t.irqsOff ? 'd' : '.'): void {
    this.#print(t.comm, t.pid, t.cpu, `${irqs}...`, event);
  }

  /** An interrupt of an idle CPU prints an event. */
  interrupt(event: string): void {
    this.#print('<idle>', 0, this.random.below(this.#cpus), 'd.h.', event);
  }

  #print(comm: string, pid: number, cpu: number, flags: string, event: string): void {
    this.now += this.random.of([1, 2, 3, 5, 9, 14]);
    const time = `${Math.floor(this.now / 1e6)}.${String(this.now % 1e6).padStart(6, '0')}`;
    this.#lines.push(
      `${comm.padStart(16)}-${String(pid).padEnd(7)} [${String(cpu).padStart(3, '0')}] ${flags.padEnd(this.#columns, '.')} ${time.padStart(12)}: ${event}`,
    );
  }

  /** Run until all tasks have ended. */
  run(most: number): void {
    for (let turn = 0; this.tasks.length > 0; turn++) {
      if (turn > most) throw new Error(`nothing goes on: ${this.tasks.map(({ pid }) => pid).join(' ')}`);
      const ready = this.tasks.filter((t) => t.sleeps-- <= 0);
      if (ready.length > 0) this.#turn(this.random.of(ready));
    }
  }

  #turn(t: Task): void {
    if (this.tasks.some((other) => other !== t && other.irqsOff && other.cpu === t.cpu)) return;
    if (t.waits !== undefined && !this.#passes(t, t.waits)) return;
    t.waits = undefined;
    const { done, value } = t.work.next();
    if (done === true) this.tasks.splice(this.tasks.indexOf(t), 1);
    else if (value !== undefined && typeof value === 'object' && 'turns' in value) t.sleeps = value.turns;
    else t.waits = value;
  }

  #passes(t: Task, pause: Exclude<Pause, undefined>): boolean {
    if (pause === 'tlb flush') return this.tasks.every((other) => other === t || !other.irqsOff);
    return 'turns' in pause || pause.lock.tryTake(pause.shared);
  }

  /** The trace, as the kernel prints it. */
  text(): string {
    const n = this.#lines.length;
    return `# tracer: nop\n#\n# entries-in-buffer/entries-written: ${n}/${n}   #P:${this.#cpus}\n#\n${this.#lines.join('\n')}\n`;
  }
}
