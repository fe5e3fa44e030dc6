// What one capture shows and another does not, and what that is to git bisect.
import { describe, expect, it } from 'vitest';
import { diffExit, SKIP } from '../../src/commands/shared/exit-code.ts';
import type { Finding, Severity } from '../../src/contract/finding.ts';
import type { CheckReport } from '../../src/contract/report.ts';
import { check } from '../../src/engine/check.ts';
import { diffReports, isNew, signOf } from '../../src/report/groups/diff.ts';
import { diffJson, diffText } from '../../src/report/terminal/diff.ts';
import { pindrift } from '../commands/run.ts';
import { evilCapture, FORK, FORK_6_1, joined, SWAP, SWAP_FIXED, UNSAFE, widest } from './captures.ts';

const swap = check([SWAP]);
const fixed = check([SWAP_FIXED]);

const withSeverity = (report: CheckReport, severity: Severity): CheckReport => ({
  ...report,
  findings: report.findings.map((finding): Finding => ({ ...finding, severity })),
});
const signs = (a: CheckReport, b: CheckReport) => diffReports(a, b, 'fingerprint').entries.map(signOf);

describe('entries', () => {
  it('only in A, only in B, in both', async () => {
    expect(signs(await swap, await fixed)).toEqual(['-']);
    expect(signs(await fixed, await swap)).toEqual(['+']);
    expect(signs(await swap, await swap)).toEqual(['=']);
    expect(signs(await fixed, await fixed)).toEqual([]);
  });

  it('the same drift on two kernels is one entry, two drifts are two', async () => {
    const fork = await check([FORK]);
    expect(signs(fork, await check([FORK_6_1]))).toEqual(['=']);
    expect(signs(fork, await swap)).toEqual(['+', '-']);
  });

  it('counts, the worst severity, the first number', async () => {
    const { findings, ...rest } = await swap;
    const twice = { ...rest, findings: [...findings, ...findings].map((one, i) => ({ ...one, n: i + 1 })) };
    const [entry] = diffReports(await swap, twice, 'rule').entries;
    expect(entry).toMatchObject({ a: { count: 1, n: 1 }, b: { count: 2, severity: 'error', n: 1 } });
  });

  it('says where B could not decide the rule', async () => {
    const [entry] = diffReports(await swap, await fixed, 'fingerprint').entries;
    expect(entry?.undecided?.length).toBeGreaterThan(0);
  });
});

describe('exit code', () => {
  const exit = (a: CheckReport, b: CheckReport, failOn: Parameters<typeof diffExit>[2] = 'warning') =>
    diffExit(diffReports(a, b, 'fingerprint'), b, failOn);

  it('0 nothing new, 1 new, never 0', async () => {
    expect(exit(await swap, await fixed)).toBe(0);
    expect(exit(await swap, await swap)).toBe(0);
    expect(exit(await fixed, await swap)).toBe(1);
    expect(exit(await fixed, await swap, 'never')).toBe(0);
  });

  it('below --fail-on is nothing new; a drift that became worse is', async () => {
    const note = withSeverity(await swap, 'note');
    expect(exit(await fixed, note)).toBe(0);
    expect(exit(await fixed, note, 'note')).toBe(1);
    expect(exit(note, await swap)).toBe(1);
    const [entry] = diffReports(note, await swap, 'fingerprint').entries;
    expect(entry && isNew(entry, 'error')).toBe(true);
  });

  it('125 when B could not be checked, unless it shows something new all the same', async () => {
    const undecided: CheckReport = { ...(await fixed), verdict: 'could-not-be-checked' };
    expect(exit(await swap, undecided)).toBe(SKIP);
    expect(exit(await fixed, { ...(await swap), verdict: 'could-not-be-checked' })).toBe(1);
  });
});

describe('text and JSON', () => {
  const sides = async () =>
    [
      { source: 'a.db', report: await swap },
      { source: 'b trace', report: await fixed },
    ] as const;

  it.each([80, 160, undefined])('fits %s columns', async (width) => {
    const text = joined(diffText(diffReports(await swap, await fixed, 'rule'), await sides(), { color: false, width }));
    expect(widest(text)).toBeLessThanOrEqual(width ?? 80);
    expect(text).toMatch(/^- swapin-cow-under-pin {2}error {2}A 1, B 0 {2}[0-9a-f]{16}$/m);
    expect(text).toContain('pindrift show a.db 1');
    expect(text).toMatch(/0 drifts only in B, 1 only in A, 0 in both\n$/);
  });

  it('JSON says the same', async () => {
    const diff = diffReports(await swap, await fixed, 'fingerprint');
    const data = JSON.parse(diffJson(diff, await sides(), 0));
    expect(data).toMatchObject({ schema: 'pindrift.diff/1', exit: 0, b: { verdict: 'clean' } });
    expect(data.entries[0]).toMatchObject({ sign: '-', a: { count: 1, severity: 'error', n: 1 } });
    expect(data.entries[0].b).toBeUndefined();
  });

  it('what a trace says stays text', async () => {
    const evil = await check([evilCapture()]);
    const diff = diffReports(await fixed, evil, 'fingerprint');
    const both = [
      { source: 'a\x1b[31m', report: await fixed },
      { source: 'b', report: evil },
    ] as const;
    expect(joined(diffText(diff, both, { color: false, width: 80 }))).not.toMatch(UNSAFE);
    expect(diffJson(diff, both, 1)).not.toMatch(UNSAFE);
  });
});

describe('as the shell sees it', () => {
  const diff = (...args: string[]) => pindrift(['diff', ...args]);

  it('a B that is not a trace is skipped, an A that is not is a usage error', () => {
    const skipped = diff(SWAP, 'package.json');
    expect(skipped).toMatchObject({ status: 125, stdout: '' });
    expect(skipped.stderr).toContain('package.json');
    expect(diff('package.json', SWAP).status).toBe(2);
    expect(diff('-q', SWAP_FIXED, SWAP)).toMatchObject({ status: 1, stdout: '', stderr: '' });
  });
});
