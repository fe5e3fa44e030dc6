// The gallery of rules from outside: their tests pass, they load by --rules, and together.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { setUp } from '../../src/config/setup.ts';
import { runTestFile, testFiles } from '../../src/testing/collect.ts';

const contrib = fileURLToPath(new URL('../../contrib', import.meta.url));
const packages = readdirSync(contrib, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name.startsWith('pindrift-rules-'))
  .map(({ name }) => name);

describe('contrib', () => {
  it.each(testFiles(['.'], contrib))('%s', async (file) => {
    const { outcomes } = await runTestFile(file, contrib);
    expect(outcomes.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(outcomes.length).toBeGreaterThan(4);
  });

  it('all of them load beside the built-in rules', async () => {
    const { rules } = await setUp({ folder: contrib, rules: packages.map((name) => `./${name}`), config: false });
    const ids = rules.map(({ meta }) => meta.id);
    expect(ids).toEqual(
      expect.arrayContaining(['longterm-pin-across-exec', 'drift-storm', 'vfio-range-unmapped', 'pin-leak']),
    );
  });
});
