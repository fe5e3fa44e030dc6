// A trace behind more text than is looked at to detect its format: output of a build, a mail with an attachment.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CheckReport } from '../../src/contract/report.ts';
import { check } from '../../src/engine/check.ts';
import { fileInput } from '../../src/engine/reading/input.ts';
import { capture, checked, said } from './capture.ts';

const folder = mkdtempSync(join(tmpdir(), 'behind-'));
afterAll(() => rmSync(folder, { recursive: true }));
async function checkedFile(text: string): Promise<CheckReport> {
  writeFileSync(join(folder, 'trace.txt'), text, 'latin1');
  return check([fileInput(join(folder, 'trace.txt'))]);
}

const build = (n: number): string =>
  Array.from({ length: n }, (_, i) => `  CC      drivers/net/ethernet/foo/file${i}.o\n`).join('');
const BEFORE: Record<string, string> = {
  'many lines': build(150),
  'more lines than the head of a file has characters': build(70_000),
  'a line of 100 KB': `Subject: ${'x '.repeat(50_000)}\n`,
};
const clean = capture('6.12/odirect_read_swap.ft');

describe.each(Object.keys(BEFORE))('%s before a trace', (way) => {
  it('whose header counts its events: as the trace alone', async () => {
    const alone = await checked(clean);
    const report = await checkedFile(BEFORE[way] + clean);
    expect(report.verdict).toBe('clean');
    expect(report.traces[0]).toMatchObject({ events: alone.traces[0].events, losses: [] });
    expect(report.traces[0].variant).toContain('behind other text');
  });

  it('whose header counts more events than follow: not clean', async () => {
    const lines = clean.split('\n');
    lines.splice(900, 100);
    const report = await checkedFile(BEFORE[way] + lines.join('\n'));
    expect(report.traces[0].losses).toMatchObject([{ kind: 'truncated' }]);
  });

  it('of trace-cmd report', async () => {
    const text = capture('5.10/odirect_read_swap.tc');
    const report = await checkedFile(BEFORE[way] + text);
    expect(said(report)).toEqual(said(await checked(text)));
    expect(report.traces[0].losses).toEqual([]);
  });

  it('without a header: it is not known what is missing', async () => {
    const report = await checkedFile(BEFORE[way] + clean.replace(/^#.*\n/gm, ''));
    expect(report.verdict).toBe('could-not-be-checked');
    expect(report.traces[0].losses).toMatchObject([{ reason: expect.stringContaining('behind other text') }]);
  });

  it('a line that cannot be read is counted', async () => {
    const report = await checkedFile(BEFORE[way] + clean.replace(/^(?!#)(.{60}).*$/m, '$1').replace(/^ *\S+-/m, '-'));
    expect(report.verdict).not.toBe('clean');
  });
});
