// Why: the two-command start. Shows the main job on a capture of a real kernel, and takes "findings" (exit code 1) for
// what it is here: success.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import './ensure.mjs';
import { root } from './sources.mjs';

const FINDINGS = 1;
const args = ['check', 'fixtures/5.10/odirect_read_swap.ft/trace.txt.gz'];

console.log(`$ pindrift ${args.join(' ')}`);
const { status, signal } = spawnSync(process.execPath, [join(root, 'bin/run.js'), ...args], {
  cwd: root,
  stdio: 'inherit',
});

if (status !== FINDINGS) {
  console.error(`pindrift: the demo should have shown a finding, but ended with ${signal ?? `exit code ${status}`}`);
  process.exit(1);
}
