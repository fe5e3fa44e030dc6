// Why: a FOLL_GET reference that no bio and no pipe has ends by put_page(), which leaves no line. It may have ended before
// its page was copied, which a right kernel does then; so no error rests on it. A bio's is held until the bio ends.
import { expect, it } from 'vitest';
import { at, copy, exit, PARENT, page, pin, swapIn, swapOut, Trace, touch, type Writer } from '../model/synthetic.ts';

const OLD = 0x2000;
const NEW = 0x3000;
const BIO = '0xffff888400000000';

type Change = (app: Writer, kswapd: Writer) => void;

const CHANGES: readonly (readonly [string, Change])[] = [
  [
    'swapin-cow-under-pin',
    (app, kswapd) => {
      swapOut(kswapd, 0, OLD);
      swapIn(app, 0, OLD, true, false);
    },
  ],
  ['wrprotect-then-cow', (app) => app.cprot({ mm: PARENT, start: at(0), end: at(1), cp: '0x0', prot: '0x25' })],
  ['soft-dirty-then-cow', (app) => app.soft_dirty({ mm: PARENT, start: at(0), end: at(1) })],
];

async function told(rule: string, change: Change, inBio: boolean) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, OLD);
  pin(app, 0, OLD, { api: 'gup_fast', caller: 'drv_map+0x10/0x80' });
  const whole = { page: page(OLD), len: 4096, off: 0 };
  if (inBio) {
    app.bio_add({ bio: BIO, ...whole });
    app.bio_submit({ bio: BIO, p0: page(OLD), size: 4096, opf: '0x0', sector: 8, l0: 4096, o0: 0, vcnt: 1 });
  }
  change(app, trace.task('kswapd0', 40, 1));
  app.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
  copy(app, PARENT, 0, OLD, NEW);
  if (inBio) {
    const idle = trace.task('<idle>', 0, 1, '..s1.');
    idle.bio_end({ bio: BIO, status: 0 });
    idle.bio_release({ bio: BIO, dirty: 1, bflags: '0x100', p0: page(OLD), vcnt: 1 });
  }
  exit(app, PARENT, 500);
  const { findings } = await trace.check('6.12');
  return findings.filter((f) => f.rule === rule).map(({ severity, confidence }) => `${severity} ${confidence}`);
}

it.each(CHANGES)(
  '%s: an error where a bio has the page, no more than a warning where nobody is seen to',
  async (rule, change) => {
    expect(await told(rule, change, true)).toEqual(['error certain']);
    expect(await told(rule, change, false)).toEqual(['warning medium']);
  },
);
