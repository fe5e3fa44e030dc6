// Many captures, few drifts.
import { beforeAll, describe, expect, it } from 'vitest';
import { reportOn } from '../../src/commands/shared/diff-load.ts';
import { setUpRules } from '../../src/commands/shared/rule-flags.ts';
import { type noveltyOf, withReports } from '../../src/report/groups/baseline.ts';
import { driftGroups, type NamedReport, storyGroups } from '../../src/report/groups/drifts.ts';
import { hostsBy, matrixOf } from '../../src/report/groups/matrix.ts';
import { mergeReports } from '../../src/report/groups/merge.ts';
import { matrixText } from '../../src/report/terminal/matrix.ts';
import { triageJson, triageText } from '../../src/report/terminal/triage.ts';
import {
  capture,
  evilCapture,
  FORK,
  FORK_6_1,
  joined,
  MIXED,
  SWAP,
  SWAP_FIXED,
  store,
  UNSAFE,
  widest,
} from './captures.ts';

const WISHES = { by: 'cause', hostOf: (path: string) => path } as const;
let reports: NamedReport[];
beforeAll(async () => {
  const setup = await setUpRules({ 'no-config': true });
  const sources = [await store('swap.db', SWAP, SWAP_FIXED), MIXED, FORK, FORK_6_1, evilCapture()];
  reports = [];
  for (const source of sources) reports.push({ source, report: await reportOn(source, setup, { quiet: true }) });
});

describe('groups', () => {
  it('each drift is there once, the worst first', () => {
    const groups = driftGroups(reports);
    expect(new Set(groups.map(({ fingerprint }) => fingerprint)).size).toBe(groups.length);
    const rank = { error: 2, warning: 1, note: 0 };
    const ranks = groups.map(({ severity }) => rank[severity]);
    expect(ranks).toEqual(ranks.toSorted((a, b) => b - a));
    const findings = reports.reduce((sum, { report }) => sum + report.findings.length, 0);
    expect(groups.reduce((sum, group) => sum + group.findings, 0)).toBe(findings);
  });

  it('a drift knows its kernels, its first and its last capture', () => {
    const fork = driftGroups(reports).find(
      ({ first, rule }) => rule === 'fork-share-then-cow' && first.finding.severity === 'error',
    );
    expect(fork?.kernels).toEqual([
      { kernel: 'era 5.10', findings: 2, captures: 2, of: 4 },
      { kernel: 'era 6.1', findings: 1, captures: 1, of: 1 },
    ]);
    expect(fork?.first.source).toBe(MIXED);
    expect(fork?.last.trace.path).toBe(FORK_6_1);
  });

  it('kernels are in the order of their versions, in whatever order the captures come', () => {
    const kernels = driftGroups(reports.toReversed()).map((group) => group.kernels.map(({ kernel }) => kernel));
    expect(kernels).toContainEqual(['era 5.10', 'era 6.1']);
    expect([...triageText(reports, WISHES, { color: false, width: 80 })].join('')).toContain('era: the trace does not');
  });

  it('no findings are no groups', () => {
    expect(driftGroups([])).toEqual([]);
  });
});

describe('text and JSON', () => {
  it.each([80, 160, undefined])('fits %s columns', (width) => {
    const text = joined(triageText(reports.slice(2, 4).map(short), WISHES, { color: false, width }));
    expect(widest(text)).toBeLessThanOrEqual(width ?? 80);
    expect(text).toContain('2 findings in 2 captures');
    expect(text).toMatch(/1 drift in 2 captures: 2 with findings\n/);
  });

  it('JSON has every capture, those without findings too', () => {
    const { captures, drifts, schema } = JSON.parse(triageJson(reports, WISHES));
    expect(schema).toBe('pindrift.triage/1');
    expect(captures).toHaveLength(6);
    expect(captures[1]).toMatchObject({ path: SWAP_FIXED, findings: 0 });
    expect(drifts[0].first).toMatchObject({ n: expect.any(Number), line: expect.any(Number) });
  });

  it('what a trace says stays text', () => {
    expect(joined(triageText(reports, WISHES, { color: false, width: 80 }))).not.toMatch(UNSAFE);
    expect(triageJson(reports, WISHES)).not.toMatch(UNSAFE);
  });
});

describe('groups by cause, and what separates their variants', () => {
  let several: NamedReport[];
  beforeAll(async () => {
    const setup = await setUpRules({ 'no-config': true });
    const sources = ['5.10/odirect_read_munmap.ft', '6.12/odirect_read_munmap.ft', '6.12/odirect_read_swap.ft'].map(
      capture,
    );
    several = [];
    for (const source of sources) several.push({ source, report: await reportOn(source, setup, { quiet: true }) });
  });
  const ofSeveral = (by: Parameters<typeof storyGroups>[1]) => storyGroups(several, by, hostsBy([], undefined));

  it('FOLL_GET on 5.10 and FOLL_PIN on 6.12 are one story', () => {
    const groups = ofSeveral('cause').filter(({ rules }) => rules[0] === 'user-unmapped-pinned-range');
    expect(groups.map(({ kernels, variants }) => [kernels.length, variants.length])).toEqual([[2, 2]]);
    const text = joined(triageText(several.map(short), WISHES, { color: false, width: 160 }));
    expect(text).toMatch(/get_user_pages_fast, FOLL_WRITE\|FOLL_GET, .*on era 5\.10: 1 finding/);
    expect(text).toMatch(/pin_user_pages_fast, FOLL_WRITE\|FOLL_PIN, .*on era 6\.12: 1 finding/);
    expect(text).toMatch(/2 drifts \(1 group\) in 3 captures/);
  });

  it.each([
    ['rule', 'user-unmapped-pinned-range'],
    ['caller', 'iov_iter_extract_pages'],
    ['kernel', 'era 6.12'],
  ] as const)('by %s', (by, title) => {
    expect(ofSeveral(by).map((group) => group.title)).toContain(title);
  });

  it.each([
    [
      ['caps/h1/a.txt', 'caps/h2/x/a.txt'],
      ['h1', 'h2'],
    ],
    [
      ['caps/h1.txt.gz', 'caps/h2.txt.gz'],
      ['h1', 'h2'],
    ],
    [
      ['a-6.1.txt', 'b-6.12.txt.gz'],
      ['a-6.1', 'b-6.12'],
    ],
  ])('the host of %j', (paths, hosts) => {
    expect(paths.map(hostsBy(paths, undefined))).toEqual(hosts);
    expect(paths.map(hostsBy(paths, /^(.)/))).toEqual(paths.map(([first]) => first));
  });

  it('a matrix says none only where the rule could decide', () => {
    const matrix = matrixOf(several, ofSeveral('rule'), 'kernel', (path) => path, undefined);
    expect(matrix.columns).toEqual(['era 5.10', 'era 6.12']);
    const blind = several.map(({ report, source }) => ({
      source,
      report: {
        ...report,
        findings: report.findings.filter(({ trace }) => report.traces[trace]?.era === '5.10'),
        rules: report.rules.map((rule) => ({ ...rule, missing: ['nothing was seen'] })),
      },
    }));
    const groups = storyGroups(blind, 'rule', (path) => path);
    expect(matrixOf(blind, groups, 'kernel', (path) => path, undefined).rows[0]?.cells).toEqual([1, '?']);
    expect(joined(matrixText(matrix, { color: false, width: 80 }))).toMatch(/user-unmapped-pinned-range +1 +1\n/);
  });

  it('of a report on several traces, only those count in which the rule could not decide', () => {
    const [one, another] = several;
    if (one === undefined || another === undefined) throw new Error('two captures are needed');
    const both = (undecidedIn: number[]) => ({
      source: 'both.db',
      report: {
        ...one.report,
        traces: [...one.report.traces, ...another.report.traces],
        rules: one.report.rules.map((rule) => ({ ...rule, missing: ['nothing was seen'], undecidedIn })),
      },
    });
    const groups = storyGroups([both([1])], 'rule', (path) => path);
    const cells = (report: ReturnType<typeof both>) =>
      matrixOf([report], groups, 'kernel', (path) => path, undefined).rows[0]?.cells;
    expect(cells(both([1]))).toEqual([1, '?']);
    expect(cells(both([0]))).toEqual([1, '.']);
  });

  it('a baseline distinguishes new, known, back, gone and undecided', () => {
    const empty = { schema: 'pindrift.baseline/1', groups: [] } as const;
    const all = ofSeveral('cause');
    const states = (baseline: Parameters<typeof noveltyOf>[0], reports = several) =>
      matrixOf(
        reports,
        storyGroups(reports, 'cause', (path) => path),
        'kernel',
        (path) => path,
        baseline,
      ).rows.map(({ state }) => state);
    expect(states({ ...empty, groups: [] })).toEqual(['new']);
    const known = withReports({ ...empty, groups: [] }, several);
    expect(known.groups).toMatchObject([
      { rule: all[0]?.rules[0], state: 'known', kernels: ['era 5.10', 'era 6.12'], fingerprints: { length: 2 } },
    ]);
    expect(states(known)).toEqual(['known']);
    expect(withReports(known, several)).toEqual(known);
    // an earlier version of pindrift had other names for the same
    const former = several.flatMap(({ report }) => report.findings.flatMap((one) => one.formerFingerprints ?? []));
    const written = { ...known, groups: known.groups.map((group) => ({ ...group, fingerprints: former })) };
    expect(states(written)).toEqual(['known']);
    expect(withReports(written, several)).toEqual(known);
    const old = withReports({ ...empty, groups: [] }, several.slice(0, 1));
    expect(states(old)).toEqual(['new variant']);
    const fixed = { ...known, groups: known.groups.map((group) => ({ ...group, state: 'fixed' as const })) };
    expect(states(fixed)).toEqual(['back']);
    const quiet = several.map(({ report, source }) => ({ source, report: { ...report, findings: [] } }));
    expect(states(known, quiet)).toEqual(['gone']);
    expect(states(fixed, quiet)).toEqual(['fixed']);
    const blind = quiet.map(({ report, source }) => ({
      source,
      report: { ...report, rules: report.rules.map((rule) => ({ ...rule, missing: ['nothing was seen'] })) },
    }));
    expect(states(known, blind)).toEqual(['unseen']);
  });

  it('as one report for every format: findings count on, pins point at theirs', () => {
    const merged = mergeReports(several.map(({ report }) => ({ report, pins: [] }))).report;
    expect(merged.findings.map(({ n }) => n)).toEqual(merged.findings.map((_, i) => i + 1));
    expect(merged.traces).toHaveLength(3);
    expect(merged.findings.map(({ trace }) => merged.traces[trace]?.era)).toEqual(['5.10', '6.12']);
    expect(merged.rules.find(({ id }) => id === 'user-unmapped-pinned-range')?.findings).toBe(2);
  });
});

/** Paths of a developer's machine are as long as they like. */
const short = ({ report, source }: NamedReport): NamedReport => ({
  source: source.replace(/^.*fixtures/, 'fixtures'),
  report: {
    ...report,
    traces: report.traces.map((trace) => ({ ...trace, path: trace.path.replace(/^.*fixtures/, 'fixtures') })),
  },
});
