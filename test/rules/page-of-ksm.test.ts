// Why: a page that KSM has made its own is copied by every write, whether others map it or not. That is no promise broken to
// a pin for reading, and nothing that happened to the protection before is why.
import { expect, it } from 'vitest';
import { asUsual, at, copy, exit, PARENT, page, pin, Trace } from '../model/synthetic.ts';

const PFN = 0x2000;

async function written(ret: number) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  asUsual(trace, app, PFN);
  app.cprot({ mm: PARENT, start: at(0), end: at(16), cp: '0x0', prot: '0x8000000000000025' });
  const ksmd = trace.task('ksmd', 30, 1);
  ksmd.ksm_merge({ mm: PARENT, page: page(PFN), kpage: '0x0' });
  ksmd.clear_flush({ mm: PARENT, addr: at(0), pte: `0x${(0x8000000000000867n + (BigInt(PFN) << 12n)).toString(16)}` });
  ksmd.ksm_merge_ret({ ret });
  pin(app, 0, PFN, { api: 'gup_fast', flags: 0, caller: 'iov_iter_get_pages2+0x1/0x2' });
  copy(app, PARENT, 0, PFN, 0x3000);
  app.pipe_release({ page: page(PFN), pipe: '0xffff888200000000' });
  exit(app, PARENT, 500);
  return (await trace.check('6.12')).said;
}

it('a page of KSM that is pinned for reading, and then written to: a note', async () => {
  expect(await written(0)).toEqual(['note stale-read-pin']);
});

it('... but not where KSM has left it alone', async () => {
  expect(await written(-14)).toEqual(['error wrprotect-then-cow']);
});
