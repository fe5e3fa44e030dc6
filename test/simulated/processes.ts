// Processes with a thread that uses the buffer and others that do O_DIRECT with it. They fork, unmap, exit, and are reclaimed
// from, each at random.
import { Machine, type Task, type Work } from './machine.ts';
import { hex, type Memory, type Mm, PAGE, PAGES, type Pinned } from './memory.ts';

/** Processes at the same time, at most; further ones are not forked. */
const MOST_TASKS = 14;

export interface Simulated {
  /** what ftrace prints of it */
  readonly text: string;
  readonly pins: readonly Pinned[];
  readonly memory: Memory;
}

/** A kernel whose processes are simulated. */
export interface Era {
  readonly release: string;
  readonly name: string;
  readonly columns: 4 | 5;
  readonly boot: (machine: Machine, seed: number) => Memory;
}

/** A machine, its processes and what they do follow from the seed. */
export function simulate(seed: number, era: Era): Simulated {
  const machine = new Machine(seed, 2 + 2 * (seed % 4), era.columns);
  const memory = era.boot(machine, seed);
  const { random } = machine;
  const turns = random.of([600, 1500, 4500]);
  const does = {
    swap: random.next() < 0.7,
    fork: random.next() < 0.8,
    zap: random.next() < 0.4 || memory.isLarge || memory.isHuge,
    protect: memory.protects && random.next() < 0.4,
  };
  let turn = 0;
  const isOver = () => ++turn > turns;

  function start(mm: Mm, pid: number, comm: string): void {
    const threadOf = (tid: number, work: (t: Task) => Work) => {
      mm.users++;
      machine.spawn(comm, tid, function* (t) {
        yield* runs(t, mm);
        yield* work(t);
        yield* exits(t, mm);
      });
    };
    threadOf(pid, function* (t) {
      for (let n = random.of([1, 2]); n > 0; n--) {
        const tid = machine.nextPid();
        machine.print(t, `sched_process_fork: comm=${comm} pid=${pid} child_comm=${comm} child_pid=${tid}`);
        threadOf(tid, function* (io) {
          while (!isOver() && !mm.exits) {
            yield { turns: 5 + random.below(55) };
            if (!mm.exits) yield* memory.pinning(io, mm);
          }
        });
        yield;
      }
      while (!isOver()) {
        yield { turns: 2 + random.below(28) };
        const address = mm.base + random.below(PAGES) * PAGE;
        const what = random.next();
        if (what < 0.72) yield* memory.access(t, mm, address, what < 0.6);
        else if (what < 0.82 && does.fork && machine.tasks.length < MOST_TASKS) yield* forks(t, mm, comm);
        else if (what < 0.86 && does.zap) yield* discards(t, mm, address);
        else if (what < 0.89 && does.protect) yield* protects(t, mm);
        else if (what < 0.9 && memory.merges) yield* memory.unmerge(t, mm);
        else if (what < 0.93 && memory.frees)
          yield* memory.free(t, mm, address, Math.min(address + random.of([1, 2]) * PAGE, mm.base + PAGES * PAGE));
        else if (what < 0.945 && memory.remaps) yield* memory.moves(t, mm);
        else if (what > 0.95 && mm.calls === 0 && machine.tasks.length > 6) break;
      }
      mm.exits = true;
      while (mm.calls > 0) yield { turns: 5 };
    });
  }

  /** The first fault of a task, for its code. */
  function* runs(t: Task, mm: Mm): Work {
    const address = hex(0x7ffc0e7a8000 + (t.pid & 0xff) * PAGE);
    machine.print(t, `page_fault_user: address=${address} ip=0x44a033 error_code=0x14`, 'd');
    yield;
    machine.print(t, `fault: ${memory.at('handle_mm_fault')} mm=${mm.pointer} addr=${address} flags=0x354`);
    yield;
  }

  function* forks(t: Task, mm: Mm, comm: string): Work {
    yield { lock: mm.mmapLock, shared: false };
    const child = memory.newMm();
    child.base = mm.base;
    yield* memory.copy(t, mm, child);
    mm.mmapLock.release();
    const pid = machine.nextPid();
    machine.print(t, `sched_process_fork: comm=${comm} pid=${t.pid} child_comm=${comm} child_pid=${pid}`);
    yield;
    start(child, pid, comm);
  }

  /** MADV_DONTNEED */
  function* discards(t: Task, mm: Mm, at: number): Work {
    // a fault maps a large folio where nothing is mapped
    const isAll = (memory.isLarge || memory.isHuge) && random.next() < 0.3;
    const most = (mm.base + PAGES * PAGE - at) / PAGE;
    const pages = isAll ? (mm.end - mm.start) / PAGE : Math.min(random.of([1, 1, 2]), most);
    const address = isAll ? mm.start : at;
    machine.print(
      t,
      `sys_madvise(start: ${address.toString(16)}, len_in: ${(pages * PAGE).toString(16)}, behavior: 4)`,
    );
    yield;
    yield { lock: mm.mmapLock, shared: true };
    yield* memory.zap(t, mm, address, address + pages * PAGE);
    mm.mmapLock.release();
    machine.print(t, 'sys_madvise -> 0x0');
    yield;
  }

  function* protects(t: Task, mm: Mm): Work {
    mm.isSpared = true;
    while (mm.writers > 0) yield { turns: 2 };
    yield* memory.protect(t, mm, false);
    yield { turns: random.of([1, 60, 300]) };
    if (random.next() < 0.5) yield* memory.access(t, mm, mm.base + random.below(PAGES) * PAGE, false);
    yield* memory.protect(t, mm, true);
    mm.isSpared = false;
  }

  function* exits(t: Task, mm: Mm): Work {
    machine.print(t, `sched_process_exit: comm=${t.comm} pid=${t.pid} prio=120`);
    yield;
    if (--mm.users > 0) return;
    if (memory.merges || memory.isHuge) {
      // ksm_exit() waits for ksmd, khugepaged_exit() for khugepaged
      yield { lock: mm.mmapLock, shared: false };
      mm.mmapLock.release();
    }
    machine.print(t, `mm_exit: ${memory.at('exit_mmap')} mm=${mm.pointer} vmemmap=0xfffff334c0000000`);
    yield;
    yield* memory.zap(t, mm, mm.start, mm.end);
    memory.mms = memory.mms.filter((other) => other !== mm);
  }

  for (let n = random.of([1, 2, 3]); n > 0; n--) start(memory.newMm(), machine.nextPid(), `db${n}`);
  if (does.swap)
    machine.spawn('kswapd0', machine.nextPid(), function* (t) {
      while (!isOver()) {
        yield { turns: 5 + random.below(75) };
        if (random.next() < 0.7) yield* memory.reclaim(t);
      }
    });
  // what is swapped out, and whether it is soft-dirty, is not simulated
  if (!does.swap)
    machine.spawn('criu', machine.nextPid(), function* (t) {
      while (!isOver()) {
        yield { turns: 20 + random.below(300) };
        if (memory.mms.length > 0) yield* memory.clearRefs(t, random.of([...memory.mms]));
      }
    });
  if (memory.merges)
    machine.spawn('ksmd', machine.nextPid(), function* (t) {
      while (!isOver()) {
        yield { turns: 5 + random.below(40) };
        yield* memory.merge(t);
      }
    });
  if (memory.isHuge)
    machine.spawn('khugepaged', machine.nextPid(), function* (t) {
      while (!isOver()) {
        yield { turns: 5 + random.below(150) };
        yield* memory.collapse(t);
      }
    });
  if (memory.migrates)
    machine.spawn('kcompactd0', machine.nextPid(), function* (t) {
      while (!isOver()) {
        yield { turns: 5 + random.below(75) };
        yield* memory.migrate(t);
      }
    });
  machine.run(turns * 1000);
  return { text: machine.text(), pins: memory.pins, memory };
}
