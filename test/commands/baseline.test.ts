// check --baseline: nothing new is clean or undecided, as without findings; what was fixed and is back counts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const TRACE = join(root, 'fixtures/5.10/odirect_read_swap.ft/trace.txt.gz');
const folder = mkdtempSync(join(tmpdir(), 'pindrift-test-'));
const file = join(folder, 'baseline.json');

function check(...args: string[]) {
  const run = [join(root, 'bin/run.js'), 'check', TRACE, '--no-config', '--json', ...args];
  const { status, stderr, stdout } = spawnSync(process.execPath, run, { encoding: 'utf8' });
  return { status, stderr, report: status === 2 ? undefined : JSON.parse(stdout) };
}

function baseline(state: string, fingerprint: string): void {
  const group = { rule: 'r', cause: 'c', state, comment: 'ticket 7', kernels: [], fingerprints: [fingerprint] };
  writeFileSync(file, JSON.stringify({ schema: 'pindrift.baseline/1', groups: [group] }));
}

it('accepts what is known, and counts what is new or back', { timeout: 120_000 }, () => {
  const [{ fingerprint }] = check().report.findings;
  baseline('known', fingerprint);
  const known = check('--baseline', file);
  expect(known.report.findings).toEqual([]);
  expect(known.report.suppressed).toMatchObject([{ reason: 'known: ticket 7', finding: { fingerprint } }]);
  expect(known.report.verdict).not.toBe('violated');
  expect(known.status).not.toBe(1);
  // written by an earlier version, which had another name for it
  baseline('known', '936ddf256eb9a33b');
  expect(check('--baseline', file).report.suppressed).toMatchObject([{ reason: 'known: ticket 7' }]);
  baseline('fixed', fingerprint);
  expect(check('--baseline', file).status).toBe(1);
  baseline('known', '0000000000000000');
  expect(check('--baseline', file).status).toBe(1);
  writeFileSync(file, '{}');
  expect(check('--baseline', file)).toMatchObject({ status: 2, stderr: expect.stringContaining('baseline.json') });
});
