// The same history on other machines: pages of 16K and 64K, entries of arm64, a `struct page` of another size, pointers
// that tell no architecture. What is said must be the same, or nothing.
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../src/contract/report.ts';
import { check } from '../../src/engine/check.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { asMachine } from './as-machine.ts';
import { exit, Trace } from './synthetic.ts';

const read = (name: string): string => {
  const packed = `fixtures/${name}/trace.txt.gz`;
  return existsSync(packed)
    ? gunzipSync(readFileSync(packed)).toString('latin1')
    : readFileSync(`fixtures/${name}/trace.txt`, 'latin1');
};

const said = ({ findings }: CheckReport, by = 1) =>
  findings.map(({ rule, severity, confidence, pin }) => ({
    ...{ rule, severity, confidence, pfn: pin.pfn },
    address: pin.address === undefined ? undefined : Number(pin.address) * by,
  }));

/** Entries of s390x are not decoded. */
const PTE = / (?:pte|pmd)=0x[0-9a-f]+/g;

/** Objects are where they are in memory, `struct page` above all memory. */
const fromZero = (text: string): string =>
  text
    .replaceAll(PTE, '')
    .replace(/(?<=(?:page|folio|head|p[0-3]|kpage|ret)=)0xff[0-9a-f]{6}([0-9a-f]{8})\b/g, '0x372$1')
    .replace(/0xffff[0-9a-f]{4}([0-9a-f]{8})\b/g, '0x$1');

const CAPTURES = [
  '6.1/odirect_read_fork.ft',
  '6.1/odirect_read_swap.ft',
  '6.1/vmsplice_child_leak.ft',
  '6.12/odirect_read_swap.ft',
  '5.10/odirect_read_swap.ft',
  '5.10/iouring_fixed_fork.ft',
  '6.12/iouring_fixed_munmap.ft',
].filter((name) => existsSync(`fixtures/${name}`));

describe.each(CAPTURES)('%s on another machine', (name) => {
  const text = read(name);

  it.each([4096, 16384, 65536])('arm64 with pages of %i bytes', async (pageBytes) => {
    const whole = await check([memoryInput('x86', text)]);
    const other = await check([memoryInput('arm64', asMachine(text, { pageBytes }))]);
    expect(said(other)).toEqual(said(whole, pageBytes / 4096));
    expect(other.verdict).toBe(whole.verdict);
  });

  it('the page size is taken from the header', async () => {
    const whole = await check([memoryInput('x86', text)]);
    const head = '# pindrift-machine: aarch64\n# pindrift-page-size: 65536\n';
    const other = await check([memoryInput('arm64', head + asMachine(text, { pageBytes: 65536 }))]);
    expect(said(other)).toEqual(said(whole, 16));
  });

  it.each([56, 72, 80])('struct page of %i bytes', async (structPage) => {
    const whole = await check([memoryInput('x86', text)]);
    const other = await check([
      memoryInput('other', asMachine(text, { pageBytes: 4096, structPage, slab: 'ffff8880' })),
    ]);
    const plain = (report: CheckReport) => said(report).map(({ pfn: _, ...rest }) => rest);
    expect(plain(other)).toEqual(plain(whole));
  });

  it.each([47, 51])('memory is encrypted, which bit %i of every entry says (SME, SEV)', async (bit) => {
    const vmemmap = /vmemmap=0x[0-9a-f]+/.exec(text)?.[0];
    // the line that shows where pfn 0 is comes first
    const first = `             x-77      [000] d...     0.000001: mm_exit: (exit_mmap+0x0/0x1) mm=0xffff888000000000 ${vmemmap}\n`;
    const entry = (pte: string) =>
      BigInt(pte) % 2n === 0n ? pte : `0x${(BigInt(pte) | (1n << BigInt(bit))).toString(16)}`;
    const plain = text.replace(/^(?=[^#])/m, first);
    const whole = await check([memoryInput('plain', plain)]);
    const other = await check([memoryInput('encrypted', plain.replace(/(?<=pte=)0x[0-9a-f]+/g, entry))]);
    expect(said(other)).toEqual(said(whole));
    expect(other.verdict).toBe(whole.verdict);
  });

  it.each(['', '# pindrift-machine: s390x\n'])('addresses of the kernel that begin at 0 (s390x) %j', async (head) => {
    const other = await check([memoryInput('s390x', head + fromZero(text))]);
    const whole = await check([memoryInput('x86', text.replaceAll(PTE, ''))]);
    const plain = (report: CheckReport) => said(report).map(({ pfn: _, ...rest }) => rest);
    expect(plain(other)).toEqual(plain(whole));
    expect(other.verdict).toBe(whole.verdict);
  });
});

describe('a short trace of arm64 without a header', () => {
  const MM = '0xffff000080001000';
  const CHILD_MM = '0xffff000080002000';
  const START = 0x400000000000;
  const struct = (pfn: number) => `0x${(0xfffffdffc0000000n + BigInt(pfn) * 64n).toString(16)}`;

  /** One pin is held while the process forks and writes to its pages, or all of them have been given back. */
  const story = async (bytes: number, pages: number, held: boolean, offset: number) => {
    const trace = new Trace();
    const app = trace.task('app', 500);
    const hex = (n: number) => `0x${n.toString(16)}`;
    const where = (i: number) => hex(START + i * bytes);
    const map = (i: number, pfn: number) =>
      app.new_anon({ page: struct(pfn), mm: MM, addr: where(i), head: 0, order: 0, rflags: '0x1' });
    const all = [...Array(pages).keys()];
    for (const i of all) {
      app.fault({ mm: MM, addr: where(i), flags: '0x1255' });
      map(i, 0x2000 + i);
    }
    app.pin_fast({ start: hex(START + offset), nr: pages, flags: '0x101', pages: '0xffff000200000000' });
    for (const i of all) {
      app.grab_fast({ page: struct(0x2000 + i), refs: 1, flags: '0x80101', ref: 1 });
      app.grab_fast_ret({ head: struct(0x2000 + i) });
    }
    app.pin_fast_ret({ ret: pages });
    for (const i of held ? all.slice(0, -1) : all) app.unpin({ page: struct(0x2000 + i) });
    app.fork_vma({ dst: CHILD_MM, src: MM, start: where(0), end: where(pages), vmflags: '0x100073' });
    app.fork_vma_ret({ ret: 0 });
    app.sched_process_fork('comm=app pid=500 child_comm=chi child_pid=501');
    for (const i of all) {
      app.fault({ mm: MM, addr: hex(START + i * bytes + offset), flags: '0x1255' });
      const pte = 0x00e0000000000fc3n | (BigInt(0x2000 + i) * BigInt(bytes));
      app.wp_fault({ mm: MM, addr: where(i), pte: `0x${pte.toString(16)}`, flags: '0x1a55' });
      map(i, 0x3000 + i);
      app.wp_fault_ret({ ret: '0x0' });
    }
    if (held) app.unpin({ page: struct(0x2000 + pages - 1) });
    exit(trace.task('chi', 501, 1), CHILD_MM, 501);
    exit(app, MM, 500);
    const { verdict, findings } = await trace.check('6.12');
    return [verdict, ...findings.map(({ severity, rule, pin }) => `${severity} ${rule} ${pin.address}`)];
  };

  it.each([
    ['GUP takes one page after the other', 65536, 4, 0],
    ['GUP takes one page after the other', 16384, 4, 0],
    ['do_wp_page() has the address of the fault, masked with PAGE_MASK', 65536, 1, 0xb008],
    ['do_wp_page() has the address of the fault, masked with PAGE_MASK', 16384, 1, 0x3008],
  ])('%s: pages of %i bytes', async (_, bytes, pages, offset) => {
    expect(await story(bytes, pages, false, offset)).toEqual(['clean']);
    const address = `0x${(START + (pages - 1) * bytes).toString(16)}`;
    expect(await story(bytes, pages, true, offset)).toEqual(['violated', `error fork-share-then-cow ${address}`]);
  });
});

describe('a huge page of 512 MB, as a PMD maps it with pages of 64K', () => {
  const MM = '0xffff000004301280';
  const CHILD = '0xffff000004309a80';
  const HEAD = 0x10000;
  const pageOf = (i: number) => `0x${(0xfffffc0000000000n + BigInt(HEAD + i) * 64n).toString(16)}`;
  const addressOf = (i: number) => `0x${(0xffff40000000 + i * 65536).toString(16)}`;
  let us = 1_000_000;
  const begin = (): string => {
    us += 50;
    return `            app-500     [000] .....   100.${String(us).slice(-6)}`;
  };
  const line = (event: string, fn: string, args: string) => `${begin()}: ${event}: (${fn}+0x0/0x200) ${args}`;
  const ret = (event: string, fn: string, name: string, value: string | number) =>
    `${begin()}: ${event}: (caller+0x4/0x20 <- ${fn}) ${name}=${value}`;
  const pinned = 5000;
  /** @param drifts the parent writes the shared page, and gets a copy under the pin */
  const trace = (drifts: boolean): string =>
    [
      '# pindrift-machine: aarch64',
      '# pindrift-page-size: 65536',
      line('fault', 'handle_mm_fault', `mm=${MM} addr=${addressOf(0)} flags=0x255`),
      line(
        'new_anon',
        'folio_add_new_anon_rmap',
        `page=${pageOf(0)} mm=${MM} addr=${addressOf(0)} rflags=0x1 head=1 order=13`,
      ),
      line('gup_fast', 'get_user_pages_fast', `start=${addressOf(pinned)} nr=1 flags=0x1 pages=0xffff000004400000`),
      line('grab_fast', 'try_grab_folio_fast', `page=${pageOf(0)} refs=1 flags=0x3 ref=1`),
      ret('grab_fast_ret', 'try_grab_folio_fast', 'head', pageOf(0)),
      ret('gup_fast_ret', 'get_user_pages_fast', 'ret', 1),
      line(
        'fork_vma',
        'copy_page_range',
        `dst=${CHILD} src=${MM} start=${addressOf(0)} end=${addressOf(8192)} vmflags=0x8100073`,
      ),
      ret('fork_vma_ret', 'copy_page_range', 'ret', 0),
      ...(drifts
        ? [
            line('thp_split_pmd', '__split_huge_pmd', `mm=${MM} addr=${addressOf(0)} pmd=0x0 freeze=0`),
            line('wp_fault', 'do_wp_page', `mm=${MM} addr=${addressOf(pinned)} pte=0x0 flags=0x255`),
            line('wp_copy', 'wp_page_copy', `mm=${MM} addr=${addressOf(pinned)} page=${pageOf(pinned)}`),
            line(
              'new_anon',
              'folio_add_new_anon_rmap',
              `page=${pageOf(9000)} mm=${MM} addr=${addressOf(pinned)} rflags=0x1 head=0 order=0`,
            ),
            ret('wp_fault_ret', 'do_wp_page', 'ret', 0),
          ]
        : []),
      line('mm_exit', 'exit_mmap', `mm=${CHILD}`),
    ].join('\n');

  it('a copy of its 5001st page under a pin is found, with the right page', async () => {
    const report = await check([memoryInput('thp', trace(true))]);
    expect(report.findings[0]).toMatchObject({
      pin: { address: addressOf(pinned), page: pageOf(pinned) },
      mapping: { page: pageOf(9000) },
    });
  });

  it('without the copy there is no finding about it', async () => {
    const report = await check([memoryInput('thp', trace(false))]);
    expect(report.findings.filter(({ mapping }) => mapping?.page !== undefined)).toEqual([]);
  });
});

describe('hugetlb pages of 64K on arm64 with pages of 4K, sixteen each', () => {
  const MM = '0xffff000004301280';
  const pageOf = (i: number) => `0x${(0xfffffc0000000000n + BigInt(0x10000 + i) * 64n).toString(16)}`;
  const addressOf = (i: number) => `0x${(0xffff40000000 + i * 4096).toString(16)}`;
  let us = 1_000_000;
  const line = (event: string, place: string, args: string) => {
    us += 50;
    return `            app-500     [000] .....   100.${String(us).slice(-6)}: ${event}: (${place}) ${args}`;
  };
  const touched = (i: number, page: number) => [
    line('fault', 'handle_mm_fault+0x0/0x20', `mm=${MM} addr=${addressOf(i)} flags=0x255`),
    line('new_hugetlb', 'hugetlb_add_new_anon_rmap+0x0/0x20', `page=${pageOf(page)} mm=${MM} addr=${addressOf(i)}`),
  ];
  const pinned = [
    line('pin_fast', 'pin_user_pages_fast+0x0/0x20', `start=${addressOf(0)} nr=1 flags=0x1 pages=0xffff000004400000`),
    line('grab_fast', 'try_grab_folio_fast+0x0/0x20', `page=${pageOf(0)} refs=1 flags=0x80001 ref=1`),
    line('grab_fast_ret', 'gup+0x4/0x20 <- try_grab_folio_fast', `head=${pageOf(0)}`),
    line('pin_fast_ret', 'x+0x4/0x20 <- pin_user_pages_fast', 'ret=1'),
  ];

  it('a neighbour that is touched does not take the place of the pinned page', async () => {
    const text = ['# pindrift-machine: aarch64', ...touched(0, 0), ...pinned, ...touched(16, 0x400)].join('\n');
    const { findings } = await check([memoryInput('hugetlb', text)]);
    expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
  });
});
