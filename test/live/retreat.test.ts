// Why: when a machine makes more than anybody can read is read from files of the kernel, and what is switched off then is
// written to some. A folder stands for tracefs.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { WatchEvent } from '../../src/live/events.ts';
import { loadOf, missedIn } from '../../src/live/instance.ts';
import { LiveSource } from '../../src/live/live-source.ts';
import { Retreat } from '../../src/live/retreat.ts';
import { Watch } from '../../src/live/watch.ts';

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
    const { events, since } = retreat.act();
    expect([events.sort(), since]).toEqual([['fault', 'rmap_del'], Number(stats(3).now ?? 5.1)]);
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
    expect(loadOf(folder)?.now).toBe(5.1);
    say({ entries: 4, oldest: '17', now: '4711' });
    expect(loadOf(folder)?.behindSeconds).toBe(0);
    expect(loadOf(folder)?.now).toBeUndefined();
    expect(missedIn(folder)).toBe(4);
    expect([loadOf('/nowhere'), missedIn('/nowhere')]).toEqual([undefined, undefined]);
  });
});

const HEAD = `# pindrift-capture: 1
# pindrift-release: 5.10.0
# pindrift-armed: p:pindrift/swap_in do_swap_page mm=+64(+0($arg1)):x64 addr=+24($arg1):x64 pte=+48($arg1):x64 flags=+8($arg1):x32
# pindrift-armed: r64:pindrift/swap_in_ret do_swap_page ret=$retval:x32
# pindrift-armed: p:pindrift/anon_rmap do_page_add_anon_rmap page=$arg1:x64 mm=+64($arg2):x64 addr=$arg3:x64 rflags=$arg4:x32
# pindrift-armed: p:pindrift/wp_fault do_wp_page mm=+64(+0($arg1)):x64 addr=+24($arg1):x64 pte=+48($arg1):x64 flags=+8($arg1):x32
`;
const MM = 'mm=0xffff8b8c00304440';
const line = (pid: number, time: number, rest: string): string =>
  `             scn-${pid}     [001] ....    ${time.toFixed(6)}: ${rest}\n`;
const swapIn = (pid: number, time: number, addr: string): string =>
  line(pid, time, `swap_in: (do_swap_page+0x0/0x880) ${MM} addr=${addr} pte=0xffffffffffbfe02 flags=0x254`) +
  line(
    pid,
    time + 0.01,
    `anon_rmap: (do_page_add_anon_rmap+0x0/0x200) page=0xfffffba241028d80 ${MM} addr=${addr} rflags=0x1`,
  );
const swapInRet = (pid: number, time: number): string =>
  line(pid, time, 'swap_in_ret: (handle_mm_fault+0xd91/0x1c00 <- do_swap_page) ret=0x0');

/** @param parts each is read after the one before; the retreat is when the second has been */
async function retreating(parts: readonly string[], since: number | undefined) {
  const events: WatchEvent[] = [];
  let next = 0;
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const source = new LiveSource('a pipe', {
    async next() {
      if (next === 1) await opened;
      if (next === 2) watch.narrow({ events: ['swap_in_ret'], since });
      const part = parts[next++];
      return part === undefined ? undefined : Buffer.from(part, 'latin1');
    },
    stop() {},
  });
  const watch = await Watch.open(source, {}, (event) => events.push(event));
  open();
  await watch.run();
  const end = events.find((event) => event.type === 'end');
  const losses = events.filter((event) => event.type === 'loss');
  const reasons = end?.missing.flatMap((one) => one.reasons) ?? [];
  return { losses, end, torn: reasons.filter((reason) => /contradict|missing in the middle/.test(reason)), watch };
}

describe('what a retreat disables', () => {
  const [A, B, C] = ['0x7f1a05afb000', '0x7f1a05afc000', '0x7f1a05afd000'];
  const before = [HEAD + swapIn(7, 1, A), swapInRet(7, 1.1)];
  const wpFault = line(7, 3.2, `wp_fault: (do_wp_page+0x0/0x100) ${MM} addr=${C} pte=0x8000000012345025 flags=0x255`);

  it('is missing from a time of the trace on, and not from where it is read', async () => {
    const backlog = swapIn(7, 2, A) + swapInRet(7, 2.1);
    // of two calls in progress the return of one is recorded while the events are disabled, and of one it is not
    const after = swapIn(8, 2.8, A) + swapIn(7, 3, B) + swapInRet(8, 3.1) + wpFault;
    const { losses, end, torn } = await retreating([...before, backlog + after], 2.95);
    expect(torn).toEqual([]);
    expect(losses).toMatchObject([{ places: 1, line: 6 + 3 + 3 + 2 + 1 }]);
    expect(end?.trace.mmEvents).toBe(3 + 3 + 2 + 2 + 1);
  });

  it('at once if the clock does not count seconds; in any case at the end', async () => {
    const { losses, torn, watch } = await retreating([...before, swapIn(7, 3, B) + wpFault], undefined);
    expect([losses.length, torn]).toEqual([1, []]);
    expect(watch.captureHead().filter((head) => head.includes('swap_in_ret'))).toEqual([]);
    expect((await retreating([...before, swapInRet(8, 2)], 9)).losses).toHaveLength(1);
  });
});
