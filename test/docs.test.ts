// What the documents show is what the tool does.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

it('the case studies show what pindrift prints today', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/case-studies.mjs', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
}, 180_000);

it('the reference says what each type of a transition or of the state can be', () => {
  const page = readFileSync(join(root, 'docs/rules-guide/reference.md'), 'utf8');
  const state = page.slice(page.indexOf('## Transitions'), page.indexOf('## Events'));
  const used = [...state.matchAll(/^\s*readonly \w+\??: ([^\n]*);$|`\w+: ([^`]*)`/gm)].flatMap(([, field, cell]) => [
    ...(field ?? cell ?? '').replace(/'[^']*'/g, '').matchAll(/\b[A-Z]\w+/g),
  ]);
  const known = new Set([
    'Readonly',
    'Record',
    'Kind',
    ...[...page.matchAll(/^(?:interface|type) (\w+)/gm)].map(([, name]) => name),
  ]);
  expect([...new Set(used.map(([name]) => name))].filter((name) => !known.has(name))).toEqual([]);
});
