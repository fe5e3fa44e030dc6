// What goes into a mail.
import { describe, expect, it } from 'vitest';
import { render } from './render.ts';
import { cleanReport, hostile, odirect, undecided, withStack } from './samples.ts';

describe('plain text for a mailing list', () => {
  it.each([
    ['odirect', odirect()],
    ['undecided', undecided()],
    ['clean', cleanReport()],
  ])('%s', async (name, report) => {
    await expect(await render('text', report)).toMatchFileSnapshot(`golden/${name}.text-72.txt`);
  });

  it.each([odirect(), undecided(), withStack()])('only quoted trace lines pass 72 columns', async (report) => {
    const quoted = report.findings.flatMap((finding) =>
      finding.evidence.flatMap((step) => [step.text, ...(step.stack ?? [])].map((line) => `  ${line}`)),
    );
    const out = (await render('text', report)).split('\n');
    expect(out).toEqual(expect.arrayContaining(quoted));
    expect(out.filter((line) => line.length > 72 && !quoted.includes(line))).toEqual([]);
  });

  it('what was suppressed did not hold', async () => {
    const { findings, rules, ...report } = odirect();
    const accepted = await render('text', {
      ...report,
      verdict: 'clean',
      findings: [],
      rules: rules.map((rule) => ({ ...rule, verdict: 'clean', findings: 0 })),
      suppressed: findings.map((finding) => ({ reason: 'known', finding })),
    });
    const broken = new Set(findings.flatMap((finding) => [finding.rule, ...finding.also]));
    const held = rules.filter(({ id }) => id !== 'insufficient-evidence' && !broken.has(id)).length;
    expect(accepted).toMatch(
      new RegExp(`clean: ${held} rules? checked \\d+ pins?; ${findings.length} findings? suppressed`),
    );
  });

  it('is ASCII for an ASCII trace', async () => {
    expect(await render('text', odirect())).toMatch(/^[\n\x20-\x7e]*$/);
  });

  it('a task with an endless name: still 72 columns around the quotes and the path', async () => {
    const long = (await render('text', hostile())).split('\n').filter((line) => [...line].length > 72);
    const quotes = /^ {2}(\\x1b| +(scn|<idle>)-)/;
    expect(long.filter((line) => !quotes.test(line) && !line.startsWith('/tmp/'))).toEqual([]);
  });
});
