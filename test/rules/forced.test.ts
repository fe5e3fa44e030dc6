// Why: a driver that takes FOLL_FORCE with FOLL_WRITE wants a page of the process's own, also for a device that only
// reads (drivers/infiniband up to v6.1). What is lost by a drift then is not what the device wrote.
import { expect, it } from 'vitest';
import { at, copy, exit, PARENT, pin, Trace, touch, unpin } from '../model/synthetic.ts';

const OLD = 0x2000;
const NEW = 0x3000;

it.each([
  ['5.10', 0x10001, 'ib_umem_get+0x20c/0x4b0 [ib_core]', ['lost-dma-write']],
  ['5.10', 0x10011, 'ib_umem_get+0x20c/0x4b0 [ib_core]', ['stale-device-read']],
  ['6.1', 0x10011, 'siw_umem_get+0x1c1/0x330 [siw]', ['stale-device-read']],
  ['5.10', 0x10011, 'get_vaddr_frames+0x7a/0x1f0 [videobuf2_memops]', []],
  ['5.10', 0x10011, undefined, []],
  // of a driver outside of the kernel, with the numbers since v6.3
  ['6.12', 0x109, 'map_buffer+0x7a/0x1f0 [accel]', []],
  ['6.12', 0x101, 'map_buffer+0x7a/0x1f0 [accel]', ['lost-dma-write']],
])('what a copy does to the data of a device: %s, flags %i, %s', async (kernel, flags, caller, harm) => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, OLD);
  pin(app, 0, OLD, { flags, ...(caller === undefined ? {} : { caller }) });
  app.cprot({ mm: PARENT, start: at(0), end: at(1), prot: '0x25', cp: '0x0' });
  copy(app, PARENT, 0, OLD, NEW);
  unpin(app, OLD);
  exit(app, PARENT, 500);
  const { findings } = await trace.check(kernel);
  expect(findings.map((finding) => [finding.rule, finding.harm])).toEqual([['wrprotect-then-cow', harm]]);
});
