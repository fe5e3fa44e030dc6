// Why: what a killed run leaves is taken away by the next one, and nothing else is.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { temporaryBeside, temporaryFolder } from '../../src/util/temporary.ts';

const folder = mkdtempSync(join(tmpdir(), 'pd-sweep-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The number of a process that is over. */
const dead = spawnSync(process.execPath, ['-e', '']).pid;
const place = /-([0-9a-f]{8})\.tmp$/.exec(temporaryBeside(join(mkdtempSync(join(folder, 'x')), 'a')))?.[1];

it('what dead processes left goes, everything else stays', () => {
  const file = (name: string, days = 0): string => {
    const path = join(folder, name);
    writeFileSync(path, '');
    const then = Date.now() / 1000 - days * 86_400;
    utimesSync(path, then, then);
    return path;
  };
  const left = [
    file(`.x.db.pindrift-${dead}-${place}.tmp`),
    file(`.x.db.pindrift-${dead}-${place}.tmp2`),
    file(`.x.db.pindrift-${dead}-${place}.tmp-journal`),
    file(`.y.pindrift-${dead}-00000000.tmp`, 2),
    join(folder, `pindrift-${dead}-${place}-aB3_x9`),
  ];
  mkdirSync(left[4]);
  writeFileSync(join(left[4], 'input'), 'x');
  const kept = [
    file(`.x.db.pindrift-${process.pid}-${place}.tmp`),
    // another machine on a shared folder: nobody knows
    file(`.x.db.pindrift-${dead}-00000000.tmp`),
    file(`.x.db.${dead}.tmp`),
    file(`pindrift-${dead}.db`),
    file(`x.db.pindrift-${dead}-${place}.tmp`),
  ];
  temporaryBeside(join(folder, 'z'));
  expect(left.filter((path) => existsSync(path))).toEqual([]);
  expect(kept.filter((path) => !existsSync(path))).toEqual([]);
});

it('a temporary directory that does not exist is named, with what to set', () => {
  vi.stubEnv('TMPDIR', '/no/such/folder');
  try {
    expect(temporaryFolder).toThrow(
      expect.objectContaining({ where: '/no/such/folder', tryThis: expect.stringContaining('TMPDIR=') }),
    );
  } finally {
    vi.unstubAllEnvs();
  }
});
