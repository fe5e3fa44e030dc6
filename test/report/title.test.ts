// A title is that of the story, not of the capture: no page, address, pid or line of it.
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/contract/finding.ts';
import { titleOf } from '../../src/report/shared/title.ts';
import { render } from './render.ts';
import { odirect } from './samples.ts';

const report = odirect();
const finding = report.findings[0] as Finding;
const title = titleOf(finding);
const OWN = [finding.pin.pfn, finding.pin.address, finding.pin.page, finding.mapping?.pfn].filter(
  (one) => one !== undefined,
);

/** The line that each format uses as its title. */
const TITLES = {
  text: /^\[1\].*(?:\n {4}.*)*/m,
  markdown: /^### .*$/m,
  junit: /<failure message="[^"]*"/,
  github: /title=[^:]*/,
  sarif: /"message":\{"text":"[^:"]*/,
} as const;

describe('the title of a finding', () => {
  it('is its cause and the call', () => {
    expect(title).toBe('copied on a write fault after the swap-in (get_user_pages_fast)');
  });

  it.each(Object.keys(TITLES) as (keyof typeof TITLES)[])('%s has nothing of one capture in it', async (format) => {
    const [head = ''] = TITLES[format].exec(await render(format, report)) ?? [];
    expect(head.replaceAll('\\', '').replaceAll(/\s+/g, ' ')).toContain(title);
    for (const own of OWN) expect(head).not.toContain(own);
  });

  it('line: the title, followed by pages and addresses', async () => {
    const line = await render('line', report);
    expect(line).toMatch(/: error, certain: swapin-cow-under-pin: copied on .* \(get_user_pages_fast\): scn\[\d+\] 0x/);
    for (const own of [finding.pin.pfn, finding.mapping?.pfn]) expect(line).toContain(own);
  });
});
