// Why: a line that prints an entry shows what the address maps. A PMD may be the address of a table of PTEs instead, and
// then it says nothing.
import { describe, expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { asMachine } from './as-machine.ts';
import { at, background, CHILD, copy, exit, PARENT, page, pin, ro, Trace, touch, unpin } from './synthetic.ts';

const PFN = 0x2000;
const OTHER = 0x4000;
const LONGTERM = 0x101;

/** A present entry; a PMD that maps a huge page has _PAGE_PSE, one that is a table of PTEs has not. */
const entry = (pfn: number, bits = 0xe7n): string =>
  `0x${(0x8000000000000000n + (BigInt(pfn) << 12n) + bits).toString(16)}`;
const table = (pfn: number): string => `0x${((BigInt(pfn) << 12n) + 0x67n).toString(16)}`;
/** pmd_mkinvalid() of it: not present, and so the address is inverted. */
const invalid = (pfn: number): string => `0x${((~(BigInt(pfn) << 12n) & 0xffffffffff000n) + 0xe6n).toString(16)}`;

const LINES = ['thp_split_pmd', 'fork_pmd', 'clear_flush_pmd', 'huge_prot', 'wp_pmd'] as const;

/** A huge page at page 0, whose page 5 is pinned for writing while a line shows the PMD. */
function huge(line: (typeof LINES)[number], pmd: string) {
  const trace = new Trace();
  const app = trace.task('app', 500);
  // a page of its own shows where page frame numbers begin
  background(app, 900, 0x900);
  touch(app, PARENT, 0, PFN, 9);
  pin(app, 5, PFN + 5, { flags: LONGTERM, head: PFN });
  if (line === 'fork_pmd') {
    app.fork_vma({ dst: CHILD, src: PARENT, start: at(0), end: at(512), vmflags: '0x100073' });
    app.fork_pmd({ dst: CHILD, src: PARENT, addr: at(0), pmd });
    app.fork_pmd_ret({ ret: 0 });
    app.fork_vma_ret({ ret: 0 });
    app.sched_process_fork('comm=app pid=500 child_comm=app child_pid=501');
    exit(trace.task('app', 501, 1), CHILD, 501);
  } else if (line === 'wp_pmd') {
    app.wp_pmd({ mm: PARENT, addr: at(0), pmd, flags: '0x1a55' });
    app.wp_pmd_ret({ ret: '0x0' });
  } else app[line]({ mm: PARENT, addr: at(0), pmd, ...(line === 'thp_split_pmd' ? { freeze: 0 } : {}) });
  unpin(app, PFN + 5, PFN);
  exit(app, PARENT, 500);
  return trace;
}

describe.each(LINES)('%s while a page of the huge page is pinned', (line) => {
  it.each([
    ['another huge page', entry(OTHER)],
    ['another huge page, that is being split', invalid(OTHER)],
    ['another huge page with _PAGE_PAT_LARGE', entry(OTHER, 0x10e7n)],
  ])('shows %s: the address maps that', async (_, pmd) => {
    const { said, findings } = await huge(line, pmd).check('6.12');
    expect(said).toContain('warning cow-under-write-pin');
    expect(findings.find(({ rule }) => rule === 'cow-under-write-pin')?.message).toContain('0x4005');
  });

  it.each([
    ['its own page', entry(PFN)],
    ['its own page, that is being split', invalid(PFN)],
    ['a table of PTEs', table(OTHER)],
    ['nothing', '0x0'],
  ])('shows %s: nothing has changed', async (what, pmd) => {
    const { said, verdict } = await huge(line, pmd).check('6.12');
    expect(said.filter((one) => !one.startsWith('note'))).toEqual([]);
    if (!(line === 'wp_pmd' && what === 'nothing')) expect(verdict).toBe('clean');
  });

  it('shows another huge page on arm64: a block', async () => {
    const text = `# pindrift-page-size: 4096\n${asMachine(huge(line, entry(OTHER)).text, { pageBytes: 4096 })}`;
    const report = await check([memoryInput('arm64', text)], { kernel: '6.12' });
    expect(report.findings.map(({ rule }) => rule)).toContain('cow-under-write-pin');
  });

  it('... or a table', async () => {
    const text = asMachine(huge(line, entry(PFN)).text, { pageBytes: 4096 });
    const asTable = text.replace(/pmd=0x[0-9a-f]+/, 'pmd=0x4000003');
    const report = await check([memoryInput('arm64', `# pindrift-page-size: 4096\n${asTable}`)], { kernel: '6.12' });
    expect(report.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
    expect(report.verdict).toBe('clean');
  });
});

describe('ptep_clear_flush() of an entry', () => {
  const cleared = (pfn: number, before?: number) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    touch(app, PARENT, 0, PFN);
    background(app);
    pin(app, 0, PFN, { flags: LONGTERM });
    // __replace_page() of uprobes maps the new page first, replace_page() of KSM too
    if (before !== undefined)
      app.anon_rmap({ folio: page(before), page: page(before), nr: 1, mm: PARENT, addr: at(0), rflags: '0x0' });
    app.clear_flush({ mm: PARENT, addr: at(0), pte: ro(pfn) });
    unpin(app, PFN);
    exit(app, PARENT, 500);
    return trace.check('6.12');
  };

  it('that maps another page than the pinned one: the address maps that', async () => {
    expect((await cleared(OTHER)).said).toEqual(['warning cow-under-write-pin']);
  });

  it('that maps the pinned page', async () => {
    expect((await cleared(PFN)).verdict).toBe('clean');
  });

  it('shows what was there before the page that the line ahead of it maps', async () => {
    const { undecided } = await cleared(PFN, OTHER);
    expect(undecided.filter((one) => one.includes('contradicts'))).toEqual([]);
  });
});

it('what ptep_clear_flush() shows is no longer there: where nothing was known, another page may be mapped', async () => {
  const trace = new Trace();
  const app = trace.task('app', 500);
  touch(app, PARENT, 9, 0x5000);
  copy(app, PARENT, 9, 0x5000, 0x5001);
  pin(app, 9, 0x5001);
  unpin(app, 0x5001);
  // two pages of a file at an address, each mapped around a fault to read, which has no line, and unmapped
  for (const pfn of [0x2000, 0x2100]) {
    app.clear_flush({ mm: PARENT, addr: at(0), pte: ro(pfn) });
    app.fault({ mm: PARENT, addr: at(1), flags: '0x1254' });
  }
  exit(app, PARENT, 500);
  expect(await trace.check('6.12')).toMatchObject({ verdict: 'clean', said: [], undecided: [] });
});
