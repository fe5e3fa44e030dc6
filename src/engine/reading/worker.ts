// A thread that parses blocks of a trace into records (parallel.ts is its master). It takes the number of the next
// block from a shared counter and writes batches into its own ring, which the master reads; if the ring is full, it
// sleeps. Memory use is therefore that of the rings, independent of the size of the trace.
import { parentPort, workerData } from 'node:worker_threads';
import { STRIDE } from '../../vocabulary/record.ts';
import { BlockReader } from './block-reader.ts';
import { Control, slotRows, type WorkerMessage, type WorkerTask } from './rings.ts';

async function work(task: WorkerTask, send: (message: WorkerMessage) => void): Promise<void> {
  const { me, shared } = task;
  const control = new Int32Array(shared.control);
  const ring = Array.from({ length: shared.slots }, (_, slot) => slotRows(shared, me, slot));
  let filled = 0;
  let block = 0;
  const reader = new BlockReader(task, (batch, symbols, first) => {
    const { length } = batch;
    const slot = filled % ring.length;
    ring[slot].set(batch.rows.subarray(0, length * STRIDE));
    batch.clear();
    send({ type: 'batch', block, slot, length, symbols, first });
    filled++;
    waitFor(control, Control.Done + me, filled - ring.length);
  });
  for (;;) {
    block = Atomics.add(control, Control.Next, 1);
    if (block >= reader.count || Atomics.load(control, Control.Stop) !== 0) break;
    send({ type: 'block', block, stats: await reader.read(block) });
  }
  reader.close();
  send({ type: 'done', types: reader.vocabulary.facts() });
}

/** Sleep until the master has processed more than `count` batches. */
function waitFor(control: Int32Array, word: number, count: number): void {
  for (;;) {
    const done = Atomics.load(control, word);
    if (done > count || Atomics.load(control, Control.Stop) !== 0) return;
    Atomics.wait(control, word, done);
  }
}

const port = parentPort;
if (port !== null) await work(workerData as WorkerTask, (message) => port.postMessage(message));
