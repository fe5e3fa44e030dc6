// What a person sees on the terminal, at the two widths people have, in a pipe and in colour.
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type CheckReport, NOT_KEPT } from '../../src/contract/report.ts';
import { render } from './render.ts';
import { cleanReport, hostile, odirect, undecided, withStack } from './samples.ts';

const widest = (text: string) => Math.max(...text.split('\n').map((line) => [...line].length));

describe('on a terminal', () => {
  it.each([80, 160])('the O_DIRECT story at %d columns', async (width) => {
    const out = await render('pretty', odirect(), { width });
    await expect(out).toMatchFileSnapshot(`golden/odirect.pretty-${width}.txt`);
    expect(widest(out)).toBeLessThanOrEqual(width);
  });

  it.each([80, 160])('an undecided trace, at %d columns', async (width) => {
    const out = await render('pretty', undecided(), { width });
    await expect(out).toMatchFileSnapshot(`golden/undecided.pretty-${width}.txt`);
    expect(widest(out)).toBeLessThanOrEqual(width);
  });

  it('commands that name a trace say how it is kept, if it is not', async () => {
    const report = undecided();
    for (const trace of report.traces) trace.path = NOT_KEPT;
    const out = (await render('pretty', report, { width: 160 })).replace(/\s+/g, ' ');
    expect(out).toContain(
      '`pindrift coverage TRACE` lists everything missing, and the probes to add (`--keep TRACE` keeps',
    );
  });

  it('a clean trace', async () => {
    await expect(await render('pretty', cleanReport(), { width: 80 })).toMatchFileSnapshot(
      'golden/clean.pretty-80.txt',
    );
  });

  it('verbose shows the trace lines and the call chain, whole', async () => {
    const report = withStack();
    const out = await render('pretty', report, { width: 80, verbose: true });
    for (const step of report.findings[0]?.evidence ?? []) {
      expect(out).toContain(`      | ${step.text}\n`);
    }
    expect(out).toContain("      |  => [unknown/kretprobe'd]\n");
  });

  it('verbose shows every line that was not understood, otherwise the first', async () => {
    expect(await render('pretty', undecided(), { verbose: true })).toContain(':18 | more garbage\n');
    const out = await render('pretty', undecided());
    expect(out).toContain(':17 | garbage\n');
    expect(out).not.toContain('more garbage');
  });

  it('colour adds colour and nothing else', async () => {
    for (const report of [odirect(), undecided(), cleanReport(), hostile()]) {
      const plain = await render('pretty', report, { verbose: true });
      const coloured = await render('pretty', report, { verbose: true, color: true });
      expect(plain).not.toContain('\x1b');
      expect(coloured).toContain('\x1b[');
      expect(stripVTControlCharacters(coloured)).toBe(plain);
    }
  });

  it('several traces: each finding names its own', async () => {
    const report = odirect();
    const [trace] = report.traces;
    const second = { ...report, traces: [...report.traces, { ...trace, path: 'b.txt' }] } as CheckReport;
    expect(await render('pretty', second)).toContain('\n   in odirect_read_swap/trace.txt.gz\n');
    expect(await render('pretty', report)).not.toContain('\n   in ');
  });

  it('a trace without times and CPUs: their columns are not there', async () => {
    const report = odirect();
    report.traces[0] = { ...report.traces[0], timeUnit: 'none' } as CheckReport['traces'][0];
    for (const step of report.findings[0]?.evidence ?? []) {
      delete step.time;
      delete step.cpu;
    }
    expect(await render('pretty', report, { width: 120 })).toContain('\n    scn-158   pin      get_user_pages_fast ');
  });

  it('ticks are ticks, not seconds', async () => {
    const report = odirect();
    report.traces[0] = {
      ...report.traces[0],
      timeUnit: 'ticks',
      firstTime: 5,
      lastTime: 1255,
    } as CheckReport['traces'][0];
    for (const [i, step] of (report.findings[0]?.evidence ?? []).entries()) {
      step.time = 1000 + i * 213;
    }
    const out = await render('pretty', report, { width: 120 });
    expect(out).toContain('    +213  cpu1');
    expect(out).toContain('1,250 ticks');
  });

  it('violated, and some rules could not be checked: both are shown', async () => {
    const report = undecided();
    const out = await render('pretty', { ...report, verdict: 'violated', findings: odirect().findings });
    expect(out).toContain('\nviolated: 1 error\n5 of 8 rules could not decide:\n');
  });

  it('the reasons why the whole trace is not clean precede what single rules lack', async () => {
    const whole = ['no release was recorded for 1 pin', 'the trace was filtered (pid 17)'];
    const rules = [
      ...undecided().rules,
      { id: 'insufficient-evidence', verdict: 'could-not-be-checked' as const, findings: 0, missing: whole },
    ];
    const open = await render('pretty', { ...undecided(), rules });
    expect(open).toContain(
      `\ncould not be checked: ${whole[0]}; and 1 more reason\n  - ${whole[1]}\n5 of 8 rules could not`,
    );
    const report = { ...undecided(), rules, verdict: 'violated' as const, findings: odirect().findings };
    const violated = await render('pretty', report);
    expect(violated).toContain(
      `\nviolated: 1 error\nthere may be more than was found:\n  - ${whole[0]}\n  - ${whole[1]}\n`,
    );
    for (const format of ['text', 'markdown'] as const)
      for (const reason of whole)
        expect((await render(format, report)).replaceAll('\\', '')).toContain(`- ${reason}\n`);
  });

  it('the headline says that page and mapping parted only where they did', async () => {
    const [finding] = odirect().findings;
    const { mapping, ...apart } = { ...finding, harm: [], severity: 'warning' as const };
    const first = async (one: object) =>
      (await render('pretty', { ...odirect(), findings: [one as never] })).slice(0, 200);
    expect(await first({ ...apart, mapping })).toContain('no longer maps the page pinned');
    const told = (await first({ ...apart, cause: 'an attempt undone by the next' })).replaceAll(/\s+/g, ' ');
    expect(told).toMatch(/^1 warning: an attempt undone by the next \(scn\[\d+\]\)/);
  });
});
