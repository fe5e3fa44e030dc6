// Why: what a trace cannot prove must be said together with the probe that would prove it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
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

describe('what to record next time', { timeout: 60_000 }, () => {
  const withoutGup = `${mkdtempSync(`${tmpdir()}/pindrift-`)}/trace.txt`;
  const lines = gunzipSync(readFileSync(LOOK_ALIKE)).toString();
  writeFileSync(
    withoutGup,
    lines
      .split('\n')
      .filter((line) => !/_user_pages|try_grab|follow_page|gup_fast/.test(line))
      .join('\n'),
  );
  afterAll(() => rmSync(dirname(withoutGup), { recursive: true }));

  it('without a GUP call: its probes first, and each definition once', () => {
    const { stdout } = pindrift(['coverage', withoutGup]);
    const flat = stdout.replaceAll(/\s+/g, ' ');
    expect(flat).toContain('No GUP call was recorded: add these probes first.');
    const definitions = stdout.split('\n').filter((line) => /^ {2}[pr]\d*:/.test(line));
    expect(new Set(definitions).size).toBe(definitions.length);
    expect(flat.split('get_user_pages_fast or pin_user_pages_fast')).toHaveLength(1);
  });

  it('check prints the same, once, and not what else those rules lack', () => {
    const { stdout } = pindrift(['check', withoutGup]);
    expect(stdout.match(/no GUP call was recorded/g)).toHaveLength(1);
    expect(stdout).toContain('  - for the reasons above\n');
  });

  it('is said for a trace of an unknown kernel too, and not repeated by any rule', () => {
    const trace = join(dirname(withoutGup), 'page-ref.txt');
    const line = 'scn-1 [000] ..... 1.000001: page_ref_set: pfn=0x1 flags= count=1 mapcount=0 mapping=0 mt=1 val=1';
    writeFileSync(trace, `# tracer: nop\n#\n           ${line}\n`);
    const { stdout } = pindrift(['coverage', trace]);
    expect(stdout).toContain('era unknown');
    expect(stdout).toContain('No GUP call was recorded: add its probes first.');
    expect(stdout.match(/no GUP call was recorded/g)).toHaveLength(2); // the rules, and the trace as a whole
  });

  it('lost events: how to keep them', () => {
    const trace = join(dirname(withoutGup), 'lost.txt');
    writeFileSync(trace, lines.replace(/\n(?=[^#])/, '\nCPU:1 [LOST 1234567 EVENTS]\n'));
    expect(pindrift(['coverage', trace]).stdout).toContain('next time: larger buffers');
    expect(pindrift(['check', trace]).stdout.replaceAll(/\s+/g, ' ')).toContain(
      '1,234,567 events were lost in 1 place',
    );
  });

  it('what decides a rule by itself comes before what is needed with others', () => {
    const { next } = coverage(LOOK_ALIKE);
    const counts = next.map(({ decides }) => decides.length);
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
    expect(next.every(({ decides, helps }) => decides.length + helps.length > 0)).toBe(true);
  });

  it('three sets, each more than the one before, with what they cost in this trace', () => {
    const { sets } = coverage(LOOK_ALIKE);
    expect(sets.map(({ name }) => name)).toEqual(['minimal', 'recommended', 'full']);
    const [minimal, recommended, full] = sets;
    for (const [a, b] of [
      [minimal, recommended],
      [recommended, full],
    ]) {
      expect(b.lines).toEqual(expect.arrayContaining(a.lines));
      expect(b.decides).toEqual(expect.arrayContaining(a.decides));
      expect(b.events).toBeGreaterThanOrEqual(a.events ?? 0);
    }
  });

  it('of a kernel, without a trace', () => {
    const { status, stdout } = pindrift(['coverage', '--kernel', '6.1']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/recommended +\d+ +\d+ {2}/);
    const lines = pindrift(['coverage', '--kernel', '6.1', '--set', 'minimal']).stdout;
    expect(lines).toContain('r64:pindrift/fork_vma_ret copy_page_range ret=$retval:s32\n');
    expect(lines).toContain('\nevents/sched/sched_process_fork/enable\n');
    const json = JSON.parse(pindrift(['coverage', '--kernel', '5.10', '--json']).stdout);
    expect(json.schema).toBe('pindrift.coverage-kernel/1');
    expect(json.impossible).toContain('pin-under-device-exclusive');
    for (const flags of [[], ['--kernel', '3.2'], [LOOK_ALIKE, '--set', 'full']])
      expect(pindrift(['coverage', ...flags])).toMatchObject({ status: 2, stdout: '' });
  });
});
