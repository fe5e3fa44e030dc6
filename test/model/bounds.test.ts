// Why: traces come from strangers. Work and memory follow what a trace shows, not what its lines claim.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SHAPES, textOf } from '../../bench/shapes.ts';
import { check } from '../../src/engine/check.ts';
import { at, PARENT, page, Trace } from './synthetic.ts';

const folder = mkdtempSync(join(tmpdir(), 'pindrift-bounds-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(name: string, events: number) {
  const path = join(folder, 'trace.txt');
  writeFileSync(path, [...textOf(SHAPES[name], events)].join(''));
  return check([path], { workers: 1 });
}

describe('a trace of any shape ends', () => {
  for (const name of Object.keys(SHAPES))
    it(name, async () => {
      const report = await run(name, 6000);
      expect(report.findings.filter((f) => f.severity === 'error')).toEqual([]);
      if (name === 'claims') expect(report.verdict).not.toBe('clean');
    }, 60_000);
});

// an exec's arguments, a read over 9p on 5.10: the release is an inlined put_page()
it('of references that nobody owns and whose release no line shows, the newest are followed', async () => {
  const trace = new Trace();
  const server = trace.task('server', 100);
  for (let i = 0; i < 40; i++) {
    server.gup_fast({ start: at(i * 512), nr: 512, flags: '0x1', pages: `0xffff8880000${i + 10}000` });
    server.grab_fast({ page: page(0x1000 + i * 512), refs: 512, flags: '0x5', ref: 512 });
    server.gup_fast_ret('ret=512');
  }
  const path = join(folder, 'trace.txt');
  writeFileSync(path, `# tracer: nop\n${trace.text}`);
  const { traces, verdict, rules } = await check([path], { workers: 1, kernel: '5.10' });
  expect(traces[0].pins).toMatchObject({ seen: 20_480, released: 0, presumed: 4097, open: 20_480 - 4097 });
  expect(verdict).toBe('could-not-be-checked');
  expect(JSON.stringify(rules)).toContain('no release was recorded for 20,480 pins');
}, 60_000);

describe('a gigantic page that is given back in parts', () => {
  const PAGES = 1 << 17;
  const PARTS = 64;
  const FOLIO = 0x40000;
  type Part = Readonly<[line: string, fields: (i: number) => Record<string, string | number>]>;
  const ranges: Part = ['unpin_range', (i) => ({ page: page(FOLIO + i * (PAGES / PARTS)), n: PAGES / PARTS })];
  const arrays: Part = ['unpin_pages', () => ({ pages: '0xffff888200000000', n: PAGES / PARTS, p0: page(FOLIO) })];
  const folios: Part = ['put_folio', () => ({ page: page(FOLIO), refs: PAGES / PARTS })];
  it.each<[string, boolean, Part]>([
    ['ranges', true, ranges],
    ['ranges, in an unknown address space', false, ranges],
    ['arrays, in an unknown address space', false, arrays],
    ['references of the folio', true, folios],
  ])(
    'by %s',
    async (_, isKnown, [line, fields]) => {
      const trace = new Trace();
      const app = trace.task('app', 100);
      if (isKnown) app.fault({ mm: PARENT, addr: at(0), flags: '0x1255' });
      app.pin_fast({ start: at(0), nr: PAGES, flags: '0x1', pages: '0xffff888200000000' });
      app.grab_fast({ page: page(FOLIO), refs: PAGES, flags: '0x80001' });
      app.pin_fast_ret(`ret=${PAGES}`);
      for (let i = 0; i < PARTS; i++) app[line](fields(i));
      const path = join(folder, 'trace.txt');
      writeFileSync(path, `# tracer: nop\n${trace.text}`);
      const { traces } = await check([path], { workers: 1 });
      expect(traces[0].pins?.seen).toBeGreaterThanOrEqual(PAGES);
    },
    60_000,
  );
});

describe('claims', () => {
  const PIN = (
    nr: string,
  ) => `             scn-222     [001] .....     1.000014: pin_fast: (pin_user_pages_fast+0x4/0x60) start=0x7f0000000000 nr=${nr} flags=0x1 pages=0xffffd21e40b67a78
             scn-222     [001] .....     1.000021: gup_lockless: (gup_fast_fallback+0x0/0xe00) start=0x7f0000000000 nr=${nr} flags=0x80001 pages=0xffffd21e40b67a78
             scn-222     [001] .....     1.000028: grab_fast: (try_grab_folio_fast+0x0/0x170) page=0xfffff997c0000140 refs=1 flags=0x80001
             scn-222     [001] .....     1.000035: gup_lockless_ret: (pin_user_pages_fast+0x4b/0x60 <- gup_fast_fallback) ret=${nr}
             scn-222     [001] .....     1.000042: pin_fast_ret: (iov_iter_extract_pages+0xf7/0x890 <- pin_user_pages_fast) ret=${nr}
`;
  const FAULT = `             scn-222     [001] .....     1.000007: fault: (handle_mm_fault+0x4/0x2c0) mm=0xffff8c7ec0ffc200 addr=0x7f0000000000 flags=0x1354
`;
  const all = async (text: string) => {
    const path = join(folder, 'trace.txt');
    writeFileSync(path, `# tracer: nop\n${FAULT}${text}`);
    return check([path], { workers: 1 });
  };

  it('of billions of pages, a bounded number is followed and the rest is said', async () => {
    const report = await all(PIN('2147483648').repeat(20));
    expect(report.traces[0].pins?.seen).toBeLessThan(280_000);
    expect(JSON.stringify(report.rules)).toMatch(/lines mention [\d,]+ pages that nothing else in the trace shows/);
  }, 60_000);

  it.each([
    ['more pages are returned than asked for', PIN('1').replace(/ret=1\n$/, 'ret=262144\n')],
    [
      'more pages are asked for than there are',
      PIN('18446744073709551615').replaceAll('ret=18446744073709551615', 'ret=1'),
    ],
    ['an error is an address space', FAULT.replace('0xffff8c7ec0ffc200', '0xffffffffffffffff')],
    [
      'a range ends before it begins',
      FAULT.replace(
        /fault: .*/,
        'zap: (unmap_page_range+0x0/0x1150) mm=0xffff8c7ec0ffc200 start=0x7f0000002000 end=0x1000',
      ),
    ],
  ])('where %s, no rule rests on it', async (_, text) => {
    const { rules, verdict } = await all(text);
    expect(verdict).not.toBe('clean');
    expect(JSON.stringify(rules)).toMatch(/lines? ha(?:s a number|ve numbers) that no kernel prints there/);
  });

  it.each([
    'bio_add: (__bio_add_page+0x4/0x50) bio=0xffff89e5c0350f40 page=0xfffff997c0000140 len=18446744073709551615 off=4294967295',
    'bio_submit: (submit_bio+0x4/0xe0) bio=0xffff89e5c0350f40 opf=0x0 bflags=0x0 sector=1 size=4294967295 vcnt=1 p0=0xfffff997c0000140 l0=4294967295 o0=4294967295',
    'unpin_range: (unpin_user_page_range_dirty_lock+0x4/0xf0) page=0xfffff997c0000140 n=18446744073709551615 dirty=1',
    'zap: (unmap_page_range+0x0/0x1150) mm=0xffff8c7ec0ffc200 start=0xfffffffffffff000 end=0x0',
    'zap: (unmap_page_range+0x0/0x1150) mm=0xffff8c7ec0ffc200 start=0x0 end=0x7fffffffffffffff',
    'mremap: (move_page_tables+0x0/0xf30) mm=0xffff8c7ec0ffc200 old=0x0 new=0x1000 len=0x7fffffffffffffff',
    'fork_vma: (copy_page_range+0x4/0xc00) dst=0xffff8c7ec0ffc600 src=0xffff8c7ec0ffc200 start=0x0 end=0xffffffffffffffff vmflags=0x73',
    'anon_rmap: (folio_add_anon_rmap_ptes+0x4/0x100) folio=0xfffff997c0000140 page=0xfffff997c0000140 nr=2147483647 mm=0xffff8c7ec0ffc200 addr=0x7f0000000000 rflags=0x1',
    'new_anon: (folio_add_new_anon_rmap+0x4/0x180) page=0xfffff997c0000140 mm=0xffff8c7ec0ffc200 addr=0x7f0000000000 head=1 order=60 rflags=0x1',
  ])(
    '%s',
    async (line) => {
      const one = `             scn-222     [001] .....     1.000049: ${line}\n`;
      const report = await all(PIN('1') + one.repeat(300));
      expect(report.verdict).not.toBe('clean');
    },
    20_000,
  );
});
