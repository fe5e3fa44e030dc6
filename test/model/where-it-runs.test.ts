// Why: GUP-fast names no address space. In a ring buffer that has wrapped, a thread's own faults may be gone, and what shows
// where it runs is that the call goes on: internal_get_user_pages_fast() calls __get_user_pages() for current->mm.
import { describe, expect, it } from 'vitest';
import { at, copy, exit, PARENT, page, pin, Trace, touch, unpin, type Writer } from './synthetic.ts';

const PFN = 0x2000;
const NEW = 0x4000;

/** A thread of which no line shows where it runs, and another one. */
function start() {
  const trace = new Trace();
  const app = trace.task('app', 500);
  const unknown = trace.task('app', 502, 1);
  touch(app, PARENT, 900, 0x900);
  copy(app, PARENT, 900, 0x900, 0x901);
  exit(trace.task('init', 1), '0xffff888100009000', 1);
  touch(app, PARENT, 0, PFN);
  touch(app, PARENT, 1, PFN + 1);
  return { trace, app, unknown };
}

const grabs = (t: Writer, vpn: number, nr: number): void => {
  t.pin_fast({ start: at(vpn), nr, flags: '0x1', pages: '0xffff888200000000' });
  t.gup_lockless({ start: at(vpn), nr, flags: '0x80001', pages: '0xffff888200000000' });
  t.grab_fast({ page: page(PFN + vpn), refs: 1, flags: '0x80001', ref: 1 });
  t.grab_fast_ret({ head: page(PFN + vpn) });
};

const goesOn = (t: Writer, vpn: number): void => {
  t.gup_slow({ mm: PARENT, start: at(vpn), nr: 1, flags: '0x290001', pages: '0xffff888200000008' });
  t.grab_slow({ page: page(PFN + vpn), refs: 1, flags: '0x290001', ref: 1 });
  t.gup_slow_ret({ ret: 1 });
};

const ends = (t: Writer, nr: number): void => {
  t.gup_lockless_ret({ ret: nr });
  t.pin_fast_ret({ ret: nr });
};

const zapped = (t: Writer): void => {
  t.zap({ mm: PARENT, start: at(0), end: at(1) });
  touch(t, PARENT, 0, NEW);
};

async function said({ trace, app }: ReturnType<typeof start>) {
  unpin(trace.task('app', 502, 1), PFN);
  exit(app, PARENT, 500);
  const { findings } = await trace.check('6.12');
  return findings.map(({ rule, severity, pin: { mm } }) => `${severity} ${rule} ${mm}`);
}

const USER = [`note user-unmapped-pinned-range ${PARENT}`];

describe('a call that goes on with __get_user_pages() shows where its task runs', () => {
  it('so that what happens to the pins of its next one is known', async () => {
    const made = start();
    const { app, unknown } = made;
    grabs(unknown, 1, 1);
    goesOn(unknown, 1);
    ends(unknown, 1);
    unpin(unknown, PFN + 1);
    pin(unknown, 0, PFN);
    zapped(app);
    expect(await said(made)).toEqual(USER);
  });

  it('... and what was unmapped in the same call before that line', async () => {
    const made = start();
    const { app, unknown } = made;
    grabs(unknown, 0, 2);
    app.zap({ mm: PARENT, start: at(0), end: at(1) });
    goesOn(unknown, 1);
    ends(unknown, 2);
    touch(app, PARENT, 0, NEW);
    unpin(unknown, PFN + 1);
    expect(await said(made)).toEqual(USER);
  });

  it('... and after an earlier call', async () => {
    const made = start();
    const { app, unknown } = made;
    grabs(unknown, 0, 1);
    ends(unknown, 1);
    app.zap({ mm: PARENT, start: at(0), end: at(1) });
    grabs(unknown, 1, 1);
    goesOn(unknown, 1);
    ends(unknown, 1);
    touch(app, PARENT, 0, NEW);
    unpin(unknown, PFN + 1);
    expect(await said(made)).toEqual(USER);
  });
});
