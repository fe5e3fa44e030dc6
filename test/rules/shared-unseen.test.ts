// Why: a write fault keeps a page that is exclusive, whatever has protected it (do_wp_page(), since v5.19). Where nobody
// records what shares pages, a change of protection need not be why it was copied.
import { expect, it } from 'vitest';
import { at, copy, exit, PARENT, pin, Trace, touch, unpin, type Writer } from '../model/synthetic.ts';

const OLD = 0x2000;
const NEW = 0x3000;

async function told(before: (app: Writer) => void) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, OLD);
  before(app);
  pin(app, 0, OLD);
  app.cprot({ mm: PARENT, start: at(0), end: at(1), cp: '0x0', prot: '0x25' });
  app.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
  copy(app, PARENT, 0, OLD, NEW);
  unpin(app, OLD);
  exit(app, PARENT, 500);
  const { findings } = await trace.check('6.12');
  return findings.map(({ rule, severity, confidence }) => `${severity} ${confidence} ${rule}`);
}

it('mprotect() is the cause where the process has forked nobody', async () => {
  expect(await told(() => {})).toEqual(['error certain wrprotect-then-cow']);
});

it('... perhaps not, where it has forked, and no line shows what was shared', async () => {
  const forks = (app: Writer) => app.fork_vma_ret({ ret: 0 });
  expect(await told(forks)).toEqual(['warning low wrprotect-then-cow']);
});

it('... nor where a page was swapped in, and no line shows whether as exclusive', async () => {
  const swaps = (app: Writer) => {
    app.swap_in({ mm: PARENT, addr: at(9), pte: '0x7fffffffffff00a', flags: '0x1254' });
    app.swap_in_ret({ ret: '0x0' });
  };
  expect(await told(swaps)).toEqual(['warning low wrprotect-then-cow']);
});
