// Many captures, few drifts.
import { beforeAll, describe, expect, it } from 'vitest';
import { reportOn } from '../../src/commands/shared/diff-load.ts';
import { setUpRules } from '../../src/commands/shared/rule-flags.ts';
import { driftGroups, type NamedReport } from '../../src/report/drifts.ts';
import { triageJson, triageText } from '../../src/report/terminal/triage.ts';
import { evilCapture, FORK, FORK_6_1, joined, MIXED, SWAP, SWAP_FIXED, store, UNSAFE, widest } from './captures.ts';

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

  it('no findings are no groups', () => {
    expect(driftGroups([])).toEqual([]);
  });
});

describe('text and JSON', () => {
  it.each([80, 160, undefined])('fits %s columns', (width) => {
    const text = joined(triageText(reports.slice(2, 4).map(short), { color: false, width }));
    expect(widest(text)).toBeLessThanOrEqual(width ?? 80);
    expect(text).toContain('2 findings in 2 captures');
    expect(text).toMatch(/1 drift in 2 captures, 0 of them without findings\n$/);
  });

  it('JSON has every capture, those without findings too', () => {
    const { captures, drifts, schema } = JSON.parse(triageJson(reports));
    expect(schema).toBe('pindrift.triage/1');
    expect(captures).toHaveLength(6);
    expect(captures[1]).toMatchObject({ path: SWAP_FIXED, findings: 0 });
    expect(drifts[0].first).toMatchObject({ n: expect.any(Number), line: expect.any(Number) });
  });

  it('what a trace says stays text', () => {
    expect(joined(triageText(reports, { color: false, width: 80 }))).not.toMatch(UNSAFE);
    expect(triageJson(reports)).not.toMatch(UNSAFE);
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
