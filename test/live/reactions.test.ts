// Why: what a reaction has saved is all that is left of a drift that comes once a week.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { assemble } from '../../src/config/assemble.ts';
import type { Finding } from '../../src/contract/finding.ts';
import { LiveSource } from '../../src/live/live-source.ts';
import { LiveWatch } from '../../src/live/live-watch.ts';
import { type Reach, react } from '../../src/live/reactions.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pindrift-reactions-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const FINDING = { n: 1, rule: 'swapin-cow-under-pin' } as Finding;

async function save(reach: Partial<Reach>): Promise<string[]> {
  const problems: string[] = [];
  const all: Reach = {
    since: '2026-11-30T044906.123Z',
    recent: () => [Buffer.from('a\n'), Buffer.from('b\n')],
    head: () => ['# head'],
    exit: () => {},
    say: (_, __, problem) => {
      if (problem !== undefined) problems.push(problem);
    },
    ...reach,
  };
  await react([{ do: 'save', folder }], FINDING, all, 1);
  return problems;
}

it('what an earlier watch has saved stays', async () => {
  expect(await save({})).toEqual([]);
  expect(await save({ since: '2026-12-07T000000.000Z', recent: () => [Buffer.from('c\n')] })).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual([
    '2026-11-30T044906.123Z-0001-swapin-cow-under-pin.finding.json',
    '2026-11-30T044906.123Z-0001-swapin-cow-under-pin.trace.txt',
    '2026-12-07T000000.000Z-0001-swapin-cow-under-pin.finding.json',
    '2026-12-07T000000.000Z-0001-swapin-cow-under-pin.trace.txt',
  ]);
  expect(readFileSync(join(folder, readdirSync(folder).sort()[1]), 'latin1')).toBe('# head\na\nb\n');
});

it('nothing remains of what cannot be saved, and the reason is printed', async () => {
  const recent = function* () {
    yield Buffer.from('a\n');
    throw new Error('ENOSPC: no space left on device, write');
  };
  expect(await save({ recent })).toEqual(['ENOSPC: no space left on device, write']);
  const ring = join(folder, 'ring');
  mkdirSync(ring);
  writeFileSync(join(ring, 'tracing_on'), '1\n');
  expect(await save({ ring })).toEqual([expect.stringMatching(/^the ring could not be copied: cat: .*No such file/)]);
  expect(readFileSync(join(ring, 'tracing_on'), 'latin1')).toBe('1');
  expect(readdirSync(folder)).toEqual(['ring']);
});

it('a signal does not wait for reactions that have not begun', async () => {
  const ring = join(folder, 'ring');
  mkdirSync(ring);
  writeFileSync(join(ring, 'tracing_on'), '1\n');
  execFileSync('mkfifo', [join(ring, 'trace')]);
  let said = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
  const path = join(import.meta.dirname, '../../fixtures/5.10/odirect_read_swap.ft/trace.txt.gz');
  const parts = [gunzipSync(readFileSync(path))];
  const setup = await assemble({ folder, config: false });
  let stop = (_?: undefined): void => {};
  const stopped = new Promise<undefined>((resolve) => {
    stop = resolve;
  });
  const live = await LiveWatch.open(new LiveSource('a pipe', { next: async () => parts.pop() ?? stopped, stop }), {
    report: 'ndjson',
    reactions: [{ do: 'save', folder }],
    reactOn: 'warning',
    ring,
    maxSame: 3,
    patience: -1,
    screen: { color: false, width: 80 },
    version: '',
    host: '',
    setup,
    again: async () => setup,
  });
  const ended = live.run();
  // the first save is in progress, the one with the harm waits for it
  await vi.waitFor(() => expect(said).toContain('"type":"update"'), 20_000);
  // Ctrl-C goes to the whole group
  const [, group] =
    execFileSync('ps', ['-eo', 'pgid,args'], { encoding: 'latin1' }).match(`(\\d+) cat -- ${ring}`) ?? [];
  expect(Number(group)).toBeGreaterThan(0);
  const own = execFileSync('ps', ['-o', 'pgid=', '-p', String(process.pid)], { encoding: 'latin1' });
  expect(Number(group)).not.toBe(Number(own));
  process.emit('SIGTERM');
  writeFileSync(join(ring, 'trace'), 'events\n');
  await ended;
  write.mockRestore();
  const lines = said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.filter(({ type }) => type === 'reaction')).toMatchObject([
    { done: true },
    { what: 'save', done: false, detail: 'the watch ends' },
  ]);
});
