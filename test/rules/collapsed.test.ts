// Why: __collapse_huge_page_isolate() asks for the references of anonymous pages. The zero page it replaces whoever has it
// pinned, and what an unmapping has emptied it fills up.
import { expect, it } from 'vitest';
import { at, copy, exit, PARENT, page, pin, Trace, touch, unpin } from '../model/synthetic.ts';

const PFN = 0x2000;
const ZERO = 0x1a2b;
const HUGE = 0x4000;

async function collapsed(pins: (made: ReturnType<typeof start>) => void) {
  const made = start();
  pins(made);
  made.khugepaged.collapse({ mm: PARENT, addr: at(0) });
  made.khugepaged.new_anon({ page: page(HUGE), mm: PARENT, addr: at(0), head: 1, order: 9, rflags: '0x1' });
  made.khugepaged.collapse_ret({ ret: 1 });
  made.app.sys_pread64('(fd: 3, buf: 10000000, count: 1000, pos: 0)');
  for (const pfn of [ZERO, PFN]) if (made.trace.text.includes(`head=${page(pfn)}`)) unpin(made.app, pfn);
  exit(made.app, PARENT, 500);
  return (await made.trace.check('6.12')).said;
}

function start() {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const second = trace.task('app', 502, 1);
  const khugepaged = trace.task('khugepaged', 45, 2);
  const kcompactd = trace.task('kcompactd0', 41, 3);
  touch(app, PARENT, 900, 0x900);
  copy(app, PARENT, 900, 0x900, 0x901);
  second.fault({ mm: PARENT, addr: at(5000), flags: '0x1254' });
  exit(trace.task('init', 1), '0xffff888100009000', 1);
  return { trace, app, second, khugepaged, kcompactd };
}

it('a page that is pinned for writing is anonymous: an error', async () => {
  expect(
    await collapsed(({ app }) => {
      touch(app, PARENT, 0, PFN);
      pin(app, 0, PFN);
    }),
  ).toEqual(['error pinned-page-collapsed']);
});

it('... and so is one that is pinned for reading, if a line has mapped it as anonymous', async () => {
  expect(
    await collapsed(({ app }) => {
      touch(app, PARENT, 0, PFN);
      pin(app, 0, PFN, { flags: 0 });
    }),
  ).toEqual(['error pinned-page-collapsed']);
});

it('... else it may be the zero page, of which nothing is promised', async () => {
  expect(await collapsed(({ app }) => pin(app, 0, ZERO, { flags: 0 }))).toEqual(['note pinned-page-collapsed']);
});

it('... unless it was to be unshared first, for FOLL_LONGTERM', async () => {
  expect(await collapsed(({ app }) => pin(app, 0, ZERO, { flags: 0x100 }))).toEqual(['error pinned-page-collapsed']);
});

it('a page that was pinned under an unmapping is gone, and khugepaged has replaced nothing', async () => {
  expect(
    await collapsed(({ app, second }) => {
      touch(app, PARENT, 0, PFN);
      second.zap({ mm: PARENT, start: at(0), end: at(512) });
      pin(app, 0, PFN);
      second.fault({ mm: PARENT, addr: at(5000), flags: '0x1254' });
    }),
  ).toEqual(['note user-unmapped-pinned-range']);
});

it('... also where the reverse mapping shows it before the unmapping has come to it', async () => {
  expect(
    await collapsed(({ app, kcompactd, second }) => {
      touch(app, PARENT, 0, PFN);
      pin(app, 0, PFN);
      kcompactd.migrate_one({ page: page(PFN), mm: PARENT, addr: at(0), ref: 1026 });
      second.zap({ mm: PARENT, start: at(0), end: at(512) });
      kcompactd.clear_flush({ mm: PARENT, addr: at(0), pte: '0x8000000002000867' });
      kcompactd.migrate_one_ret({ ret: 0 });
      second.fault({ mm: PARENT, addr: at(5000), flags: '0x1254' });
    }),
  ).toEqual(['note user-unmapped-pinned-range']);
});
