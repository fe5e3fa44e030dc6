// Why: the example in the README is what the tool prints today. Rewrites it; with --check, says whether it is so
// (npm test does), and whether every command is in the README.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './sources.mjs';

const BEGIN = '<!-- example: written by scripts/readme.mjs -->\n';
const END = '<!-- end of the example -->';
const TRACE = 'fixtures/5.10/odirect_read_swap.ft/trace.txt.gz';
const path = join(root, 'README.md');

const readme = readFileSync(path, 'utf8');
const before = readme.slice(0, readme.indexOf(BEGIN) + BEGIN.length);
const after = readme.slice(readme.indexOf(END));
const updated = `${before}\n${example()}\n${after}`;

const missing = commands().filter((command) => !readme.includes(`\`pindrift ${command}`));
if (missing.length > 0) stop(`README.md does not mention: ${missing.join(', ')}`);

if (!process.argv.includes('--check')) writeFileSync(path, updated);
else if (updated !== readme) stop('the example in README.md is not what pindrift prints; run: node scripts/readme.mjs');

function example() {
  const env = { ...process.env, NO_COLOR: '1', COLUMNS: '80', LC_ALL: 'C.UTF-8' };
  const args = [join(root, 'bin/run.js'), 'check', TRACE];
  const { stdout } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' });
  return `\`\`\`\n$ pindrift check ${TRACE}\n${stdout}\`\`\`\n`;
}

function commands() {
  return readdirSync(join(root, 'src/commands'), { recursive: true })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('base.ts') && !file.startsWith('shared'))
    .map((file) => file.replace(/\.ts$/, '').replaceAll('/', ' '));
}

function stop(what) {
  console.error(`pindrift: ${what}`);
  process.exit(1);
}
