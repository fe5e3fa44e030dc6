// Why: a manifest decides what is checked and what is skipped; a wrong one costs a night.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { ManifestEntry } from '../../src/fleet/contract.ts';
import { entriesOf, shardOf } from '../../src/fleet/shard.ts';
import { pindrift, scratch } from '../commands/run.ts';
import { makeCaptures } from './captures.ts';

const { clean, dir, file } = scratch();
afterAll(clean);

const captures = file('captures');
const paths = makeCaptures(captures, 5);
writeFileSync(`${captures}/notes.md`, 'no trace\n');
mkdirSync(`${captures}/again`);
cpSync(paths[0] as string, `${captures}/again/copy.gz`);

const planned = (args: string[]): { entries: ManifestEntry[]; stderr: string; status: number | null } => {
  const { status, stderr, stdout } = pindrift(['fleet', 'plan', ...args], { cwd: dir });
  return {
    status,
    stderr,
    entries: stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  };
};

describe('fleet plan', () => {
  it('lists the recordings of a folder once each, with size, hash and host', () => {
    const { entries, stderr } = planned([captures, '--host-from', '/(host-\\d)/']);
    expect(stderr).toContain(
      '5 captures to check; already with a result: 0, duplicates: 1, files that are no recordings: 1',
    );
    expect(entries).toHaveLength(5);
    const first = entries.find(({ path }) => path === paths[1]);
    expect(first).toMatchObject({ host: 'host-1', bytes: readFileSync(paths[1] as string).length });
    expect(first?.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('takes globs, lists, and lists of references', () => {
    expect(planned([`${captures}/**/*.txt.gz`]).entries).toHaveLength(5);
    const reference = { path: 's3://bucket/key', bytes: 5, sha256: 'a'.repeat(64) };
    writeFileSync(file('list'), `${paths[0]}\n\n${JSON.stringify(reference)}\n`);
    expect(planned([`@${file('list')}`]).entries.map(({ path }) => path)).toEqual([paths[0], 's3://bucket/key']);
  });

  it('takes a file that was named, whatever it is', () => {
    expect(planned([`${captures}/notes.md`]).entries).toHaveLength(1);
  });

  it.each([
    [['nothing-here'], 'no such file or directory (nothing-here)'],
    [['s3://bucket/key'], 'a list with its size and sha256'],
    [[captures, '--host-from', '('], '--host-from'],
  ])('says what is wrong with %j', (args, words) => {
    const { status, stderr } = planned(args);
    expect(status).toBe(2);
    expect(stderr).toContain(words);
  });

  it.each([
    ['{"path":"x"}', 'bytes'],
    ['{"path":"x","bytes":1,"sha256":"abc"}', 'sha256: 64 hex digits'],
    ['[', 'one JSON object'],
    ['', 'this manifest has no captures'],
  ])('a manifest line %s is an error with its place', (line, words) => {
    writeFileSync(file('bad.ndjson'), `${line}\n`);
    const { status, stderr } = pindrift(['fleet', 'run', file('bad.ndjson'), '-o', file('out')]);
    expect(status).toBe(2);
    expect(stderr).toContain(words);
    if (line !== '') expect(stderr).toContain('bad.ndjson:1');
  });
});

describe('shards', () => {
  const entries: ManifestEntry[] = Array.from({ length: 101 }, (_, i) => ({
    path: `p${i}`,
    bytes: i === 0 ? 1e9 : (i * 7919) % 1e6,
    sha256: i.toString(16).padStart(64, '0'),
  }));

  it('are disjoint, complete, and about the same size', () => {
    const shards = [0, 1, 2, 3].map((index) => entriesOf(entries, { index, count: 4 }));
    expect(new Set(shards.flat().map(({ path }) => path)).size).toBe(101);
    expect(shards.flat()).toHaveLength(101);
    const sizes = shards.map((shard) => shard.reduce((sum, { bytes }) => sum + bytes, 0)).sort((a, b) => a - b);
    // one holds the large capture and nothing else
    expect(shards.some((shard) => shard.length === 1)).toBe(true);
    expect((sizes[2] as number) / (sizes[0] as number)).toBeLessThan(1.1);
  });

  it('do not depend on the order of the manifest', () => {
    const one = entriesOf(entries, { index: 2, count: 3 });
    expect(entriesOf(entries.toReversed(), { index: 2, count: 3 })).toEqual(one);
  });

  it.each([
    [
      {
        SLURM_ARRAY_TASK_ID: '3',
        SLURM_ARRAY_TASK_MIN: '1',
        SLURM_ARRAY_TASK_MAX: '8',
        SLURM_ARRAY_TASK_COUNT: '8',
        SLURM_ARRAY_TASK_STEP: '1',
      },
      { index: 2, count: 8 },
    ],
    [
      {
        SLURM_ARRAY_TASK_ID: '20',
        SLURM_ARRAY_TASK_MIN: '0',
        SLURM_ARRAY_TASK_MAX: '70',
        SLURM_ARRAY_TASK_COUNT: '8',
        SLURM_ARRAY_TASK_STEP: '10',
      },
      { index: 2, count: 8 },
    ],
    [
      { JOB_COMPLETION_INDEX: '0', PINDRIFT_SHARDS: '5' },
      { index: 0, count: 5 },
    ],
    [{}, undefined],
  ])('%j', (env, shard) => {
    expect(shardOf(undefined, env)).toEqual(shard);
  });

  it.each([
    ['3/3', {}],
    ['a', {}],
    [undefined, { JOB_COMPLETION_INDEX: '1' }],
    ['1/0', {}],
  ])('%s %j names none', (flag, env) => {
    expect(() => shardOf(flag, env)).toThrow('this is not a shard');
  });
});
