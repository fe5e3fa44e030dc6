// Why: memfd_pin_folios() (udmabuf, iommufd) pins the folios of a file, through no address of a process. The references
// have lines and so have the releases, but no GUP call; a program that makes DMA buffers has lost nothing.
import { describe, expect, it } from 'vitest';
import { at, background, CHILD, copy, exit, fork, PARENT, page, pin, Trace, touch } from './synthetic.ts';

const FILE = 0x7000;

/** An ordinary pin before and after, and a memfd of four pages that is pinned, and released by another task. */
function dmaBuffer(release: (t: Trace) => void, walks = false) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  background(app);
  touch(app, PARENT, 0, 0x2000);
  pin(app, 0, 0x2000);
  app.unpin({ page: page(0x2000) });
  app.put_folio({ page: page(0x2000), refs: 1, flags: '0x80000' });
  for (let i = 0; i < 4; i++) {
    if (walks) app.follow_pte({ addr: at(i), flags: '0x80000', mm: PARENT });
    app.grab_slow({ page: page(FILE + i), refs: 1, flags: '0x80000', ref: 2 });
  }
  release(trace);
  exit(app, PARENT, 500);
  return trace.check('6.12');
}

const released = (trace: Trace, pages: number) => {
  const worker = trace.task('kworker/1:1', 44, 1);
  for (let i = 0; i < pages; i++) worker.put_folio({ page: page(FILE + i), refs: 1, flags: '0x80000' });
};

describe('pins of memfd_pin_folios()', () => {
  it('are released like others, and nothing is missing', async () => {
    expect(await dmaBuffer((trace) => released(trace, 4))).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
  });

  it('do not explain the release of another page', async () => {
    const { undecided } = await dmaBuffer((trace) => released(trace, 5));
    expect(undecided).toEqual(['1 release of pins whose start is not in the trace']);
  });

  it('are not taken for those of a call whose line is missing', async () => {
    const { undecided } = await dmaBuffer((trace) => released(trace, 4), true);
    expect(undecided).toContain('4 releases of pins whose start is not in the trace');
  });

  it('leave it open which pin of a page was released, if a process pinned it too', async () => {
    const mine = async (releases: number) =>
      dmaBuffer((trace) => {
        const app = trace.task('app', 500);
        app.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
        app.new_anon({ page: page(FILE), mm: PARENT, addr: at(0), head: 0, order: 0, rflags: '0x1' });
        app.grab_slow({ page: page(FILE), refs: 1, flags: '0x80000', ref: 2 });
        pin(app, 0, FILE);
        for (let i = 0; i < releases; i++) released(trace, 1);
        fork(app, 500);
        copy(app, PARENT, 0, FILE, 0x3000);
        exit(trace.task('chi', 501, 1), CHILD, 501);
      });
    expect((await mine(0)).verdict).toBe('violated');
    expect((await mine(1)).verdict).toBe('could-not-be-checked');
    expect((await mine(2)).verdict).toBe('clean');
  });
});
