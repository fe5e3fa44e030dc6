// Why: stores of several versions of pindrift in one triage. A drift is one drift, whatever it was called then.
import { describe, expect, it } from 'vitest';
import { newestName } from '../../src/report/groups/newest-names.ts';

describe('the name of today', () => {
  it('is given to a finding that an earlier version stored', () => {
    const nameOf = newestName([{ fingerprint: 'new', formerFingerprints: ['old'] }, { fingerprint: 'old' }]);
    expect(nameOf({ fingerprint: 'old' })).toBe('new');
    expect(nameOf({ fingerprint: 'other' })).toBe('other');
  });

  it('is not guessed where an old name fits two of today', () => {
    const nameOf = newestName([
      { fingerprint: 'a', formerFingerprints: ['old'] },
      { fingerprint: 'b', formerFingerprints: ['old'] },
      { fingerprint: 'a', formerFingerprints: ['old'] },
    ]);
    expect(nameOf({ fingerprint: 'old' })).toBe('old');
  });
});
