// A munmap over a pinned huge page: one story, and a line for the other pages.
import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../src/contract/report.ts';
import { render } from './render.ts';
import { odirect } from './samples.ts';

/** The same drift on `pages` pages in a row. */
function hugePage(pages: number): CheckReport {
  const report = odirect();
  const [first] = report.findings;
  report.findings = Array.from({ length: pages }, (_, i) => ({
    ...(first as NonNullable<typeof first>),
    n: i + 1,
    pin: { ...first?.pin, flags: first?.pin.flags ?? [], address: `0x${(0x7fffff000 + i * 4096).toString(16)}` },
  }));
  return report;
}

describe('the same drift on many pages', () => {
  it.each(['pretty', 'text', 'markdown'] as const)('%s reports it once', async (format) => {
    const out = await render(format, hugePage(512), { width: 160 });
    expect(out).toContain('511 more: the same drift at 0x800000000 to 0x8001fe000 (2-512)');
    expect(out).toContain('violated: 512 errors');
    expect(out.split('reclaim (mlock)')).toHaveLength(2);
  });

  it('a few are named one by one', async () => {
    expect(await render('pretty', hugePage(3), { width: 160 })).toContain(
      '   more  2 more: the same drift at 0x800000000, 0x800001000 (2-3)\n',
    );
  });

  it('another process, or another fingerprint, has its own story', async () => {
    const report = hugePage(4);
    const [, second, third] = report.findings;
    Object.assign(second?.pin ?? {}, { tgid: 4711 });
    Object.assign(third ?? {}, { fingerprint: '0000000000000000' });
    const out = await render('pretty', report, { width: 160 });
    expect(out.split('reclaim (mlock)')).toHaveLength(4);
    expect(out).toContain('1 more: the same drift at 0x800002000 (4)');
  });

  it('verbose reports every one', async () => {
    const out = await render('pretty', hugePage(5), { verbose: true });
    expect(out.split('reclaim (mlock)')).toHaveLength(6);
  });

  it.each(['json', 'ndjson', 'csv', 'sarif', 'junit'] as const)('%s lists every one', async (format) => {
    const out = await render(format, hugePage(5));
    expect(out).toContain('0x800003000');
  });
});
