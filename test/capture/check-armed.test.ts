// Why: what a capture says of itself decides between "clean" and "could not be checked". On a real one, of a program that
// pins nothing.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/engine/check.ts';
import { coverage } from '../../src/engine/coverage.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { definitionsIn } from '../../src/parsers/detect/recorded.ts';

const path = fileURLToPath(new URL('../../fixtures/6.12/none_quick.capture/trace.txt.gz', import.meta.url));
const whole = gunzipSync(readFileSync(path)).toString('latin1');
const without = (pattern: RegExp): string =>
  whole
    .split('\n')
    .filter((line) => !pattern.test(line))
    .join('\n');

const outcome = async (text: string, options = {}) => {
  const report = await check([memoryInput('trace', text)], options);
  const deciding = report.rules.find(({ id }) => id === 'insufficient-evidence');
  return { verdict: report.verdict, why: deciding?.missing ?? [], report };
};

describe('a capture of a program that pins nothing', () => {
  it('is clean, with the reason', async () => {
    const { verdict, report } = await outcome(whole);
    expect(verdict).toBe('clean');
    expect(report.traces[0]).toMatchObject({ kernel: '6.12.117+deb13-amd64', era: '6.12', clock: 'mono' });
    const soft = report.rules.find(({ id }) => id === 'soft-dirty-then-cow');
    expect(soft).toMatchObject({ verdict: 'clean', still: ['clear_refs_pte_range'] });
    const exclusive = report.rules.find(({ id }) => id === 'pin-under-device-exclusive');
    expect(exclusive).toMatchObject({ verdict: 'could-not-be-checked' });
    expect(exclusive?.missing[0]).toBe('make_device_exclusive_range (not in this kernel)');
  });

  it('is clean though ends of I/O were missed, and not where a fault was', async () => {
    const missed = (event: string) => whole.replace(new RegExp(`^(# pindrift-hits: ${event} \\d+) 0$`, 'm'), '$1 7');
    for (const event of ['bio_end', 'bio_release', 'bio_checkdirty'])
      expect(await outcome(missed(event)), event).toMatchObject({ verdict: 'clean' });
    expect(await outcome(missed('wp_fault'))).toMatchObject({
      verdict: 'could-not-be-checked',
      why: ['the probe missed 7 calls of do_wp_page'],
    });
  });

  it('is not clean with a line cut at any place after its name', async () => {
    const lines = whole.split('\n');
    const at = lines.findLastIndex((line) => line.includes(' wp_fault_ret: '));
    const line = lines[at];
    for (let end = line.indexOf('wp_fault_ret') + 4; end <= line.indexOf('ret=0') + 4; end++) {
      const { verdict, why } = await outcome(lines.with(at, line.slice(0, end)).join('\n'));
      expect(verdict, line.slice(0, end)).toBe('could-not-be-checked');
      expect(why).toContain('1 line could not be read');
    }
  }, 60_000);

  it('without its head cannot be checked, and with a list of what was armed can', async () => {
    const bare = without(/^# pindrift-/);
    expect((await outcome(bare)).verdict).toBe('could-not-be-checked');
    const armed = definitionsIn(whole.replaceAll('# pindrift-armed: ', ''));
    expect((await outcome(bare, { armed, kernel: '6.12' })).verdict).toBe('clean');
  });

  it.each([
    [
      'calls were missed',
      whole.replace(/(pindrift-hits: gup_slow \d+) 0/, '$1 7'),
      /the probe missed 7 calls of __get_user_pages/,
    ],
    [
      'it was filtered',
      whole.replace('# pindrift-tier', '# pindrift-filter: pid 7\n# pindrift-tier'),
      /recorded with pid 7/,
    ],
    ['events were dropped', whole.replace('dropped=0', 'dropped=9'), /9 events were overwritten/],
  ])('is not where %s', async (_, text, why) => {
    const { verdict, why: reasons } = await outcome(text);
    expect(verdict).toBe('could-not-be-checked');
    expect(reasons.join('\n')).toMatch(why);
  });

  it('proves nothing about what was not seen if events are missing', async () => {
    const lines = whole.split('\n');
    const at = lines.findIndex((line) => line !== '' && !line.startsWith('#')) + 40;
    const lossy = [...lines.slice(0, at), 'CPU:0 [LOST 12 EVENTS]', ...lines.slice(at)].join('\n');
    for (const text of [lossy, whole.replace('dropped=0', 'dropped=9')]) {
      const { report } = await outcome(text);
      const soft = report.rules.find(({ id }) => id === 'soft-dirty-then-cow');
      expect(soft).toMatchObject({ verdict: 'could-not-be-checked', missing: ['clear_refs_pte_range (never seen)'] });
      expect(report.rules.some(({ still = [] }) => still.length > 0)).toBe(false);
    }
  });

  it('is treated the same by coverage', async () => {
    const [{ rules }] = (await coverage([memoryInput('trace', whole)])).traces;
    expect(rules.find(({ id }) => id === 'soft-dirty-then-cow')).toMatchObject({ decidable: true, missing: [] });
  });
});
