// Why: a machine may have a million processes, and a watch runs for days. A process that only faults is a few numbers,
// and one that has ended leaves nothing.
import { expect, it } from 'vitest';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { Reading } from '../../src/engine/reading/reading.ts';
import type { Model } from '../../src/model/model.ts';
import { finish, replay } from '../../src/model/replay.ts';
import { Kind } from '../../src/vocabulary/kinds.ts';
import { at, page, Trace, touch, type Writer } from './synthetic.ts';

async function modelOf(trace: Trace, before?: (model: Model) => void): Promise<Model> {
  const reading = await Reading.open(memoryInput('trace', `# tracer: nop\n${trace.text}`));
  const { model } = reading;
  before?.(model);
  reading.start({ onBatch: (batch) => replay(model, batch) });
  while (await reading.advance());
  finish(model);
  reading.close();
  return model;
}

const mmOf = (i: number): string => `0x${(0xffff888100000000n + BigInt(i) * 0x400n).toString(16)}`;
const fault = (task: Writer, i: number, vpn = 0) => task.fault({ mm: mmOf(i), addr: at(vpn), flags: '0x1255' });

it('processes that only fault are no objects, until anything else is known of them', async () => {
  const trace = new Trace();
  for (let i = 0; i < 100; i++) for (const vpn of [0, 1]) fault(trace.task('p', 1000 + i), i, vpn);
  const plain = await modelOf(trace);
  expect([plain.mms.size, plain.tasks.size, plain.mmCount]).toEqual([0, 0, 100]);
  // what a task does, and what another does to its address space
  touch(trace.task('p', 1007), mmOf(7), 3, 5);
  trace.task('q', 5).zap({ mm: mmOf(9), start: at(0), end: at(1) });
  fault(trace.task('thread', 1500), 11);
  const model = await modelOf(trace);
  expect([...model.mms.values()].map(({ pids }) => pids)).toEqual([[1007], [1009], [1011, 1500]]);
  expect(new Set(model.tasks.keys())).toEqual(new Set([1007, 1009, 5, 1011, 1500]));
  expect(model.tasks.get(1011)).toMatchObject({ tgid: -1, faultVpn: model.vpn(Number(at(1))) });
  expect(model.mmCount).toBe(100);
  // a rule that looks at faults sees each of them
  const tapped = await modelOf(trace, (m) => m.tap(Kind.fault, () => {}));
  expect(tapped.mms.size).toBe(100);
  for (const mm of model.mms.values()) expect(tapped.mms.get(mm.ptr)).toMatchObject({ id: mm.id, pids: mm.pids });
});

it.each(['before', 'after'])(
  'processes whose exit line comes %s their teardown leave nothing',
  async (order) => {
    const trace = new Trace();
    for (let i = 0; i < 9000; i++) {
      const task = trace.task('p', 1000 + i);
      touch(task, mmOf(i), 0, i);
      const exit = () => task.sched_process_exit(`comm=p pid=${1000 + i} prio=120`);
      if (order === 'before') exit();
      task.mm_exit({ mm: mmOf(i), vmemmap: page(0) });
      task.zap({ mm: mmOf(i), start: at(0), end: at(1) });
      if (order === 'after') exit();
    }
    const { mms, tasks, abandoned } = await modelOf(trace);
    expect(abandoned.size).toBe(0);
    expect([...mms.values()].filter(({ dead }) => !dead)).toEqual([]);
    // what may still be torn down
    expect(mms.size).toBeLessThan(8200);
    expect(tasks.size).toBeLessThan(8200);
  },
  60_000,
);
