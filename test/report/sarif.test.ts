// SARIF as code scanning takes it: valid against the published schema, and with the path in it.
import sarifSchema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import { Ajv } from 'ajv';
import type { Log, Run } from 'sarif';
import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../src/contract/report.ts';
import type { ReportOptions } from '../../src/report/reporter.ts';
import { render } from './render.ts';
import { cleanReport, HOSTILE, hostile, odirect, undecided, withStack } from './samples.ts';

// The schema is of JSON Schema draft 4; apart from these two keys it is the same in draft 7, which ajv knows.
const { $schema: _schema, id: _id, ...schema } = sarifSchema;
const validate = new Ajv({
  strict: false,
  allErrors: true,
  // One pattern of the schema is no expression with the `u` flag.
  unicodeRegExp: false,
  formats: {
    uri: (text: string) => URL.canParse(text),
    'uri-reference': /^[\w\-.~:/?#[\]@!$&'()*+,;=%]*$/,
    'date-time': true,
  },
}).compile(schema);

async function run(report: CheckReport, options: ReportOptions = {}): Promise<Run> {
  const log = JSON.parse(await render('sarif', report, options)) as Log;
  expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
  return log.runs[0] as Run;
}

describe('sarif', () => {
  it.each([odirect(), withStack(), undecided(), cleanReport(), hostile()])('is valid', async (report) => {
    const { results } = await run(report);
    expect(results).toHaveLength(report.findings.length);
  });

  it('points at the line where page and mapping part, and walks from the pin to the harm', async () => {
    const report = withStack();
    const result = (await run(report)).results?.[0];
    expect(result).toMatchObject({ ruleId: 'swapin-cow-under-pin', ruleIndex: 1, level: 'error', rank: 100 });
    expect(result?.partialFingerprints).toEqual({
      'pindrift/v2': '7d1f0c5a92e4b683',
      'pindrift/v1': '0b1f0c5a92e4b683',
    });
    expect(result?.locations?.[0]?.physicalLocation).toMatchObject({
      artifactLocation: { uri: 'odirect_read_swap/trace.txt.gz', index: 0 },
      region: { startLine: 648, byteOffset: 87646, byteLength: 171 },
    });
    const steps = result?.codeFlows?.[0]?.threadFlows[0]?.locations ?? [];
    expect(steps.map((step) => step.location?.physicalLocation?.region?.startLine)).toEqual([331, 599, 639, 648, 660]);
    expect(steps.map((step) => step.kinds?.[0])).toEqual(['pin', 'cause', 'cause', 'cause', 'harm']);
    expect(steps.map((step) => step.importance)).toEqual([
      'essential',
      'important',
      'important',
      'essential',
      'essential',
    ]);
    expect(steps[3]?.location?.physicalLocation?.region?.snippet?.text).toBe(report.findings[0]?.evidence[3]?.text);
    expect(steps[3]?.stack?.frames).toHaveLength(3);
  });

  it('more results than code scanning accepts: the worst are kept, and this is stated', async () => {
    const report = odirect();
    const [finding] = report.findings;
    const notes = Array.from({ length: 25_002 }, (_, i) => ({ ...finding, n: i + 1, severity: 'note' as const }));
    const { invocations, results } = await run({ ...report, findings: [...notes, { ...finding, n: 25_003 }] });
    expect(results).toHaveLength(25_000);
    expect(results?.[0]).toMatchObject({ level: 'error' });
    expect(invocations?.[0]?.toolExecutionNotifications?.[0]?.message.text).toMatch(/^3 results left out/);
  }, 90_000);

  it('findings that the config accepts are results that are suppressed', async () => {
    const report = odirect();
    const [finding] = report.findings;
    const { results } = await run({ ...report, findings: [], suppressed: [{ reason: 'known', finding }] });
    expect(results).toMatchObject([
      { ruleId: finding.rule, suppressions: [{ kind: 'external', justification: 'known' }] },
    ]);
  });

  it('a rule that could not be checked is reported, and so is what was lost', async () => {
    const invocation = (await run(undecided())).invocations?.[0];
    const notes = invocation?.toolExecutionNotifications ?? [];
    expect(invocation?.executionSuccessful).toBe(true);
    expect(notes.filter((note) => note.descriptor?.id === 'could-not-be-checked')).toHaveLength(5);
    expect(notes.filter((note) => note.descriptor?.id === 'loss').map((note) => note.message.text)).toContain(
      '100 events lost on CPU 1 at :1042, :2210: the ring buffer was full.',
    );
  });

  it('a rule that failed makes a run that did not succeed, and says where', async () => {
    const report = cleanReport();
    const failed = { id: 'mine', trace: 0, handler: 'pin', line: 7, at: 'rules/mine.ts:3:9', what: 'TypeError: no' };
    report.rules.push({ id: 'mine', verdict: 'could-not-be-checked', findings: 0, missing: ['x'], failed: [failed] });
    const invocation = (await run(report)).invocations?.[0];
    expect(invocation?.executionSuccessful).toBe(false);
    const [note] = (invocation?.toolExecutionNotifications ?? []).filter(({ level }) => level === 'error');
    expect(note?.message.text).toContain('rule mine failed at rules/mine.ts:3:9');
    expect(note?.locations?.[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: 'rules/mine.ts' },
      region: { startLine: 3, startColumn: 9 },
    });
  });

  it("Microsoft's validator prints no warning", async () => {
    const report = odirect();
    const [trace] = report.traces;
    if (trace !== undefined) trace.path = '/ci/work/traces/a.txt';
    const { artifacts, results, tool } = await run(report, {
      root: '/ci/work',
      version: '1.2.3',
      homepage: 'https://x.test',
    });
    // SARIF2001, SARIF2005, SARIF2012, SARIF2016
    for (const { message } of results ?? []) expect(message.text).toMatch(/\.$/);
    expect(tool.driver.informationUri).toMatch(/^https:/);
    for (const { id, name } of tool.driver.rules ?? []) {
      expect(name).toMatch(/^(?:[A-Z][a-z0-9]*)+$/);
      expect(name).not.toBe(id);
    }
    expect(artifacts?.[0]?.location?.uri).toBe('traces/a.txt');
  });

  it('describes the rules and pindrift', async () => {
    const { driver } = (
      await run(odirect(), {
        version: '1.2.3',
        rules: [
          {
            id: 'swapin-cow-under-pin',
            title: 'Copy on a write fault after a swap-in',
            description: 'More of it.',
            severity: 'error',
            precision: 'certain',
            falsePositives: ['a page that was freed in between'],
            references: ['1493a1913e34 ("mm/swap: remember PG_anon_exclusive via a swp pte bit") (in v5.19)'],
          },
        ],
      })
    ).tool;
    expect(driver).toMatchObject({ name: 'pindrift', version: '1.2.3' });
    expect(driver.rules?.[1]).toMatchObject({
      id: 'swapin-cow-under-pin',
      shortDescription: { text: 'Copy on a write fault after a swap-in' },
      defaultConfiguration: { level: 'error' },
      properties: { precision: 'very-high' },
    });
    expect(driver.rules?.[1]?.help?.text).toContain('Not a finding: a page that was freed in between');
  });

  it('a path of any characters is a URI, standard input has a name, and no message has a link', async () => {
    const { artifacts, results } = await run(hostile());
    const uris = (artifacts ?? []).map((artifact) => artifact.location?.uri ?? '');
    expect(uris[0]).toMatch(/^file:\/\/\/tmp\/[\w\-.~!'()*%/]+\/trace\.txt$/);
    expect(decodeURIComponent(uris[0] ?? '')).toContain(HOSTILE.slice(0, 20));
    expect(uris[1]).toBe('stdin');
    expect(results?.[0]?.message.text).toContain(' \\[a](1)');
  });
});
