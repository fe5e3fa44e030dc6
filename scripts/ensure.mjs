// Why: `npm run demo` and `npm test` work on a fresh clone, where there is no node_modules and no dist. Needs nothing
// but Node itself; does nothing when everything is in place.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const NEEDED = [20, 19];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  stop(`Node ${NEEDED.join('.')} or newer is needed, this is ${process.versions.node}`, 'install a newer Node.js');
}

// Only now: this module may use what an old Node lacks.
const { buildDigest, installDigest, isStamped, root, stamp } = await import('./sources.mjs');

const install = installDigest();
if (!isStamped('install', install)) {
  console.log('pindrift: installing dependencies (npm ci; compiles SQLite, about a minute the first time)');
  // With the development dependencies whatever NODE_ENV or the user's npm settings say: the build needs them.
  run(npm(), ['ci', '--include=dev', '--no-audit', '--no-fund'], 'npm ci failed', 'see what npm says above');
  stamp('install', install);
}

const build = buildDigest();
const complete = existsSync(join(root, 'dist/pindrift.cjs')) && existsSync(join(root, 'oclif.manifest.json'));
if (!complete || !isStamped('build', build)) {
  console.log('pindrift: building');
  run(process.execPath, [join(root, 'scripts/build.mjs')], 'the build failed', 'see what the compiler says above');
}

function npm() {
  return process.platform === 'win32' ? 'npm.cmd' : 'npm';
}

function run(command, args, what, tryThis) {
  const shell = command.endsWith('.cmd');
  const { error, status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell });
  if (error) stop(`${what}: ${error.message}`, 'is npm on the PATH?');
  if (status !== 0) stop(what, tryThis);
}

function stop(what, tryThis) {
  console.error(`pindrift: ${what}\n  try: ${tryThis}`);
  process.exit(1);
}
