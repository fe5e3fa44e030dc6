// Why: what an unmapped page was pinned through maps nothing, so that nothing is copied or moved from there; and who has
// unmapped it may be shown by a later line only.
import { describe, expect, it } from 'vitest';
import { at, CHILD, exit, fork, PARENT, page, pin, Trace, touch, unpin } from './synthetic.ts';

const PFN = 0x2000;
const NEXT = 0x3000;
const OTHER = '0xffff888100003000';
const LONGTERM = 0x101;

/** Page 0 is pinned, and unmapped by its process. */
function unmapped() {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 0, PFN);
  pin(app, 0, PFN, { flags: LONGTERM });
  app.zap({ mm: PARENT, start: at(0), end: at(1) });
  const end = () => {
    unpin(app, PFN);
    exit(app, PARENT, 500);
    return trace.check('6.12');
  };
  return { trace, app, end };
}

describe('a pinned page that its process has unmapped', () => {
  it('is not shared by fork', async () => {
    const { trace, app, end } = unmapped();
    fork(app, 500);
    exit(trace.task('app', 501), CHILD, 501);
    expect((await end()).said).toEqual(['note user-unmapped-pinned-range']);
  });

  it('is not moved by mremap(): what is mapped at its address later is another page', async () => {
    const { app, end } = unmapped();
    app.mremap({ mm: PARENT, old: at(0), new: at(32), len: '0x1000' });
    touch(app, PARENT, 0, NEXT);
    const { findings, said } = await end();
    expect(said).toEqual(['note user-unmapped-pinned-range']);
    expect(findings[0].mapping?.pfn).toBe('0x3000');
  });

  it('is not moved with the page that was mapped there since', async () => {
    const { app, end } = unmapped();
    touch(app, PARENT, 0, NEXT);
    app.mremap({ mm: PARENT, old: at(0), new: at(32), len: '0x1000' });
    expect((await end()).said).toEqual(['note user-unmapped-pinned-range']);
  });

  it('... but is where it was not unmapped', async () => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, PFN);
    pin(app, 0, PFN, { flags: LONGTERM });
    app.zap({ mm: PARENT, start: at(1), end: at(2) });
    app.mremap({ mm: PARENT, old: at(0), new: at(32), len: '0x1000' });
    unpin(app, PFN);
    exit(app, PARENT, 500);
    expect((await trace.check('6.12')).said).toEqual(['note moved-pinned-range']);
  });
});

describe('a task of which no line came before unmaps a pinned page, and another is mapped there', () => {
  const by = async (where: 'elsewhere' | 'there' | 'never said' | 'elsewhere, later', kind: 'file' | 'anon') => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const cleaner = trace.task('cleaner', 700, 1);
    touch(app, PARENT, 9, PFN + 9);
    const maps = (pfn: number) => {
      app.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
      if (kind === 'file') app.file_map({ mm: PARENT, addr: at(0), page: page(pfn), cow: 0 });
      else app.new_anon({ page: page(pfn), mm: PARENT, addr: at(0), head: 0, order: 0, rflags: '0x1' });
    };
    const says = (mm: string) => cleaner.fault({ mm, addr: at(64), flags: '0x1255' });
    maps(PFN);
    pin(app, 0, PFN, { flags: LONGTERM });
    cleaner.zap({ mm: PARENT, start: at(0), end: at(1) });
    if (where === 'elsewhere') says(OTHER);
    if (where === 'there') says(PARENT);
    maps(NEXT);
    if (where === 'elsewhere, later') says(OTHER);
    unpin(app, PFN);
    exit(app, PARENT, 500);
    return trace.check('6.12');
  };

  it('of which a later line shows that it is another process', async () => {
    const { said, findings } = await by('elsewhere', 'file');
    expect(said).toEqual(['warning user-unmapped-pinned-range']);
    expect(findings[0].message).toContain('another process unmapped');
  });

  it('of which a later line shows that it is a thread of the process', async () => {
    const { said, undecided, findings } = await by('there', 'file');
    expect(said).toEqual(['note user-unmapped-pinned-range']);
    expect(findings[0].message).toContain('the process itself unmapped');
    expect(undecided.join()).not.toContain('belongs to the process');
  });

  it.each(['never said', 'elsewhere, later'] as const)(
    '%s: it may have been another, where it is of a file',
    async (where) => {
      const { said, undecided } = await by(where, 'file');
      expect(said).toEqual(['note user-unmapped-pinned-range']);
      expect(undecided.join()).toContain('whether the task that unmapped belongs to the process');
    },
  );

  it('an anonymous page is unmapped by its own process', async () => {
    const { said, undecided } = await by('never said', 'anon');
    expect(said).toEqual(['note user-unmapped-pinned-range']);
    expect(undecided.join()).not.toContain('belongs to the process');
  });
});
