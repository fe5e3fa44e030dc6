// Why: what users get is the tarball, installed globally, and not this tree. Packs, installs into a temporary prefix
// (compiling SQLite as a user's machine would) and runs what a new user runs first.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import './ensure.mjs';
import { root } from './sources.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'pindrift-pack-'));
const prefix = join(scratch, 'prefix');
/** A capture that must be called clean: it has no finding, so the exit code is 0. */
const clean = join(root, 'fixtures/6.12/odirect_read_swap.ft/trace.txt.gz');
const pindrift = join(prefix, 'bin', 'pindrift');

try {
  const [{ filename, size, entryCount }] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', scratch]));
  console.log(`packed ${filename}: ${entryCount} files, ${Math.round(size / 1024)} KiB`);

  const tarball = join(scratch, filename);
  run('npm', ['install', '--global', '--prefix', prefix, '--allow-scripts=better-sqlite3', '--no-audit', tarball]);

  // Somewhere else, with a home of its own: it must find nothing of this tree, and write nothing into the real one.
  expect('pindrift/', '--version');
  expect('USAGE', '--help');
  expect('complete -o bashdefault', 'completion', 'bash');
  expect('bashcompinit', 'completion', 'zsh');
  expect('clean:', 'check', clean);
  expect('nothing lost', 'ingest', clean, '-o', join(scratch, 'x.db'));
  expect('"pindrift.check/1"', 'report', join(scratch, 'x.db'), '--json');
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function expect(text, ...args) {
  const stdout = run(pindrift, args, scratch);
  if (!stdout.includes(text)) stop(`\`pindrift ${args.join(' ')}\` did not print "${text}" but:\n${stdout}`);
  console.log(`ok  pindrift ${args.join(' ')}`);
}

function run(command, args, cwd = root) {
  const env = cwd === root ? process.env : { ...process.env, HOME: scratch, XDG_CACHE_HOME: join(scratch, 'cache') };
  const { error, status, stderr, stdout } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (error) stop(`${command}: ${error.message}`);
  if (status !== 0) stop(`\`${command} ${args.join(' ')}\` ended with exit code ${status}\n${stdout}${stderr}`);
  return stdout;
}

function stop(what) {
  rmSync(scratch, { recursive: true, force: true });
  console.error(`pindrift: ${what}`);
  process.exit(1);
}
