// Why: what is read-only already cannot be made read-only: if a page was shared when it was pinned for reading, the next
// write copies it whatever happened to the protection of its address.
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
  swapIn,
  swapOut,
  Trace,
  touch,
  unpin,
  type Writer,
} from '../model/synthetic.ts';

const PFN = 0x2000;

const PROTECT: Record<string, (t: Writer) => void> = {
  mprotect: (t) => {
    t.cprot({ mm: PARENT, start: at(0), end: at(16), cp: '0x0', prot: '0x8000000000000025' });
    t.cprot({ mm: PARENT, start: at(0), end: at(16), cp: '0x0', prot: '0x8000000000000027' });
  },
  'soft-dirty': (t) => t.soft_dirty({ mm: PARENT, start: at(0), end: at(16) }),
  'a swap': (t) => {
    swapOut(t, 0, PFN);
    swapIn(t, 0, PFN, false, false);
  },
};

async function rules(isShared: boolean, protect: string) {
  const trace = new Trace();
  const par = trace.task('par', 500);
  touch(par, PARENT, 0, PFN);
  if (isShared) fork(par, 500);
  pin(par, 0, PFN, { api: 'gup_fast', flags: 0, caller: 'iov_iter_get_pages2+0x1/0x2' });
  PROTECT[protect]?.(par);
  copy(par, PARENT, 0, PFN, 0x3000);
  par.pipe_release({ page: page(PFN), pipe: '0xffff888200000000' });
  if (isShared) exit(trace.task('chi', 501, 1), CHILD, 501);
  exit(par, PARENT, 500);
  return (await trace.check('6.12')).said;
}

it.each(Object.keys(PROTECT))('%s takes nothing away from a page that is shared already', async (protect) => {
  expect(await rules(true, protect)).toEqual(['note stale-read-pin']);
  expect(await rules(false, protect)).not.toContain('note stale-read-pin');
});

const NON_ANONYMOUS: Record<string, (t: Writer) => void> = {
  'a page of a file': (t) => {
    t.fault({ mm: PARENT, addr: at(0), flags: '0x1254' });
    t.file_map({ mm: PARENT, addr: at(0), page: page(PFN), cow: '0x0' });
  },
  // as the zero page is
  'a page that no line has mapped': () => {},
};

it.each(
  Object.keys(NON_ANONYMOUS).flatMap((what) => ['mprotect', 'soft-dirty', 'fork'].map((how) => [how, what] as const)),
)('%s takes nothing away from %s', async (how, what) => {
  const trace = new Trace();
  const par = trace.task('par', 500);
  touch(par, PARENT, 9, 0x7000);
  NON_ANONYMOUS[what]?.(par);
  pin(par, 0, PFN, { flags: 0 });
  PROTECT[how]?.(par);
  if (how === 'fork') fork(par, 500);
  copy(par, PARENT, 0, PFN, 0x3000);
  unpin(par, PFN);
  if (how === 'fork') exit(trace.task('chi', 501, 1), CHILD, 501);
  exit(par, PARENT, 500);
  const { said } = await trace.check('7.2');
  if (what.includes('file')) expect(said).toEqual(['note ro-longterm-pin-on-nonanon-private']);
  else expect(said.filter((one) => !one.startsWith('note'))).toEqual([]);
});
