// The generated pages are those that the rules and types of now would give; and built-in rules use nothing that a rule
// from outside does not have.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { outOfDate } from '../../scripts/rule-docs.ts';

describe('docs/rules and the reference', () => {
  it('are up to date (npm run docs)', async () => {
    expect(await outOfDate()).toEqual([]);
  });
});

describe('the built-in rules', () => {
  const folder = new URL('../../src/rules/', import.meta.url);
  const files = readdirSync(folder).filter(
    (name) => name.endsWith('.ts') && !['contract.ts', 'examples.ts', 'index.ts', 'reasons.ts'].includes(name),
  );

  it.each(files)('%s imports the contract, and helpers beside it', (name) => {
    const imports = [...readFileSync(new URL(name, folder), 'utf8').matchAll(/from '([^']+)'/g)].map(
      ([, from]) => from,
    );
    expect(imports.filter((from) => !/^\.\/[\w-]+\.ts$/.test(from))).toEqual([]);
  });
});
