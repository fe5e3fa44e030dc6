// Why: who unmapped a pinned page is said only as far as the trace shows it. A thread of the kernel runs in no process; a
// task of which no line shows where it runs may be a thread of the one that pinned.
import { describe, expect, it } from 'vitest';
import { at, CHILD, exit, PARENT, page, pin, Trace, touch, unpin, wpFault } from '../model/synthetic.ts';

const PFN = 0x2000;
const NEW = 0x2043;

/** What is said of a pinned page of a file that a task unmaps; `then`: what is mapped there again. */
async function unmapped(comm: string, pid: number, then: 'another page' | 'the same' | 'nothing') {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const mapFile = (pfn: number) => {
    app.fault({ mm: PARENT, addr: at(0), flags: '0x255' });
    app.file_map({ page: page(pfn), mm: PARENT, addr: at(0), cow: 0 });
  };
  mapFile(PFN);
  touch(app, PARENT, 7, PFN + 7);
  wpFault(app, PARENT, 7, PFN + 7);
  app.wp_fault_ret({ ret: '0x0' });
  if (comm === 'lmkd') touch(trace.task(comm, pid, 1), CHILD, 7, 0x7000);
  pin(app, 0, PFN, { flags: 0x101 });
  trace.task(comm, pid, 1).zap({ mm: PARENT, start: at(0), end: at(1) });
  if (then !== 'nothing') mapFile(then === 'the same' ? PFN : NEW);
  unpin(app, PFN);
  exit(app, PARENT, 500);
  const { findings, verdict } = await trace.check('6.12');
  const [f] = findings.filter(({ rule }) => rule === 'user-unmapped-pinned-range');
  return f === undefined ? verdict : `${f.severity} ${f.confidence}: ${f.message.replace(/pfn 0x\w+/g, 'P')}`;
}

const KERNEL = 'a kernel thread unmapped the pinned page P';
const OTHER = 'another process unmapped the pinned page P';
const ITSELF = 'the process itself unmapped the pinned page P';
const EITHER = 'the process itself or another one (no line shows which) unmapped the pinned page P';
const GONE = 'nothing was mapped there again';
const MAPS = 'the address now maps P';

describe('a pinned page that was unmapped', () => {
  it.each([
    ['kworker/1:0', 77, `warning certain: ${KERNEL}; ${MAPS}`, `note certain: ${KERNEL}; ${GONE}`],
    ['oom_reaper', 45, `warning certain: ${KERNEL}; ${MAPS}`, `note certain: ${KERNEL}; ${GONE}`],
    ['loop0', 78, `note medium: ${EITHER}; ${MAPS}`, `note medium: ${EITHER}; ${GONE}`],
    ['lmkd', 700, `warning certain: ${OTHER}; ${MAPS}`, `note certain: ${OTHER}; ${GONE}`],
    ['app', 500, `note certain: ${ITSELF}; ${MAPS}`, `note certain: ${ITSELF}; ${GONE}`],
    ['pool', 501, `note medium: ${EITHER}; ${MAPS}`, `note medium: ${EITHER}; ${GONE}`],
  ])('... by %s', async (comm, pid, replaced, gone) => {
    expect(await unmapped(comm, pid, 'another page')).toBe(replaced);
    expect(await unmapped(comm, pid, 'nothing')).toBe(gone);
  });

  it('... and mapped again is not gone', async () => {
    expect(await unmapped('app', 500, 'the same')).toBe('clean');
  });
});
