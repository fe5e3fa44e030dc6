// Why: a definition that coverage tells people to copy must be the one that made the captures, and a probe of a kernel
// that nobody has looked at must read the right argument or not be there.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { probedArch } from '../../src/capture/arch.ts';
import { Btf } from '../../src/capture/btf/btf.ts';
import { BtfTypes } from '../../src/capture/btf/types.ts';
import { linesFor, stockProbes } from '../../src/capture/coverage-lines.ts';
import { type CapturePlan, type CapturePlanOptions, planProbes } from '../../src/capture/plan.ts';
import { PROBE_TABLE } from '../../src/capture/probe-table.ts';
import { parseSymbols } from '../../src/capture/symbols.ts';
import type { Prototype } from '../../src/capture/types.ts';
import { leavesUndecided, lostWords } from '../../src/commands/shared/capture-plan.ts';
import type { StockName } from '../../src/vocabulary/era.ts';
import { FUNCTIONS } from '../../src/vocabulary/functions.ts';

const ERAS: readonly StockName[] = ['5.10', '6.1', '6.12', '7.2'];
const KERNELS = [...ERAS, '6.18', '7.1', '7.3', 'arm64-6.1'];

const file = (name: string): Buffer => readFileSync(fileURLToPath(new URL(`kernels/${name}`, import.meta.url)));
const types = (kernel: string): BtfTypes => new BtfTypes(new Btf(file(`${kernel}.btf`)));

function plan(kernel: string, options: Partial<CapturePlanOptions> = {}): CapturePlan {
  const arch = probedArch(kernel.startsWith('arm64') ? 'arm64' : 'x86_64');
  if (arch === undefined) throw new Error('no such architecture');
  return planProbes(types(kernel), { arch, styles: ['registers', 'args'], ...options });
}

const lineOf = (made: CapturePlan, event: string): string | undefined =>
  made.probes.find((probe) => probe.event === event)?.lines[0].text;

describe('the probe set', () => {
  it('has each event once, and every one of them means something', () => {
    const names = PROBE_TABLE.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const known = new Set(FUNCTIONS.flatMap(({ events }) => events ?? []));
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  it('is said to lack events of one function in one sentence', () => {
    const names = PROBE_TABLE.flatMap(({ on }) => on.map((one) => one.split(/[ (]/)[0]));
    const symbols = parseSymbols(
      [...new Set(names)]
        .filter((name) => name !== 'hmm_range_fault')
        .map((name) => `ffffffff81000000 t ${name}`)
        .join('\n'),
    );
    const made = plan('7.2', { symbols });
    const lost = lostWords(
      made.leftOut.filter((one) => leavesUndecided(one, made)),
      made,
    );
    expect(lost.filter((words) => words.includes('hmm_range_fault:'))).toEqual([
      expect.stringMatching(/^not recorded: hmm_fault, hmm_fault_ret: .* rules that cannot be decided without it: /),
    ]);
  });

  it('defines a return probe before the entry probe on the same function', () => {
    for (const kernel of KERNELS) {
      const seen = new Set<string>();
      for (const { lines, symbol } of plan(kernel).probes) {
        if (lines[0].text.startsWith('p:') && lines[0].text.includes('caller=')) seen.add(symbol);
        if (lines[0].text.startsWith('r')) expect(seen.has(symbol)).toBe(false);
      }
    }
  });

  it.each(KERNELS)('is lines as dynamic_events of %s takes them', (kernel) => {
    const { probes } = plan(kernel, { styles: ['names', 'args', 'registers'] });
    expect(probes.length).toBeGreaterThan(90);
    for (const { text: line } of probes.flatMap(({ lines }) => lines)) {
      expect(line).toMatch(/^(p|r64|f):pindrift\/\w+ [\w.%]+( \w+=\S+)+$/);
      for (const arg of line.split(' ').slice(2)) expect(arg.replace(/^\w+=/, '').length).toBeLessThanOrEqual(63);
    }
  });

  // Debian's 6.12.117 has hugetlb_wp(vmf), 6.12.107 had a folio before it; 7.2 splits through __folio_split() too
  const OTHER = new Set(['6.12 wp_hugetlb', '7.2 thp_split']);
  const ADDED_SINCE = / (?:done|left|parent)=\S+/g;
  it.each(ERAS)('has the offsets that captures of %s were made with', (era) => {
    const made = plan(era);
    for (const line of file(`${era}.probes`).toString().trim().split('\n')) {
      const event = /\/(\w+)/.exec(line)?.[1] ?? '';
      if (!OTHER.has(`${era} ${event}`)) expect(lineOf(made, event)?.replace(ADDED_SINCE, '')).toBe(line);
    }
  });

  it.each(ERAS)('is the same from the types written down as from the BTF of %s', (era) => {
    const made = plan(era).probes.map(({ event, lines }) => [event, lines[0].text]);
    expect(stockProbes(era).map(({ event, lines }) => [event, lines[0].text])).toEqual(made);
  });

  it('is written as a kernel understands it', () => {
    const of = (style: 'names' | 'args' | 'registers', kernel = '7.3') =>
      lineOf(plan(kernel, { styles: [style] }), 'wp_fault');
    expect(of('names')).toBe(
      'p:pindrift/wp_fault do_wp_page mm=vmf->vma->vm_mm:x64 addr=vmf->address:x64 pte=vmf->orig_pte:x64 flags=vmf->flags:x32',
    );
    expect(of('args')).toContain('mm=+16(+0($arg1)):x64');
    expect(of('registers')).toContain('mm=+16(+0(%di)):x64');
    expect(of('registers', 'arm64-6.1')).toContain('mm=+16(+0(%x0)):x64');
    expect(lineOf(plan('arm64-6.1'), 'gup_fast')).toContain('caller=%lr:symbol');
  });

  it('probes what interrupts call in a way that misses no call, where the kernel has one', () => {
    const styles = ['names', 'args', 'registers'] as const;
    const heads = (event: string) =>
      plan('6.12', { styles })
        .probes.find((probe) => probe.event === event)
        ?.lines.map(({ text }) => text.split(' ')[0]);
    const kprobe = 'p:pindrift/bio_end';
    expect(heads('bio_end')).toEqual(['f:pindrift/bio_end', kprobe, kprobe, kprobe]);
    expect(heads('unpin_folio')?.[0]).toBe('f:pindrift/unpin_folio');
    expect(heads('wp_fault')?.[0]).toBe('p:pindrift/wp_fault');
    expect(lineOf(plan('6.1', { styles: ['args', 'registers'] }), 'bio_end')).toMatch(/^p:/);
  });

  it('finds what makes a page device-exclusive on kernels up to v6.14 that have it', () => {
    // Debian's are built without CONFIG_DEVICE_PRIVATE; prototypes of v6.1
    const stock = types('6.1');
    const like = (fn: string, name: string) =>
      stock.prototypes(fn)[0].params.find((param) => param.name === name) ?? expect.unreachable();
    const pointer = like('pin_user_pages_fast', 'start');
    const named = (...names: string[]) => names.map((name) => ({ ...pointer, name }));
    const own: Record<string, Prototype> = {
      make_device_exclusive_range: {
        params: [like('exit_mmap', 'mm'), ...named('start', 'end', 'pages', 'owner')],
        returns: true,
      },
      page_make_device_exclusive_one: {
        params: [like('try_to_unmap_one', 'folio'), like('try_to_unmap_one', 'vma'), ...named('address', 'priv')],
        returns: true,
      },
    };
    const arch = probedArch('x86_64') ?? expect.unreachable();
    const made = planProbes(
      {
        prototypes: (fn) => (own[fn] === undefined ? stock.prototypes(fn) : [own[fn]]),
        locate: stock.locate.bind(stock),
        pointerTo: stock.pointerTo.bind(stock),
        enumerator: stock.enumerator.bind(stock),
      },
      { arch, styles: ['registers'] },
    );
    expect(['dev_excl', 'dev_excl_end', 'dev_excl_one'].map((event) => lineOf(made, event))).toEqual([
      'p:pindrift/dev_excl make_device_exclusive_range mm=%di:x64 start=%si:x64 end=%dx:x64 owner=%r8:x64',
      'r64:pindrift/dev_excl_end make_device_exclusive_range ret=$retval:s32',
      'p:pindrift/dev_excl_one page_make_device_exclusive_one page=%di:x64 mm=+16(%si):x64 addr=%dx:x64',
    ]);
    const undecided = lostWords(
      made.leftOut.filter((one) => leavesUndecided(one, made)),
      made,
    ).filter((words) => words.includes('dev_excl'));
    expect(undecided).toEqual([
      expect.stringMatching(/^not recorded: dev_excl_ret: .*: device-exclusive-of-another-page$/),
    ]);
  });

  it('leaves out a function that the symbols do not hold as it is in the source, and says why', () => {
    const names = PROBE_TABLE.flatMap(({ on }) => on.map((one) => one.split(/[ (]/)[0]));
    const lines = [...new Set(names)]
      .filter((name) => !['do_wp_page', 'exit_mmap', 'finish_fault'].includes(name))
      .map((name) => `ffffffff81000000 t ${name}`);
    const symbols = parseSymbols(
      [
        ...lines,
        ...['t do_wp_page.isra.0', 'T exit_mmap', 't exit_mmap', 'd finish_fault'].map(
          (one) => `ffffffff81000000 ${one}`,
        ),
      ].join('\n'),
    );
    const { leftOut, probes } = plan('6.12', { symbols });
    const why = (event: string) => leftOut.find((one) => one.event === event)?.functions[0].reason;
    expect(why('wp_fault')).toMatch(/only do_wp_page\.isra\.0 exists/);
    expect(why('mm_exit')).toBe('2 functions have this name');
    expect(why('file_map')).toMatch(/no such symbol: it was inlined/);
    expect(why('wp_copy')).toMatch(/not in the BTF/);
    expect(probes.map(({ event }) => event)).toContain('swap_in');
  });

  it.each([
    ['System.map', 'ffffffff81000000 t do_wp_page'],
    ['kallsyms with a module', 'ffffffffc0000000 t do_wp_page\t[some_module]'],
    ['without addresses', 'T do_wp_page'],
    ['available_filter_functions', 'do_wp_page'],
    ['available_filter_functions with a module', 'do_wp_page [some_module]'],
    ['available_filter_functions_addrs', 'ffffffff81000000 do_wp_page'],
    ['available_filter_functions_addrs with a module', 'ffffffffc0000000 do_wp_page [some_module]'],
    ['lines that end with CR', 'ffffffff81000000 W do_wp_page\r'],
  ])('reads symbols of %s', (_, line) => {
    const others = ['ffffffff81000000 d do_wp_page', 'd do_wp_page', 'do_wp_page_not', 'ffffffff81000000 t do_wp_pag'];
    expect([...parseSymbols([...others, line, ...others].join('\n'))]).toEqual([['do_wp_page', 1]]);
    expect(parseSymbols(`${line}\n${line}`).get('do_wp_page')).toBe(2);
  });

  it('takes only the slow part of bio_release_pages() where that is what the callers left', () => {
    const names = PROBE_TABLE.flatMap(({ on }) => on.map((one) => one.split(/[ (]/)[0]));
    const all = (...but: string[]) => parseSymbols(names.filter((name) => !but.includes(name)).join('\n'));
    const unique = (...but: string[]) => new Map([...all(...but)].map(([name]) => [name, 1]));
    expect(lineOf(plan('5.10', { symbols: unique() }), 'bio_release')).toContain(' bio_release_pages.part.0 ');
    expect(lineOf(plan('5.10', { symbols: unique('bio_release_pages.part.0') }), 'bio_release')).toContain(
      ' bio_release_pages ',
    );
    // nobody knows: the kernel will
    const both = plan('5.10').probes.find(({ event }) => event === 'bio_release')?.lines ?? [];
    expect(both.map(({ text }) => text.split(' ')[1])).toEqual(
      expect.arrayContaining(['bio_release_pages.part.0', 'bio_release_pages']),
    );
  });

  it.each([
    ['6.12', 'add_to_swap_cache'],
    ['6.18', 'swap_cache_add_folio'],
    ['7.1', '__swap_cache_add_folio'],
    ['7.3', '__swap_cache_do_add_folio'],
  ])('pages that %s adds to the swap cache are seen in %s()', (kernel, fn) => {
    expect(plan(kernel).probes.find(({ event }) => event === 'swap_cache_add')?.symbol).toBe(fn);
  });

  it('tracepoints are switched on, not defined', () => {
    expect(linesFor(['taskFork'], '6.1')).toEqual(['events/sched/sched_process_fork/enable']);
    expect(linesFor(['sysMadvise'], '6.1')).toEqual(['events/syscalls/sys_enter_madvise/enable']);
  });

  it.each(ERAS)('is what recorded the captures of %s', (era) => {
    const seen = recorded(era);
    expect(seen.size).toBeGreaterThan(20);
    for (const [event, { keys, symbol }] of seen) {
      const line = stockProbes(era).find((probe) => probe.event === event)?.lines[0].text;
      if (line === undefined) continue;
      const [, on, ...args] = line.split(' ');
      expect({ event, on: on.replace('%return', '') }).toEqual({ event, on: symbol });
      // captures made with an earlier state of the probe set lack some arguments
      expect(args.map((arg) => arg.split('=')[0])).toEqual(expect.arrayContaining(keys));
    }
  });
});

const CAPTURES: Record<StockName, string> = {
  '5.10': '5.10/mixed.ft',
  '6.1': '6.1/odirect_read_fork.ft',
  '6.12': '6.12/mixed.ft-lost',
  '7.2': '7.2/mixed.ft-percpu',
};

/** Events of a capture, with the function and the argument names their first line shows. */
function recorded(era: StockName): Map<string, { symbol: string; keys: string[] }> {
  const path = fileURLToPath(new URL(`../../fixtures/${CAPTURES[era]}/trace.txt.gz`, import.meta.url));
  const events = new Map<string, { symbol: string; keys: string[] }>();
  for (const line of gunzipSync(readFileSync(path)).toString('latin1').split('\n')) {
    const [, event, entry, ret, args] = /: (\w+): \((?:([\w.]+)\+[^ ]+|\S.* <- ([\w.]+))\) (.*)/.exec(line) ?? [];
    if (event === undefined || events.has(event)) continue;
    events.set(event, { symbol: entry ?? ret, keys: args.match(/\w+(?==)/g) ?? [] });
  }
  return events;
}
