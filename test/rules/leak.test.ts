// Why: a page that stays pinned for ever is lost to the machine, and nobody else gets to see it: `leak` as a harm of data
// would accuse a kernel of what did not happen.
import { describe, expect, it } from 'vitest';
import { check } from '../../src/program.ts';
import rule from '../../src/rules/pin-leak.ts';
import { at, background, exit, PARENT, page, Trace, touch } from '../model/synthetic.ts';
import { render } from '../report/render.ts';

it('a pin that is never released leaks no data', async () => {
  const report = await check({ name: 'the example', text: rule.meta.examples?.fires ?? '' }, { kernel: '6.12' });
  expect(report.findings).toMatchObject([{ rule: 'pin-leak', severity: 'warning', harm: [] }]);
  expect((await render('pretty', report)).replaceAll(/\s+/g, ' ')).toMatch(
    /^1 warning: a pin that is never released \(/,
  );
});

describe('a buffer of io_uring, whose ring gives it back after the process is gone', () => {
  const story = (seconds: number) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    background(app);
    const register = (vpn: number, pfn: number) => {
      touch(app, PARENT, vpn, pfn);
      app.pin_fast({
        start: at(vpn),
        nr: 1,
        flags: '0x101',
        pages: '0xffff888200000000',
        caller: 'io_pin_pages+0x82/0xf0',
      });
      app.grab_fast({ page: page(pfn), refs: 1, flags: '0x80101', ref: 1 });
      app.grab_fast_ret({ head: page(pfn) });
      app.pin_fast_ret({ ret: 1 });
    };
    register(0, 0x2000);
    app.unpin_folio({ page: page(0x2000), n: 1 });
    register(1, 0x2001);
    exit(app, PARENT, 500);
    trace.sleep(seconds * 1e6);
    const other = trace.task('oth', 600, 1);
    touch(other, '0xffff888100003000', 0, 0x2005);
    exit(other, '0xffff888100003000', 600);
    return trace.check('6.12');
  };

  it('is not overdue at the end of a trace that ends then', async () => {
    const { verdict, said } = await story(0);
    expect([verdict, ...said]).toEqual(['could-not-be-checked', 'note pin-leak']);
  });

  it('has leaked if it is not given back for seconds', async () => {
    expect((await story(2)).said).toEqual(['warning pin-leak']);
  });
});
