// The pinned page and what its address maps, as text.
import { expect, it } from 'vitest';
import { bandLines } from '../../src/report/shared/bands.ts';
import { odirect } from './samples.ts';

it('page and address part at the copy; a device has the page from the submit to the end', () => {
  const [finding] = odirect().findings;
  if (finding === undefined) throw new Error('no finding');
  expect(bandLines(finding)).toMatchInlineSnapshot(`
    [
      "page (█ in use by a device or a pipe)",
      "│address",
      "█┃   pin      get_user_pages_fast: maps the page",
      "█╎   unmap    try_to_unmap_one: no present entry",
      "█┃   swap-in  do_swap_page: maps the page",
      "█╲   copy     do_wp_page: drift: maps another page",
      "█  ┃ i/o end  bio_endio",
    ]
  `);
});

it('no picture where nothing happened to the address, or nobody had pinned', () => {
  const [finding] = odirect().findings;
  if (finding === undefined) throw new Error('no finding');
  const evidence = finding.evidence.filter(({ role }) => role === 'pin');
  expect(bandLines({ ...finding, mapping: undefined, evidence })).toBeUndefined();
  const { api: _, ...pin } = finding.pin;
  const others = finding.evidence.filter(({ role }) => role !== 'pin');
  expect(bandLines({ ...finding, pin, evidence: others })).toBeUndefined();
});
