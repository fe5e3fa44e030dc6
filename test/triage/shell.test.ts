// The commands as a shell sees them: what goes into a pipe, and how mistakes are answered.
import { beforeAll, expect, it } from 'vitest';
import { pindrift } from '../commands/run.ts';
import { SWAP, store, widest } from './captures.ts';

let path: string;
beforeAll(async () => {
  path = await store('shell.db', SWAP);
});

it('query: CSV in a pipe, SQL from a pipe, mistakes with their place', () => {
  const sql = 'select n, rule from finding';
  const csv = { status: 0, stdout: 'n,rule\n1,swapin-cow-under-pin\n', stderr: '' };
  expect(pindrift(['query', path, sql])).toEqual(csv);
  expect(pindrift(['query', path, '-'], { input: sql })).toEqual(csv);
  expect(pindrift(['query', path, 'select * fro pin'])).toEqual({
    status: 2,
    stdout: '',
    stderr: 'pindrift: SQL: near "fro": syntax error at 1:10\n  select * fro pin\n           ^\n',
  });
});

it('pins: whole lines in a pipe, two lines a pin on a narrow terminal', () => {
  expect(pindrift(['pins', path]).stdout.split('\n').slice(0, 2)).toEqual([
    expect.stringMatching(/^line +held for +pages +address .* flags$/),
    expect.stringMatching(/^:328 .*FOLL_WRITE\|FOLL_GET$/),
  ]);
  const narrow = pindrift(['pins', path], { env: { COLUMNS: '80' } });
  expect(widest(narrow.stdout)).toBeLessThanOrEqual(80);
});

it('show: a page or a finding, not both', () => {
  const told = pindrift(['show', path, '--pfn', '0x7fb7d']);
  expect(told).toMatchObject({ status: 0, stderr: '' });
  expect(told.stdout).toContain('◀ drift');
  const both = pindrift(['show', path, '1', '--pfn', '0x7fb7d']);
  expect(both).toMatchObject({ status: 2, stdout: '' });
  expect(both.stderr).toContain('only one of them');
});
