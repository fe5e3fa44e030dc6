// Why: the rules and what a trace can prove about them, as they are listed and explained.
import { describe, expect, it } from 'vitest';
import { BUILT_IN } from '../../src/rules/index.ts';
import { pindrift } from './run.ts';

const ids = BUILT_IN.map(({ meta }) => meta.id);

describe('rules list', () => {
  it('names every rule', () => {
    const { status, stdout } = pindrift(['rules', 'list']);
    expect(status).toBe(0);
    for (const id of ids) expect(stdout).toContain(id);
  });

  it('--json has every field of every rule', () => {
    const rules = JSON.parse(pindrift(['rules', 'list', '--json']).stdout);
    expect(rules.map(({ id }: { id: string }) => id)).toEqual(ids);
    for (const rule of rules)
      expect(Object.keys(rule)).toEqual(
        expect.arrayContaining(['summary', 'why', 'needs', 'severity', 'falsePositives']),
      );
  });
});

describe('rules explain', () => {
  it('says what, why, when wrong, and what fixes it', () => {
    const { status, stdout } = pindrift(['rules', 'explain', 'swapin-cow-under-pin']);
    expect(status).toBe(0);
    for (const part of ['Why', 'Severity', 'Needs', 'False positives', 'Fixed by', '1493a1913e34'])
      expect(stdout).toContain(part);
  });

  it('fits the terminal', () => {
    const { stdout } = pindrift(['rules', 'explain', 'fork-share-then-cow'], { env: { COLUMNS: '60' } });
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  it.each([
    ['swapin-cow-under-pins', 'swapin-cow-under-pin'],
    ['fork-share-then', 'fork-share-then-cow'],
    ['lostdmawrite', 'lost-dma-write'],
  ])('%s: suggests %s', (typed, meant) => {
    const { status, stderr } = pindrift(['rules', 'explain', typed]);
    expect(status).toBe(2);
    expect(stderr).toBe(`pindrift: no such rule: ${typed}\n  try: pindrift rules explain ${meant}\n`);
  });

  it('nothing like it: the list', () => {
    expect(pindrift(['rules', 'explain', 'xyzzy']).stderr).toContain('try: pindrift rules list');
  });
});
