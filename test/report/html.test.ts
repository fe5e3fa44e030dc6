// The HTML file itself: what is in it, what cannot be in it, and that the data survive the way into the page.
import { createHash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildHtml } from '../../scripts/build-html.mjs';
import type { DetailedReport, PinLife } from '../../src/contract/report.ts';
import { choose, FindingIndex, type PinFilter, shortNames, withHeadings } from '../../src/report/html/client/filter.ts';
import { heldWords } from '../../src/report/html/client/pin-life.ts';
import { hashOf, parseRoute } from '../../src/report/html/client/route.ts';
import { fromDeltas, HexColumn, toDeltas, toHexes } from '../../src/report/html/columns.ts';
import type { Parts } from '../../src/report/html/payload.ts';
import { PinTable, toColumns } from '../../src/report/html/pin-columns.ts';
import { partsOf } from '../../src/report/html/views.ts';
import { html } from '../../src/report/html.ts';
import { pieces } from '../../src/report/index.ts';
import { hostileLife, manyLives, odirectLife } from './lives.ts';
import { HOSTILE, undecided, withStack } from './samples.ts';

const ROOT = new URL('../..', import.meta.url).pathname;

beforeAll(async () => {
  await buildHtml(ROOT);
});

function pageOf(detailed: DetailedReport): string {
  return [...pieces(html.renderDetailed?.(detailed, { version: '0.1.0' }) ?? '')].join('');
}

function dataIn(page: string, part: keyof Parts): unknown {
  const json = new RegExp(`id="${part}-data">(.*?)</script>`, 's').exec(page)?.[1] ?? '';
  const data: unknown = JSON.parse(json);
  return typeof data === 'string' ? JSON.parse(inflateRawSync(Buffer.from(data, 'base64')).toString()) : data;
}

describe('the file', () => {
  const hashes = (page: string, tag: string) =>
    [...page.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))].map(
      ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
    );

  it('allows its own script and style by hash, and nothing else', () => {
    const page = pageOf(odirectLife());
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
    const rules = Object.fromEntries(policy.split('; ').map((rule) => [rule.split(' ')[0], rule]));
    expect(rules['default-src']).toBe("default-src 'none'");
    expect(rules['script-src']).toBe(`script-src ${hashes(page, 'script').join(' ')}`);
    expect(rules['style-src']).toBe(`style-src ${hashes(page, 'style').join(' ')}`);
    expect(policy).not.toContain('unsafe');
  });

  it('refers to nothing outside', () => {
    const page = pageOf(odirectLife()).replace(/<!--.*?-->/gs, '');
    const still = page.replace(/<script>.*?<\/script>/gs, '');
    expect(still.match(/<(?:link|img|iframe|object|embed|base|audio|video)\b/gi)).toBe(null);
    expect(still.match(/\b(?:src|action)=/gi)).toBe(null);
    expect(still.match(/href="(?!#)/gi)).toBe(null);
    expect(still.match(/url\(|@import/gi)).toBe(null);
  });

  it('carries the licences of what is in it', () => {
    const [, comment = ''] = /<!--(.*?)-->/s.exec(pageOf(odirectLife())) ?? [];
    for (const words of ['d3-scale', 'd3-zoom', 'Mike Bostock', 'Permission to use, copy, modify']) {
      expect(comment).toContain(words);
    }
  });

  it('has the same bytes for the same report', () => {
    const [one, two] = [pageOf(hostileLife()), pageOf(hostileLife())];
    expect(one === two).toBe(true);
  });

  it('is small: the page, and little more for each finding', () => {
    const empty = pageOf({ report: undecided(), pins: [] }).length;
    expect(empty).toBeLessThan(180_000);
    expect(pageOf(odirectLife()).length - empty).toBeLessThan(10_000);
    expect(pageOf(manyLives(10_000, 200)).length).toBeLessThan(600_000);
  });

  it('render without pins draws the pins of the findings', () => {
    const page = [...pieces(html.render(withStack(), {}))].join('');
    expect((dataIn(page, 'pins') as Parts['pins']).count).toBe(1);
  });
});

describe('hostile words', () => {
  let page = '';
  beforeAll(() => {
    page = pageOf(hostileLife());
  });

  it('end no script and open no markup', () => {
    const before = pageOf(odirectLife());
    for (const tag of [/<script\b/g, /<\/script>/g, /<!--/g, /<title>/g]) {
      expect(page.match(tag)?.length).toBe(before.match(tag)?.length);
    }
    expect(page.includes('<script>alert')).toBe(false);
    expect(/<title>(.*)<\/title>/.exec(page)?.[1]).toMatch(/&lt;script&gt;alert\(1\)&lt;\/script&gt;&quot;&#39;&amp;/);
  });

  it('are in the data, escaped for people', () => {
    const report = dataIn(page, 'report') as Parts['report'];
    expect(report.findings[0]?.owner).toContain('\\x1b[2J\\x1b]0;x\\x07<script>alert(1)</script>');
    expect(JSON.stringify(dataIn(page, 'report')).includes(HOSTILE.slice(0, 3))).toBe(false);
  });
});

describe('the view', () => {
  it('shows pin steps beside the evidence, marked as such, in order', () => {
    const { report } = partsOf(odirectLife(), {});
    const life = report.findings[0]?.life;
    expect(life?.steps.map((step) => `${step.role}${step.minor ? ' (minor)' : ''}`)).toEqual([
      'pin',
      'i/o submit (minor)',
      'unmap',
      'swap-in',
      'copy',
      'i/o end',
      'release (minor)',
    ]);
    expect(life?.parting).toBe(4);
    expect(life?.steps.map((step) => step.task)[1]).toBe('scn-158');
    expect(life?.steps.map((step) => step.rel).at(-2)).toBe('+0.808528');
  });

  it('names lost events that lie within the story', () => {
    const detailed = odirectLife();
    const [trace] = detailed.report.traces;
    if (trace === undefined) throw new Error('the sample has a trace');
    trace.losses = [
      { kind: 'lost-events', count: 23, cpu: 1, time: 540_000_000, reason: '' },
      { kind: 'lost-events', count: 5, time: 1, reason: '' },
    ];
    expect(partsOf(detailed, {}).report.findings[0]?.life.lost).toEqual([
      { time: 540_000_000, words: '23 lost on cpu1' },
    ]);
  });

  it('says what the config accepts', () => {
    const detailed = odirectLife();
    const [finding] = detailed.report.findings;
    if (finding === undefined) throw new Error('the sample has a finding');
    detailed.report.suppressed = [{ finding, reason: 'known', until: '2026-12-31' }];
    expect(partsOf(detailed, {}).report.suppressed).toEqual([
      {
        rule: 'swapin-cow-under-pin',
        message: finding.message,
        where: 'scn[157] 0x7f02b2792000',
        reason: 'known',
        until: '2026-12-31',
      },
    ]);
  });
});

describe('columns', () => {
  const number = fc.option(fc.maxSafeNat(), { nil: undefined });

  it('numbers come back', () => {
    fc.assert(
      fc.property(fc.array(number), (values) => {
        const back = [...fromDeltas(JSON.parse(JSON.stringify(toDeltas(values))))];
        expect(back).toEqual(values.map((value) => value ?? Number.NaN));
      }),
    );
  });

  it('hex comes back, whatever it is', () => {
    const hex = fc.oneof(
      fc.bigInt(0n, 2n ** 64n - 1n).map((n) => `0x${n.toString(16)}`),
      fc.maxSafeNat().map((n) => `0x${n.toString(16)}`),
      fc.string(),
      fc.constant('0x007'),
    );
    fc.assert(
      fc.property(fc.array(fc.option(hex, { nil: undefined })), (values) => {
        const column = new HexColumn(JSON.parse(JSON.stringify(toHexes(values, (text) => text))));
        expect(values.map((_, i) => column.at(i))).toEqual(values);
      }),
    );
  });

  it('pins come back as they were', () => {
    const { pins } = manyLives(300, 7);
    const table = tableOf(pins);
    const back = pins.map((_, i) => rowOf(table, i));
    expect(back).toEqual(
      pins.map((pin) => ({
        pid: pin.pid,
        comm: pin.comm,
        mm: pin.mm,
        address: pin.address,
        pfn: pin.pfn,
        page: pin.page,
        flags: pin.flags.join('|'),
        state: pin.state,
        from: pin.from,
        held: pin.to === undefined ? undefined : pin.to - (pin.from ?? 0),
        finding: pin.finding,
        steps: pin.steps,
      })),
    );
  });

  it('pins of which almost nothing is known come back too', () => {
    const bare: PinLife = {
      trace: 0,
      kind: 'GET',
      write: false,
      longterm: false,
      flags: [],
      line: 7,
      state: 'held',
      steps: [],
    };
    const odd: PinLife = {
      ...bare,
      pfn: '7fb7d',
      page: '0xfffff334c1fedf40',
      to: 5,
      steps: [{ role: 'pin', line: 8, what: 'x 0x1 0x2' }],
    };
    const table = tableOf([bare, odd]);
    expect(rowOf(table, 0)).toMatchObject({
      pid: undefined,
      pfn: undefined,
      page: undefined,
      from: undefined,
      steps: [],
    });
    expect(rowOf(table, 1)).toMatchObject({ pfn: '7fb7d', page: '0xfffff334c1fedf40', held: undefined });
    expect(table.steps(1)).toEqual([
      { role: 'pin', line: 8, time: undefined, cpu: undefined, pid: undefined, what: 'x 0x1 0x2' },
    ]);
  });
});

describe('filters', () => {
  const detailed = manyLives(2000, 40);
  const { report } = partsOf(detailed, {});
  const index = new FindingIndex(report.findings);
  const all = {
    text: '',
    severities: new Set(['error', 'warning', 'note'] as const),
    rule: '',
    fold: false,
    worstFirst: false,
  };

  it('findings by severity, rule and words of their trace lines', () => {
    expect(index.matching(all)).toHaveLength(40);
    expect(index.matching({ ...all, severities: new Set(['error']) }).every((one) => one.severity === 'error')).toBe(
      true,
    );
    expect(index.matching({ ...all, rule: 'fork-share-then-cow' })).toHaveLength(10);
    const one = report.findings[7];
    const pfn = one?.life.pinned.slice(4) ?? '';
    expect(index.matching({ ...all, text: `${pfn} COPY` })).toEqual([one]);
    expect(index.matching({ ...all, text: 'no such word' })).toEqual([]);
  });

  it('worst first keeps the order of the trace among equals', () => {
    const ranks = index.matching({ ...all, worstFirst: true }).map((one) => one.severity);
    expect(ranks).toEqual([...ranks].sort((a, b) => 'ewn'.indexOf(a[0] ?? '') - 'ewn'.indexOf(b[0] ?? '')));
  });

  it('the same drift is folded into its first finding', () => {
    const twice = odirectLife();
    const [finding] = twice.report.findings;
    if (finding === undefined) throw new Error('the sample has a finding');
    twice.report.findings.push({ ...finding, n: 2 });
    const folded = new FindingIndex(partsOf(twice, {}).report.findings);
    expect(folded.matching({ ...all, fold: true }).map(({ n, more }) => [n, more])).toEqual([[1, 1]]);
    expect(folded.matching(all).map(({ n, like }) => [n, like])).toEqual([
      [1, undefined],
      [2, 1],
    ]);
  });

  it('by drift: a heading for each, with how many findings in how many traces', () => {
    const sorted = index.matching({ ...all, byDrift: true });
    const items = withHeadings(sorted);
    const headings = items.filter((item) => 'heading' in item);
    expect(items.filter((item) => 'n' in item)).toEqual(sorted);
    expect('heading' in (items[0] ?? {})).toBe(true);
    expect(headings.map(({ heading }) => heading)).toEqual([
      ...new Map(sorted.map((one) => [`${one.rule} ${one.title}`, one.title])).values(),
    ]);
    expect(headings.reduce((sum, { findings }) => sum + findings, 0)).toBe(sorted.length);
  });

  const table = tableOf(detailed.pins);
  const any: PinFilter = { text: '', state: '', kind: '', found: false };

  it('pins by state, kind, finding, words and numbers', () => {
    const count = (filter: Partial<PinFilter>) => choose(table, { ...any, ...filter }, 'from', false).length;
    expect(count({})).toBe(2000);
    expect(count({ found: true })).toBe(40);
    expect(count({ kind: 'PIN' })).toBe(detailed.pins.filter((pin) => pin.kind === 'PIN').length);
    expect(count({ state: 'held' })).toBe(detailed.pins.filter((pin) => pin.state === 'held').length);
    expect(count({ text: 'postgres FOLL_PIN' })).toBe(
      detailed.pins.filter((pin) => pin.comm === 'postgres' && pin.kind === 'PIN').length,
    );
    const [first] = detailed.pins;
    expect(count({ text: first?.pfn ?? '' })).toBeGreaterThanOrEqual(1);
    expect(count({ text: '160' })).toBeGreaterThan(0);
    // what a cell shows is found as it is shown
    const id = first?.tgid ?? first?.pid;
    const own = detailed.pins.filter((pin) => pin.comm === first?.comm && (pin.tgid ?? pin.pid) === id).length;
    expect(count({ text: `${first?.comm}[${id}]` })).toBe(own);
    expect(count({ text: `pfn ${first?.pfn}` })).toBe(count({ text: first?.pfn ?? '' }));
  });

  it('a release that was not seen looks presumed, and without one the time is a lower bound', () => {
    const [pin] = detailed.pins;
    if (pin === undefined) throw new Error('there are many pins');
    const states = (['presumed', 'held', 'released'] as const).map((state) => ({
      ...pin,
      from: 0,
      to: 11_000_000,
      state,
    }));
    const shown = tableOf(states);
    const words = states.map((_, i) => heldWords(shown, i, 'ns'));
    expect(words[0]).toMatch(/^< /);
    expect(words[1]).toMatch(/^(> |$)/);
    expect(words[2]).not.toMatch(/^[<>]/);
  });

  it('pins of several traces: one trace after the other, under distinct names', () => {
    const [one, two] = detailed.pins;
    if (one === undefined || two === undefined) throw new Error('there are many pins');
    const mixed = tableOf([
      { ...two, trace: 1, from: 1 },
      { ...one, from: 9 },
      { ...one, from: 5 },
    ]);
    expect([...choose(mixed, any, 'from', false)]).toEqual([2, 1, 0]);
    expect([...choose(mixed, any, 'from', true)]).toEqual([1, 2, 0]);
    expect(shortNames(['/t/5.10/a/x.txt', '/t/7.2/a/x.txt'])).toEqual(['5.10/a/x.txt', '7.2/a/x.txt']);
    expect(shortNames(['a', 'a'])).toEqual(['a', 'a']);
    expect(shortNames(['/t/x.txt'])).toEqual(['/t/x.txt']);
  });

  it('pins in any order, what is not known last', () => {
    const held = (descending: boolean) =>
      [...choose(table, any, 'held', descending)].map((i) => table.held[i] ?? Number.NaN);
    for (const descending of [false, true]) {
      const all = held(descending);
      const known = all.filter((value) => !Number.isNaN(value));
      expect(all.slice(0, known.length)).toEqual(known.toSorted((a, b) => (descending ? b - a : a - b)));
    }
    const names = [...choose(table, any, 'process', false)].map((i) => table.word('comm', i));
    expect(names).toEqual(names.toSorted());
  });
});

describe('addresses', () => {
  it.each(['#findings', '#finding-3', '#pins', '#pin-12', '#coverage'])('%s is where it leads', (hash) => {
    expect(hashOf(parseRoute(hash))).toBe(hash);
  });

  it.each(['', '#', '#finding-', '#finding-x', '#constructor', '#finding-3<script>'])(
    '%s leads to the findings',
    (hash) => {
      expect(parseRoute(hash)).toEqual({ view: 'findings', finding: undefined });
    },
  );
});

function tableOf(pins: readonly PinLife[]): PinTable {
  return new PinTable(JSON.parse(JSON.stringify(toColumns(pins))));
}

function rowOf(table: PinTable, i: number): Record<string, unknown> {
  const shown = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? undefined : value);
  return {
    pid: shown(table.pid[i]),
    comm: table.word('comm', i),
    mm: table.mm.at(i),
    address: table.address.at(i),
    pfn: table.pfn.at(i),
    page: table.page(i),
    flags: table.word('flags', i),
    state: table.word('state', i),
    from: shown(table.from[i]),
    held: shown(table.held[i]),
    finding: shown(table.finding[i]),
    steps: table.steps(i),
  };
}
