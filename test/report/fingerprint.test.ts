// The same drift has the same name wherever it was captured; another drift has another.
import { describe, expect, it } from 'vitest';
import { type FingerprintParts, fingerprint } from '../../src/engine/fingerprint.ts';

const drift: FingerprintParts = {
  rule: 'swapin-cow-under-pin',
  api: 'get_user_pages_fast',
  flags: ['FOLL_GET', 'FOLL_WRITE'],
  owner: 'bio',
  path: [
    { role: 'pin', fn: 'get_user_pages_fast' },
    { role: 'unmap', fn: 'try_to_unmap_one' },
    { role: 'copy', fn: 'do_wp_page' },
    { role: 'i/o end', fn: 'bio_endio' },
  ],
  harm: ['lost-dma-write', 'leak'],
};

describe('fingerprint', () => {
  it('is kept from release to release', () => {
    expect(fingerprint(drift)).toBe('92746b78b33e700c');
  });

  it.each<[string, Partial<FingerprintParts>]>([
    ['flags in another order', { flags: ['FOLL_WRITE', 'FOLL_GET'] }],
    ['harm in another order', { harm: ['leak', 'lost-dma-write'] }],
    ['another build', { api: 'get_user_pages_fast+0x0/0x30' }],
    ['a clone of the compiler', { path: drift.path.map(({ role, fn }) => ({ role, fn: `${fn}.part.0+0x1c` })) }],
    ['a step that was tried twice', { path: drift.path.flatMap((step) => [step, step]) }],
  ])('is the same with %s', (_what, parts) => {
    expect(fingerprint({ ...drift, ...parts })).toBe(fingerprint(drift));
  });

  it.each<[string, Partial<FingerprintParts>]>([
    ['rule', { rule: 'cow-under-write-pin' }],
    ['api', { api: 'pin_user_pages_fast' }],
    ['flag', { flags: ['FOLL_PIN', 'FOLL_WRITE'] }],
    ['owner', { owner: undefined }],
    ['order of steps', { path: drift.path.toReversed() }],
    ['harm', { harm: [] }],
  ])('is another with another %s', (_what, parts) => {
    expect(fingerprint({ ...drift, ...parts })).not.toBe(fingerprint(drift));
  });
});
