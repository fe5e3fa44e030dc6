// A thread that reads blocks of a trace and makes records of them (parallel.ts is its master). It takes the next block
// from a counter that all share and puts its batches into a ring of its own, in memory that the master reads; when the
// ring is full it sleeps. So whatever the size of the trace, the memory in use is that of the rings.
import { parentPort, workerData } from 'node:worker_threads';
import { createParser } from '../parsers/create.ts';
import { extend } from '../vocabulary/extend.ts';
import { STRIDE } from '../vocabulary/record.ts';
import { Vocabulary } from '../vocabulary/vocabulary.ts';
import { BlockFile, BlockSource } from './blocks.ts';
import { ReadStats, RecordReader } from './read.ts';
import { Control, slotRows, type WorkerMessage, type WorkerTask } from './rings.ts';

async function work(task: WorkerTask, send: (message: WorkerMessage) => void): Promise<void> {
  const { me, shared } = task;
  const control = new Int32Array(shared.control);
  const ring = Array.from({ length: shared.slots }, (_, slot) => slotRows(shared, me, slot));
  extend(task.probes);
  const vocabulary = new Vocabulary();
  vocabulary.keep = task.keep;
  const file = new BlockFile(task.path, task.size, task.blockSize, task.head);
  const source = new BlockSource(file);
  let filled = 0;
  let sent = 0;
  let block = 0;
  const reader = new RecordReader(
    createParser(task.head),
    vocabulary,
    new ReadStats(),
    { filter: task.filter },
    (batch) => {
      const { length } = batch;
      const slot = filled % ring.length;
      ring[slot].set(batch.rows.subarray(0, length * STRIDE));
      batch.clear();
      const symbols = vocabulary.symbols.slice(sent);
      sent += symbols.length;
      send({ type: 'batch', block, slot, length, symbols });
      filled++;
      waitFor(control, Control.Done + me, filled - ring.length);
    },
  );
  const lines = reader.lines(source);
  for (;;) {
    block = Atomics.add(control, Control.Next, 1);
    if (block >= file.count || Atomics.load(control, Control.Stop) !== 0) break;
    source.go(file.block(block));
    const stats = new ReadStats();
    reader.stats = stats;
    const before = lines.number;
    const start = lines.position;
    const shift = source.at - start;
    while (source.left > 0) {
      await lines.fill();
      reader.take(lines, shift, before);
    }
    if (source.ended && (await lines.fill())) reader.take(lines, shift, before);
    reader.flush();
    stats.lines = lines.number - before;
    stats.bytes = lines.position - start;
    send({ type: 'block', block, stats });
  }
  file.close();
  send({ type: 'done', types: vocabulary.facts() });
}

/** Sleep until the master is done with more than `count` batches. */
function waitFor(control: Int32Array, word: number, count: number): void {
  for (;;) {
    const done = Atomics.load(control, word);
    if (done > count || Atomics.load(control, Control.Stop) !== 0) return;
    Atomics.wait(control, word, done);
  }
}

const port = parentPort;
if (port !== null) await work(workerData as WorkerTask, (message) => port.postMessage(message));
