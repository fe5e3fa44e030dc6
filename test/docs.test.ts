// What the documents show is what the tool does.
import { spawnSync } from 'node:child_process';
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
