// Why: the outputs in the documents are what the tool prints today. Each `<!-- $ COMMAND -->` is followed by its output;
// this rewrites them, and with --check says whether they are so (npm test does). The files to look at are arguments;
// without any, all of docs/case-studies. Commands run in a folder of their own, so that stores they make go with it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { root } from './sources.mjs';

const folder = join(root, 'docs/case-studies');
const BLOCK = /<!-- \$ pindrift (.+?) -->\n(?:```\n[\s\S]*?\n```\n)?/g;
const check = process.argv.includes('--check');
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const files = named.length > 0 ? named.map((file) => resolve(file)) : caseStudies();
const stale = [];
const place = mkdtempSync(join(tmpdir(), 'pindrift-docs-'));

try {
  symlinkSync(join(root, 'fixtures'), join(place, 'fixtures'));
  for (const path of files) {
    const before = readFileSync(path, 'utf8');
    const after = before.replace(
      BLOCK,
      (_, command) =>
        `<!-- $ pindrift ${command} -->\n\`\`\`\n${[`$ pindrift ${command}`, output(command)].join('\n').trimEnd()}\n\`\`\`\n`,
    );
    if (after === before) continue;
    if (check) stale.push(relative(root, path));
    else writeFileSync(path, after);
  }
} finally {
  rmSync(place, { recursive: true, force: true });
}

if (stale.length > 0) {
  console.error(
    `pindrift: not what pindrift prints: ${stale.join(', ')}; run: node scripts/case-studies.mjs ${stale.join(' ')}`,
  );
  process.exit(1);
}

function caseStudies() {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

/** What the command prints, without the long list of rules that a capture of one scenario cannot decide. */
function output(command) {
  const env = { ...process.env, NO_COLOR: '1', COLUMNS: '80', LC_ALL: 'C.UTF-8' };
  const { status, stderr, stdout } = spawnSync(process.execPath, [join(root, 'bin/run.js'), ...words(command)], {
    cwd: place,
    env,
    encoding: 'utf8',
  });
  if (stderr !== '') throw new Error(`pindrift ${command} (${status}): ${stderr}`);
  return stdout.replace(/\ncould not be checked: \d+ of \d+ rules\n[\s\S]*$/, '').trimEnd();
}

/** As a shell splits them: blanks, and "..." around words with blanks. */
function words(command) {
  return Array.from(command.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain);
}
