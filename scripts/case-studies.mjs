// Why: the outputs in docs/case-studies are what the tool prints today. Each `<!-- $ COMMAND -->` is followed by its
// output; this rewrites them, and with --check says whether they are so (npm test does).
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './sources.mjs';

const folder = join(root, 'docs/case-studies');
const BLOCK = /<!-- \$ pindrift (.+?) -->\n(?:```\n[\s\S]*?\n```\n)?/g;
const stale = [];

for (const file of readdirSync(folder).filter((name) => name.endsWith('.md'))) {
  const path = join(folder, file);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(
    BLOCK,
    (_, command) => `<!-- $ pindrift ${command} -->\n\`\`\`\n$ pindrift ${command}\n${output(command)}\n\`\`\`\n`,
  );
  if (after === before) continue;
  if (process.argv.includes('--check')) stale.push(file);
  else writeFileSync(path, after);
}

if (stale.length > 0) {
  console.error(
    `pindrift: docs/case-studies is not what pindrift prints (${stale.join(', ')}); run: node scripts/case-studies.mjs`,
  );
  process.exit(1);
}

/** What the command prints, without the long list of rules that a capture of one scenario cannot decide. */
function output(command) {
  const env = { ...process.env, NO_COLOR: '1', COLUMNS: '80' };
  const { stdout } = spawnSync(process.execPath, [join(root, 'bin/run.js'), ...command.split(' ')], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  return stdout.replace(/\ncould not be checked: \d+ of \d+ rules\n[\s\S]*$/, '').trimEnd();
}
