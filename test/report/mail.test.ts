// A finding as a mail: what the page's button copies and `show --mail` prints.
import { describe, expect, it } from 'vitest';
import { FindingIndex } from '../../src/report/html/client/filter.ts';
import { mailOf } from '../../src/report/html/mail.ts';
import { mails } from '../../src/report/html/mails.ts';
import { partsOf } from '../../src/report/html/views.ts';
import { manyLives, odirectLife } from './lives.ts';
import { hostile, odirect } from './samples.ts';

describe('a finding as a mail', () => {
  const [text = ''] = mails(odirect(), 1, '0.1.0');
  const quoted = odirect().findings.flatMap(({ evidence }) => evidence.map((step) => `  ${step.text}`));

  it('has a subject, what happened, the lines as they are, the kernel and how to see it again', () => {
    expect(text).toMatch(/^Subject: .+ \(get_user_pages_fast\)\n\n/);
    expect(text.replace(/\s+/g, ' ')).toContain(odirect().findings[0]?.message);
    expect(text.split('\n')).toEqual(expect.arrayContaining(quoted.filter((line) => line !== '  ')));
    expect(text).toMatch(/^kernel: /m);
    expect(text).toMatch(/^ {2}pindrift show odirect_read_swap\/trace\.txt\.gz 1$/m);
  });

  it('only trace lines and the subject pass 72 columns, and it is ASCII', () => {
    const long = text.split('\n').filter((line) => line.length > 72 && !quoted.includes(line));
    expect(long.filter((line) => !line.startsWith('Subject: '))).toEqual([]);
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
  });

  it('of a hostile trace has no control characters, and a path that a shell takes as one word', () => {
    const report = hostile();
    const [trace] = report.traces;
    if (trace === undefined) throw new Error('the sample has a trace');
    trace.path = "a b'; rm -rf $(x).txt";
    const [mail = ''] = mails(report, undefined, '0.1.0');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
    expect(mail).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(mail).toContain("pindrift show 'a b'\\''; rm -rf $(x).txt' 1");
  });

  it('names the number that the finding has where its trace is checked alone', () => {
    const { report } = manyLives(60, 4);
    const [trace] = report.traces;
    if (trace === undefined) throw new Error('the sample has a trace');
    report.traces = [trace, { ...trace, path: 'second.txt' }];
    report.findings = report.findings.map((finding, i) => ({ ...finding, trace: i < 2 ? 0 : 1 }));
    const view = partsOf({ report, pins: [] }, {}).report;
    expect(view.findings.map((finding) => /show \S+ \d+/.exec(mailOf(finding, view))?.[0]).at(-1)).toBe(
      'show second.txt 2',
    );
  });
});

it('one drift of several captures stands together, the worst first', () => {
  const { report } = odirectLife();
  const [finding] = report.findings;
  if (finding === undefined) throw new Error('the sample has a finding');
  const other = { ...finding, rule: 'fork-share-then-cow', severity: 'note' as const };
  report.findings = [other, finding, other, finding].map((one, i) => ({ ...one, n: i + 1, trace: i % 2 }));
  const index = new FindingIndex(partsOf({ report, pins: [] }, {}).report.findings);
  const all = { text: '', severities: new Set(['error', 'warning', 'note'] as const), rule: '', fold: false };
  expect(index.matching({ ...all, worstFirst: false, byDrift: true }).map(({ n }) => n)).toEqual([2, 4, 1, 3]);
});
