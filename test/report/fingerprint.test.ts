// The same drift has the same name wherever it was captured and however it ended; another drift has another.
import { describe, expect, it } from 'vitest';
import { type FingerprintParts, fingerprint, formerFingerprint } from '../../src/engine/findings/fingerprint.ts';

const drift: FingerprintParts = {
  rule: 'swapin-cow-under-pin',
  api: 'get_user_pages_fast',
  flags: ['FOLL_GET', 'FOLL_WRITE'],
  path: [{ role: 'pin' }, { role: 'unmap' }, { role: 'swap-in' }, { role: 'copy' }],
};

describe('fingerprint', () => {
  it('is kept from release to release', () => {
    expect(fingerprint(drift)).toBe('4f740b0697087091');
  });

  it.each<[string, Partial<FingerprintParts>]>([
    ['flags in another order', { flags: ['FOLL_WRITE', 'FOLL_GET'] }],
    ['another build', { api: 'get_user_pages_fast+0x0/0x30' }],
    ['a clone of the compiler', { api: 'get_user_pages_fast.part.0+0x1c' }],
    ['a step that was tried twice', { path: drift.path.flatMap((step) => [step, step]) }],
    ['I/O that began before it', { path: drift.path.toSpliced(1, 0, { role: 'i/o submit' }) }],
    ['I/O and the release behind it', { path: [...drift.path, { role: 'i/o end' }, { role: 'release' }] }],
  ])('is the same with %s', (_what, parts) => {
    expect(fingerprint({ ...drift, ...parts })).toBe(fingerprint(drift));
  });

  it.each<[string, Partial<FingerprintParts>]>([
    ['rule', { rule: 'cow-under-write-pin' }],
    ['api', { api: 'pin_user_pages_fast' }],
    ['flag', { flags: ['FOLL_PIN', 'FOLL_WRITE'] }],
    ['order of steps', { path: drift.path.toReversed() }],
    ['step', { path: drift.path.toSpliced(1, 1, { role: 'fork' }) }],
  ])('is another with another %s', (_what, parts) => {
    expect(fingerprint({ ...drift, ...parts })).not.toBe(fingerprint(drift));
  });
});

it('is another for every way to write-protect, and without one it is that of mprotect', () => {
  const by = (wrprotect?: string) =>
    fingerprint({ ...drift, path: [{ role: 'pin' }, { role: 'wrprotect', wrprotect }, { role: 'copy' }] });
  expect(by('mprotect')).toBe(by());
  expect(new Set([by(), by('uffd-wp'), by('numa'), by('ksm')]).size).toBe(4);
});

describe('the name of version 1', () => {
  it('is in the baselines of that time', () => {
    const path = [
      { role: 'pin', fn: 'get_user_pages_fast' },
      { role: 'unmap', fn: 'try_to_unmap_one' },
      { role: 'copy', fn: 'do_wp_page.part.0+0x1c' },
      { role: 'i/o end', fn: 'bio_endio' },
    ];
    expect(formerFingerprint({ ...drift, owner: 'bio', path, harm: ['lost-dma-write', 'leak'] })).toBe(
      '92746b78b33e700c',
    );
  });
});
