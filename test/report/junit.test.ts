// JUnit as CI reads it.
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/contract/finding.ts';
import type { CheckReport } from '../../src/contract/report.ts';
import type { ReportOptions } from '../../src/report/reporter.ts';
import { titleOf } from '../../src/report/shared/title.ts';
import { render } from './render.ts';
import { cleanReport, hostile, odirect, undecided, withStack } from './samples.ts';
import { type Element, junitErrors, parseXml } from './xml.ts';

async function suites(report: CheckReport, options: ReportOptions = {}): Promise<Element> {
  const root = parseXml(await render('junit', report, options));
  expect(junitErrors(root)).toEqual([]);
  return root;
}

const outcome = (test: Element) => test.children.map((child) => child.name);

describe('junit', () => {
  it.each([odirect(), withStack(), undecided(), cleanReport(), hostile()])(
    'is well-formed, and its counts are right',
    async (report) => {
      const root = await suites(report);
      expect(root.children).toHaveLength(report.traces.length);
      for (const one of [...root.children, root]) {
        const tests = one === root ? root.children.flatMap(cases) : cases(one);
        expect(one.attributes).toMatchObject({
          tests: String(tests.length),
          failures: String(tests.filter((test) => outcome(test).includes('failure')).length),
          errors: String(tests.filter((test) => outcome(test).includes('error')).length),
        });
        const skipped = String(tests.filter((test) => outcome(test).includes('skipped')).length);
        // the schema has no such attribute on the root
        expect(one.attributes.skipped).toBe(one === root ? undefined : skipped);
      }
    },
  );

  it('a finding fails the test of its rule, with its story', async () => {
    const [suite] = (await suites(odirect())).children;
    const failed = cases(suite).filter((test) => outcome(test).includes('failure'));
    expect(failed.map((test) => test.attributes.name)).toEqual(['swapin-cow-under-pin']);
    const failure = failed[0]?.children[0];
    expect(failure?.attributes).toEqual({ message: titleOf(odirect().findings[0] as Finding), type: 'error' });
    expect(failure?.text).toContain(':648 +0.161768 cpu1 scn-157 copy do_wp_page pfn 0x7fb7d -> 0x7fb6a');
    expect(failure?.text).toContain(odirect().findings[0]?.evidence[3]?.text);
  });

  it('an undecided trace is an error, or only skipped tests if the user wants that', async () => {
    const errors = async (options: ReportOptions) =>
      (await suites(undecided(), options)).children.flatMap(cases).filter((test) => outcome(test).includes('error'));
    const [error] = await errors({});
    expect(error?.attributes.name).toBe('insufficient-evidence');
    expect(error?.children[0]?.attributes).toMatchObject({ type: 'could-not-be-checked' });
    expect(await errors({ onUndecided: 'skip' })).toEqual([]);
  });

  it('of several traces, only the undecided ones are errors', async () => {
    const report = cleanReport();
    const [trace] = report.traces;
    report.traces = [trace as NonNullable<typeof trace>, { ...(trace as NonNullable<typeof trace>), path: 'other' }];
    report.rules = [
      { id: 'insufficient-evidence', verdict: 'could-not-be-checked', findings: 0, missing: ['x'], undecidedIn: [1] },
    ];
    const root = await suites(report);
    expect(root.children.map((suite) => suite.attributes.errors)).toEqual(['0', '1']);
  });

  it('a rule that failed is an error that says where', async () => {
    const report = cleanReport();
    const failed = { id: 'mine', trace: 0, handler: 'pin', line: 7, at: 'mine.ts:3:1', what: 'TypeError: no' };
    report.rules.push({ id: 'mine', verdict: 'could-not-be-checked', findings: 0, missing: ['x'], failed: [failed] });
    const tests = (await suites(report)).children.flatMap(cases);
    const error = tests.find((test) => test.attributes.name === 'mine')?.children[0];
    expect(error?.name).toBe('error');
    expect(error?.attributes.message).toBe(
      'rule mine failed at mine.ts:3:1 (in pin at line 7 of the trace): TypeError: no',
    );
  });

  it('a rule that could not be checked is skipped, with the reason', async () => {
    const [suite] = (await suites(undecided(), { onUndecided: 'skip' })).children;
    const skipped = cases(suite).filter((test) => outcome(test).includes('skipped'));
    expect(skipped).toHaveLength(5);
    expect(skipped[0]?.children[0]?.attributes.message).toBe(
      'could not be checked: unpin_user_pages, bio_release_pages',
    );
  });

  it('a note fails a test only if notes are to', async () => {
    const report = odirect();
    report.findings.forEach((finding) => {
      finding.severity = 'note';
    });
    const outcomes = async (options: ReportOptions) =>
      (await suites(report, options)).children.flatMap(cases).flatMap(outcome);
    expect(await outcomes({})).toEqual(['system-out']);
    expect(await outcomes({ failOn: 'note' })).toEqual(['failure']);
  });

  it('hostile text is text', async () => {
    expect(await render('junit', hostile())).not.toContain('<script');
    const [suite] = (await suites(hostile())).children;
    expect(suite?.attributes.name).toContain('<script>alert(1)</script>"\'&`|,');
  });
});

function cases(suite: Element | undefined): Element[] {
  return (suite?.children ?? []).filter((child) => child.name === 'testcase');
}
