// Why: a server forks again and again over the same pinned pages. That fork shares one is said once, and costs no more
// with each fork.
import { expect, it } from 'vitest';
import { CHILD, exit, fork, PARENT, pin, Trace, touch } from '../model/synthetic.ts';

it.each([
  ['pin_fast', undefined, 'pinned-page-shared-by-fork'],
  ['gup_fast', 'bio', 'get-across-fork'],
] as const)('%s: one note for each page that many forks share', async (api, owner, rule) => {
  const trace = new Trace();
  const par = trace.task('par', 500);
  touch(par, PARENT, 0, 0x2000);
  pin(par, 0, 0x2000, { api });
  if (owner !== undefined) par.bio_add({ bio: '0xffff888400000000', page: '0xffffea0000080000', len: 4096, off: 0 });
  for (let i = 0; i < 200; i++) {
    fork(par, 500);
    exit(trace.task('chi', 501, 1), CHILD, 501);
  }
  const { findings } = await trace.check('5.10');
  const notes = findings.filter((finding) => finding.rule === rule);
  expect(notes.map(({ evidence }) => evidence.filter(({ role }) => role === 'fork').length)).toEqual([1]);
});
