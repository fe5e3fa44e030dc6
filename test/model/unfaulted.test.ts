// Why: uprobes replace a page of another process without a fault, up to v6.14 also one that is pinned (__replace_page()).
import { expect, it } from 'vitest';
import { at, background, exit, PARENT, page, pin, ro, Trace, touch, unpin } from './synthetic.ts';

const PFN = 0x2000;
const NEW = 0x3000;

it.each([
  ['perf', 'without a fault'],
  ['app', 'a fault mapped another page'],
])('a new page is mapped by %s', async (by, words) => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const perf = trace.task('perf', 700, 1);
  perf.fault({ mm: '0xffff888100009000', addr: at(0), flags: '0x1254' });
  touch(app, PARENT, 0, PFN);
  background(app);
  pin(app, 0, PFN, { flags: 0x100 });
  if (by === 'app') touch(app, PARENT, 0, NEW);
  else {
    perf.new_anon({ page: page(NEW), mm: PARENT, addr: at(0), head: 0, order: 0, rflags: '0x1' });
    perf.clear_flush({ mm: PARENT, addr: at(0), pte: ro(PFN) });
  }
  unpin(app, PFN);
  exit(app, PARENT, 500);
  const { findings } = await trace.check('6.12');
  expect(findings.map(({ confidence, rule, severity }) => `${severity} ${confidence} ${rule}`)).toEqual([
    'warning medium pinned-page-replaced',
  ]);
  expect(findings[0].message).toContain(words);
});
