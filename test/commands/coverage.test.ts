// Why: what a trace cannot prove must be said together with the probe that would prove it.
import { describe, expect, it } from 'vitest';
import type { Coverage, RuleCoverage } from '../../src/engine/coverage.ts';
import { fixture, LOOK_ALIKE, pindrift, STORY } from './run.ts';

function coverage(path: string, ...flags: string[]): Coverage['traces'][number] {
  const { status, stdout } = pindrift(['coverage', path, '--json', ...flags]);
  expect(status).toBe(0);
  return (JSON.parse(stdout) as Coverage).traces[0];
}

const rule = (rules: readonly RuleCoverage[], id: string) => rules.find((one) => one.id === id);

describe('coverage', () => {
  it('counts the kinds, and names the events that showed them', () => {
    const { events, kinds, trace } = coverage(STORY);
    expect(kinds.wpCopy).toBe(1);
    expect(events.find(({ event }) => event === 'wp_copy')).toMatchObject({
      kind: 'wpCopy',
      symbol: 'wp_page_copy',
      count: 1,
    });
    expect(events.find(({ event }) => event === 'page_fault_user')?.kind).toBeUndefined();
    expect(events.reduce((sum, { count }) => sum + count, 0)).toBe(trace.events);
  });

  it.each([
    [STORY, 'p:pindrift/fork_vma copy_page_range dst=+64(%di):x64 src=+64(%si):x64'],
    [LOOK_ALIKE, 'p:pindrift/fork_vma copy_page_range dst=+16(%di):x64 src=+16(%si):x64'],
  ])('gives the probe for the kernel of the trace: %s', (path, line) => {
    const forks = rule(coverage(path).rules, 'fork-share-then-cow');
    expect(forks).toMatchObject({ decidable: false, missing: [{ anyOf: ['forkVma'] }] });
    expect(forks?.missing[0].add[0]).toContain(line);
    expect(pindrift(['coverage', path]).stdout).toContain(`\n  ${line}`);
  });

  it('a rule that can be decided is said to be', () => {
    expect(rule(coverage(STORY).rules, 'swapin-cow-under-pin')).toMatchObject({
      decidable: true,
      missing: [],
      reasons: [],
    });
  });

  it('losses, CPU by CPU, with their places and times', () => {
    const path = fixture('6.12/mixed.ft-lost');
    const cpus = new Set(
      coverage(path)
        .trace.losses.filter(({ kind }) => kind === 'lost-events')
        .map(({ cpu }) => cpu),
    );
    const { stdout } = pindrift(['coverage', path]);
    for (const cpu of cpus) expect(stdout).toMatch(new RegExp(`CPU ${cpu}: `));
    expect(stdout).toMatch(/ at :\d+/);
    expect(stdout).toContain('after the first event');
    expect(stdout).toContain('the trace as a whole');
  });

  it('pins: followed, presumed, open', () => {
    expect(pindrift(['coverage', STORY]).stdout).toMatch(
      /pins +\d+ pins?: \d+ followed from grab to release, \d+\s+presumed/,
    );
  });

  it('fails as check does when there is no trace', () => {
    expect(pindrift(['coverage', 'no/such/file'])).toMatchObject({ status: 2, stdout: '' });
  });
});
