// The guide is right: its rule, its test and what it claims about them, taken from the page itself.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storyOf } from '../../src/commands/shared/story-of.ts';
import { setUp } from '../../src/config/setup.ts';
import { check } from '../../src/engine/check.ts';
import { DebugRule } from '../../src/engine/debug-rule.ts';
import { runTestFile } from '../../src/testing/collect.ts';

const guide = readFileSync(new URL('../../docs/rules-guide/README.md', import.meta.url), 'utf8');
const capture = fileURLToPath(new URL('../../fixtures/7.2/rw_longterm_munmap_part.ft/trace.txt.gz', import.meta.url));

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pindrift-guide-'));
  for (const [, name, text] of guide.matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm))
    writeFileSync(join(folder, name), text);
  copyFileSync(capture, join(folder, 'trace.txt.gz'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the rule of the guide', () => {
  it('passes the test of the guide', async () => {
    const { outcomes } = await runTestFile(join(folder, 'torn-buffer.test.ts'), folder);
    expect(outcomes.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(guide).toContain(`${outcomes.length} tests, all pass`);
  });

  it('is shown by `show` under the number that `check` gives it', async () => {
    const setup = await setUp({ folder, rules: ['./torn-buffer.ts'], config: false });
    const path = join(folder, 'trace.txt.gz');
    const { findings } = await check([path], { rules: setup.rules, running: setup.running });
    const story = await storyOf([path], undefined, { setup, context: 0, quiet: true, warn: () => undefined });
    const numbers = (all: typeof findings) => all.map(({ n, rule }) => `${n} ${rule}`);
    expect(numbers(story.report.findings)).toEqual(numbers(findings));
  });

  it('finds what the guide says, in the capture', async () => {
    const { rules } = await setUp({ folder, rules: ['./torn-buffer.ts'], config: false });
    const said: string[] = [];
    const observer = new DebugRule('torn-buffer', (line) => said.push(line));
    const report = await check([join(folder, 'trace.txt.gz')], { rules, running: { observer } });
    const found = report.findings.filter(({ rule }) => rule === 'torn-buffer');
    expect(found.map(({ message }) => message)).toEqual([
      'rig[1286] unmapped 2 of 8 pages that pin_user_pages_fast had pinned',
    ]);
    expect(guide).toContain(found[0].message);
    for (const line of guide.match(/^(?::\d+ .*zap .*|\s+-> .*)$/gm) ?? []) {
      if (line.includes('unmap_vmas()')) continue;
      expect(said.join('')).toContain(line.trimEnd());
    }
  });
});
