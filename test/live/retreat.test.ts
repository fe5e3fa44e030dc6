// Why: when a machine makes more than anybody can read is read from files of the kernel, and what is switched off then is
// written to some. A folder stands for tracefs.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadOf, missedIn } from '../../src/live/instance.ts';
import { Retreat } from '../../src/live/retreat.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

interface Stats {
  entries?: number;
  overrun?: number;
  read?: number;
  oldest?: string;
  now?: string;
}

function instance() {
  const tracefs = mkdtempSync(join(tmpdir(), 'pindrift-tracefs-'));
  folders.push(tracefs);
  const folder = join(tracefs, 'instances/pindrift');
  mkdirSync(join(folder, 'per_cpu/cpu0'), { recursive: true });
  for (const event of ['gup_fast', 'rmap_del', 'fault']) {
    mkdirSync(join(folder, 'events/pindrift', event), { recursive: true });
    writeFileSync(join(folder, 'events/pindrift', event, 'enable'), '1');
  }
  writeFileSync(
    join(tracefs, 'kprobe_profile'),
    '  gup_fast                            10               3\n  theirs   5   9\n  rmap_del  1  1\n',
  );
  return {
    folder,
    isOn: (event: string) => readFileSync(join(folder, 'events/pindrift', event, 'enable'), 'latin1') === '1',
    say({ entries = 0, overrun = 0, read = 0, oldest = '5.000000', now = '5.100000' }: Stats) {
      writeFileSync(
        join(folder, 'per_cpu/cpu0/stats'),
        `entries: ${entries}\noverrun: ${overrun}\ncommit overrun: 0\nbytes: 52\noldest event ts:  ${oldest}\nnow ts:  ${now}\ndropped events: 0\nread events: ${read}\n`,
      );
    },
  };
}

describe('a retreat to the core set', () => {
  it.each<[string, (second: number) => Stats, RegExp]>([
    ['too many events', (second) => ({ read: second * 5000 }), /^5000 events a second$/],
    ['events that were overwritten', (second) => ({ overrun: second * 7 }), /^7 events were overwritten/],
    ['a reader that is behind', () => ({ entries: 9, oldest: '5.0', now: '8.5' }), /3\.5 seconds behind/],
  ])('%s, for three seconds', (_, stats, why) => {
    const { folder, say, isOn } = instance();
    let second = 0;
    const retreat = new Retreat(
      { instances: [folder], core: new Set(['gup_fast']), mostPerSecond: 1000 },
      () => second * 1000,
    );
    const said: (string | undefined)[] = [];
    for (; second < 4; second++) {
      say(stats(second));
      said.push(retreat.look());
    }
    expect(said.slice(0, 3)).toEqual([undefined, undefined, undefined]);
    expect(said[3]).toMatch(why);
    expect(retreat.act().sort()).toEqual(['fault', 'rmap_del']);
    expect([isOn('gup_fast'), isOn('fault'), isOn('rmap_del')]).toEqual([true, false, false]);
    say(stats(second));
    expect(retreat.look()).toBeUndefined();
    expect(retreat.count).toBe(1);
  });

  it('not for a burst, nor where nobody knows', () => {
    const { folder, say } = instance();
    let second = 0;
    const retreat = new Retreat({ instances: [folder], core: new Set(), mostPerSecond: 1000 }, () => second * 1000);
    for (const read of [0, 9000, 18_000, 18_100, 27_000, 36_000]) {
      say({ read });
      expect(retreat.look()).toBeUndefined();
      second++;
    }
    expect(new Retreat({ instances: ['/nowhere'], core: new Set(), mostPerSecond: 1 }).look()).toBeUndefined();
  });

  it('reads what the kernel says: unread, missed, age; a counter as clock has no seconds', () => {
    const { folder, say } = instance();
    say({ entries: 4, read: 6, overrun: 2 });
    expect(loadOf(folder)).toMatchObject({ unread: 4, recorded: 12, gone: 2 });
    expect(loadOf(folder)?.behindSeconds).toBeCloseTo(0.1);
    say({ entries: 4, oldest: '17', now: '4711' });
    expect(loadOf(folder)?.behindSeconds).toBe(0);
    expect(missedIn(folder)).toBe(4);
    expect([loadOf('/nowhere'), missedIn('/nowhere')]).toEqual([undefined, undefined]);
  });
});
