// Why: what a reaction has saved is all that is left of a drift that comes once a week.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Finding } from '../../src/contract/finding.ts';
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

it('of what cannot be saved nothing stays, and the reason is said', async () => {
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
