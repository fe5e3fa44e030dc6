// Why: the zero page is mapped read-only, and every write replaces it. Whatever happened to its address before took
// nothing away, and nothing is promised of a pin of it that is not FOLL_LONGTERM.
import { expect, it } from 'vitest';
import {
  at,
  CHILD,
  copy,
  exit,
  fork,
  PARENT,
  page,
  pin,
  Trace,
  touch,
  unpin,
  type Writer,
} from '../model/synthetic.ts';

const ZERO = 0x1a2b;
const NEW = 0x3000;

const BEFORE: Record<string, (t: Writer) => void> = {
  mprotect: (t) => t.cprot({ mm: PARENT, start: at(0), end: at(16), cp: '0x0', prot: '0x8000000000000025' }),
  fork: (t) => fork(t, 500),
};

/** The entry of the zero page is special; on 6.12 it is printed so. */
const entry = `0x${(0x8000000000000225n + (BigInt(ZERO) << 12n)).toString(16)}`;

/** Two threads read what was never written, one of them by a pin. */
async function written(before: string, pte: string | undefined) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const thread = trace.task('app', 502, 1);
  touch(app, PARENT, 9, 0x2009);
  copy(app, PARENT, 9, 0x2009, NEW + 9);
  exit(trace.task('init', 1), '0xffff888100009000', 1);
  touch(thread, PARENT, 10, 0x200a);
  pin(app, 10, 0x200a);
  unpin(app, 0x200a);
  // the first pin shows what is mapped there
  pin(app, 0, ZERO, { flags: 0 });
  unpin(app, ZERO);
  BEFORE[before]?.(app);
  pin(app, 0, ZERO, { flags: 0 });
  if (pte === undefined) copy(thread, PARENT, 0, ZERO, NEW);
  else {
    thread.wp_fault({ mm: PARENT, addr: at(0), pte, flags: '0x1a55' });
    thread.new_anon({ page: page(NEW), mm: PARENT, addr: at(0), head: 0, order: 0, rflags: '0x1' });
    thread.wp_fault_ret({ ret: '0x0' });
  }
  unpin(app, ZERO);
  if (before === 'fork') exit(trace.task('chi', 501, 1), CHILD, 501);
  exit(app, PARENT, 500);
  return (await trace.check('6.12')).said;
}

it.each(Object.keys(BEFORE))('after %s, a write replaces the zero page that is pinned for reading', async (before) => {
  expect(await written(before, entry)).toEqual(['note ro-longterm-pin-on-nonanon-private']);
});

it.each(Object.keys(BEFORE))('after %s, ... or what may be it', async (before) => {
  expect((await written(before, undefined)).filter((said) => !said.startsWith('note'))).toEqual([]);
});

it.each([
  { of: '', flags: 0, is: 'note' },
  { of: ' with FOLL_LONGTERM', flags: 0x100, is: 'warning' },
])('a read pin$of of what may be the zero page, of whose first write no line is left: a $is', async ({ flags, is }) => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 9, 0x2009);
  copy(app, PARENT, 9, 0x2009, NEW + 9);
  app.zap({ mm: PARENT, start: at(20), end: at(21) });
  exit(trace.task('init', 1), '0xffff888100009000', 1);
  pin(app, 0, ZERO, { flags });
  touch(app, PARENT, 0, NEW);
  unpin(app, ZERO);
  exit(app, PARENT, 500);
  expect((await trace.check('6.12')).said).toEqual([`${is} pinned-page-replaced`]);
});
