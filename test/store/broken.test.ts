// Why: a store that is damaged anywhere is refused in a sentence, by every command that reads one, and what SQLite cannot
// answer is an error of the SQL.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pindrift, STORY, scratch } from '../commands/run.ts';

const { file, clean } = scratch();
const store = file('x.db');
afterAll(clean);
beforeAll(() => {
  expect(pindrift(['ingest', STORY, '-o', store]).status).toBe(0);
});

/** Exit codes of an answer, and of an input that cannot be used. */
const ANSWERS = [0, 1, 2, 3];
const PAGE = 4096;

const COMMANDS = (path: string): string[][] => [
  ['report', path, '--json'],
  ['report', path, '--rules', 'contrib/pindrift-rules-exec/longterm-pin-across-exec.ts'],
  ['query', path, 'select * from event'],
  ['events', path],
  ['pins', path],
  ['show', path, '1'],
];

describe('a store whose pages are overwritten, one in seven', () => {
  it.each([1, 2, 3, 6])('from page %i on', { timeout: 120_000 }, (first) => {
    const bytes = readFileSync(store);
    const size = bytes.readUInt16BE(16) || PAGE;
    for (let page = first; page * size < bytes.length; page += 7)
      for (let at = page * size + (page === 0 ? 100 : 0); at < Math.min(bytes.length, (page + 1) * size); at += 5)
        bytes[at] ^= 0x55 ^ (at & 0x3f);
    const path = file(`damaged-${first}.db`);
    writeFileSync(path, bytes);
    const command = COMMANDS(path)[first % 6];
    for (const args of [command, COMMANDS(path)[1]]) {
      const { status, stderr } = pindrift(args);
      expect(ANSWERS, `${args.join(' ')}: ${stderr}`).toContain(status);
      if (status === 2) expect(stderr).toContain(path);
    }
  });
});

describe('SQL that SQLite cannot answer', () => {
  it.each([
    'select zeroblob(1000000001)',
    'select ?1, :a, @b',
    'select hex(zeroblob(600000000))',
    'with recursive t(x) as (select x from t) select * from t',
  ])('%s', { timeout: 120_000 }, (sql) => {
    const { status, stderr } = pindrift(['query', store, sql]);
    expect(stderr).toMatch(/^pindrift: SQL: /);
    expect(status).toBe(2);
  });

  it('a table that is damaged', () => {
    const bytes = readFileSync(store);
    const size = bytes.readUInt16BE(16);
    for (let page = 3; page * size < bytes.length; page++) bytes.fill(0x77, page * size, page * size + 64);
    const path = file('tables.db');
    writeFileSync(path, bytes);
    const { status, stderr } = pindrift(['query', path, 'select * from event']);
    expect(stderr).toMatch(/^pindrift: this store is damaged/);
    expect(status).toBe(2);
  });
});
