// Which kernel a trace is of, and what that kernel promises: by release, by what lines show, by the architecture.
import { describe, expect, it } from 'vitest';
import { EraEvidence, eraNamed, eraOf, eraOfRelease, erasWithin } from '../../src/vocabulary/era.ts';
import { FUNCTIONS } from '../../src/vocabulary/functions.ts';
import { archNamed } from '../../src/vocabulary/kernel/arch/index.ts';
import { PROMISE_NAMES } from '../../src/vocabulary/kernel/promises.ts';

const arch = (name: string) => archNamed(name);

describe('a release', () => {
  it.each([
    ['5.10.0-32-amd64', '5.10'],
    ['5.14.0-427.el9.x86_64', '5.15'],
    ['5.15.0-119-generic', '5.15'],
    ['v5.19', '6.1'],
    ['6.1.0-50-arm64', '6.1'],
    ['6.5.0-44-generic', '6.6'],
    ['6.6.52', '6.6'],
    ['6.8.0-45-generic', '6.6'],
    ['6.12.117+deb13-amd64', '6.12'],
    ['6.18.2', '6.18'],
    ['7.2.13', '7.2'],
    ['7.3-rc1', '7.3'],
    ['8.0', '7.3'],
  ])('%s is like %s', (release, name) => {
    expect(eraOfRelease(release)?.name).toBe(name);
  });

  it('before 5.9 is none', () => {
    expect(eraOfRelease('5.8.18')).toBeUndefined();
    expect(eraOfRelease('what')).toBeUndefined();
  });
});

describe('what a kernel promises', () => {
  it('grows with the release', () => {
    const kept = (name: string) => PROMISE_NAMES.filter((one) => eraNamed(name, arch('x86_64'))?.promises[one]);
    expect(kept('5.10')).toEqual(['forkCopiesPinned', 'pinnedNotSwapped', 'softDirtySparesPinned']);
    expect(kept('5.15')).toEqual([...kept('5.10'), 'forkCopiesPinnedHugetlb'].sort((a, b) => order(a) - order(b)));
    expect(kept('6.1')).not.toContain('odirectPins');
    expect(kept('6.6')).toEqual(PROMISE_NAMES.filter((name) => name !== 'swapinWaits'));
    expect(kept('6.12')).toEqual([...PROMISE_NAMES]);
  });

  it.each([
    ['x86_64', '6.1', true],
    ['aarch64', '6.1', true],
    ['s390x', '6.1', true],
    ['ppc64le', '6.1', true],
    ['mips64', '6.1', false],
    ['riscv64', '6.1', false],
    ['riscv64', '6.6', true],
    ['x86_64', '5.15', false],
  ])('a swap entry of %s %s remembers that its page was exclusive: %s', (machine, release, is) => {
    expect(eraNamed(release, arch(machine))?.promises.writeGetCoherent).toBe(is);
  });

  it('on an unknown machine is what holds on all', () => {
    expect(eraNamed('6.1')?.promises).toMatchObject({ writePinCoherent: true, writeGetCoherent: false });
    expect(eraNamed('6.12')?.promises.writeGetCoherent).toBe(true);
  });
});

describe('what lines show about the release', () => {
  it('similar kernels need not be distinguished', () => {
    expect(eraOf(['5.10', '5.15'])?.name).toBe('5.10');
    expect(eraOf(['5.10', '5.15'])?.promises.forkCopiesPinnedHugetlb).toBe(false);
    expect(eraOf(['6.12', '6.18'])?.name).toBe('6.12');
    expect(eraOf(['6.12', '6.18'])?.swapTypes).not.toHaveProperty('30');
    expect(eraOf(['6.1', '6.12'])).toBeUndefined();
  });

  it('the numbers of FOLL_ flags distinguish 6.1 from 6.6', () => {
    expect(eraOf(['6.1', '6.6'], { foll: { old: 3, new: 0 } })?.name).toBe('6.1');
    expect(eraOf(['6.1', '6.6'], { foll: { old: 0, new: 3 } })?.name).toBe('6.6');
    expect(eraOf(['6.1', '6.6'], { foll: { old: 1, new: 3 } })?.name).toBe('6.1');
  });

  it('the functions of 6.6 are those of neither 6.1 nor 6.12', () => {
    const evidence = new EraEvidence();
    for (const name of ['internal_get_user_pages_fast', 'folio_add_new_anon_rmap', 'try_to_migrate_one'])
      evidence.fits(FUNCTIONS.find((f) => f.name === name)?.eras ?? '', `${name}()`);
    expect(evidence.candidates).toEqual(['6.6']);
  });

  it('the functions of 5.15 are those of neither 5.10 nor 6.1', () => {
    const evidence = new EraEvidence();
    for (const name of ['try_grab_compound_head', 'try_to_migrate_one'])
      evidence.fits(FUNCTIONS.find((f) => f.name === name)?.eras ?? '', `${name}()`);
    expect(evidence.candidates).toEqual(['5.15']);
  });

  it('a row is about some release', () => {
    expect(FUNCTIONS.filter(({ eras }) => eras === '').map(({ name }) => name)).toEqual([]);
    expect(erasWithin('5.18..6.10')).toBe('6.1 6.6');
  });
});

const order = (name: string): number => PROMISE_NAMES.indexOf(name as never);
