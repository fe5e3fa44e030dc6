// What a rule author does on the first day, from an empty folder: the packed tarball is installed, and with nothing but
// what the guide says a rule, its tests and its runs over a trace and over a store are made. Two rules: one on the
// state, one with a probe that pindrift does not know. Takes a minute or two (SQLite is compiled), so it is not part of
// `npm test`: `npm run test:walks`. PINDRIFT_TARBALL=FILE takes a tarball that is there already.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'pindrift-walks-'));
const folder = join(scratch, 'my-rules');

try {
  const tarball = process.env.PINDRIFT_TARBALL ?? pack();
  mkdirSync(folder);
  run('npm', ['init', '-y']);
  run('npm', ['pkg', 'set', 'type=module']);
  run('npm', ['pkg', 'set', 'allowScripts.better-sqlite3=true', '--json']);
  run('npm', ['install', '--no-audit', '--no-fund', tarball]);
  walk('execve', {
    rule: 'longterm-pin-across-exec',
    finds: /called execve while pfn 0x43301 was pinned FOLL_LONGTERM/,
  });
  walk('probe', {
    rule: 'pin-in-unknown-driver',
    finds: /acme_map\(\) of 1 pages was followed by a pin on pfn 0x43301/,
  });
  types();
  console.log('both walks end where they should');
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function pack() {
  run('node', ['scripts/ensure.mjs'], root);
  const said = run('npm', ['pack', '--json', '--pack-destination', scratch], root);
  const [{ filename }] = JSON.parse(said.slice(said.indexOf('[')));
  return join(scratch, filename);
}

/** @param name folder of the author's files: RULE.ts, RULE.test.ts, trace.txt */
function walk(name, { rule, finds }) {
  console.log(`walk: ${name}`);
  for (const file of readdirSync(join(here, name))) copyFileSync(join(here, name, file), join(folder, file));
  const ruleFile = `./${rule}.ts`;

  expect(pindrift(0, 'rules', 'test', `${rule}.test.ts`), /all pass/, 'the tests pass');
  expect(pindrift(1, 'check', 'trace.txt', '--rules', ruleFile), finds, 'the rule finds it in the trace');
  expect(
    pindrift(1, 'check', 'trace.txt', '--rules', ruleFile, '--json'),
    new RegExp(`"rule": "${rule}"`),
    '... and in the JSON',
  );

  // a store that was made without the rule
  pindrift(0, 'ingest', 'trace.txt', '-o', `${name}.db`, '-q');
  if (new RegExp(rule).test(pindrift(null, 'report', `${name}.db`, '--json')))
    stop('the store knows a rule that it was made without');
  expect(pindrift(1, 'report', `${name}.db`, '--rules', ruleFile), finds, 'the rule finds it in the store');

  // without the rule the trace says nothing of it
  if (new RegExp(rule).test(pindrift(null, 'check', 'trace.txt', '--json'))) stop('a rule ran that nobody named');
  for (const file of readdirSync(join(here, name))) rmSync(join(folder, file));
}

/** The types of the tarball are whole, and the rules compile against them. */
function types() {
  for (const name of ['execve', 'probe']) {
    for (const file of readdirSync(join(here, name)))
      if (file.endsWith('.ts')) copyFileSync(join(here, name, file), join(folder, file));
  }
  const options = {
    module: 'nodenext',
    target: 'es2023',
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    types: [],
    skipLibCheck: false,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }));
  run('node', [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]);
  console.log('ok    the types are whole');
}

function pindrift(status, ...args) {
  return run(join(folder, 'node_modules', '.bin', 'pindrift'), args, folder, status, { HOME: scratch, COLUMNS: '200' });
}

function expect(text, pattern, what) {
  if (!pattern.test(text)) stop(`${what}: ${pattern} is not in\n${text}`);
  console.log(`ok    ${what}`);
}

function run(command, args, cwd = folder, wanted = 0, more = {}) {
  const env = { ...process.env, ...more };
  const { error, status, stderr, stdout } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (error) stop(`${command}: ${error.message}`);
  if (wanted !== null && status !== wanted)
    stop(`\`${command} ${args.join(' ')}\` ended with exit code ${status}, not ${wanted}\n${stdout}${stderr}`);
  return stdout;
}

function stop(what) {
  console.error(`pindrift: ${what}`);
  rmSync(scratch, { recursive: true, force: true });
  process.exit(1);
}
