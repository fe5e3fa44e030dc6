// `npm run bench:instructions`: the number of instructions that each command executes, counted by valgrind. On a busy
// machine times vary by a tenth from run to run, these counts by a thousandth: they show what a change costs, except
// for cache misses. V8 runs with one thread, so that its compiler and garbage collector are counted, too.
//
//     npm run bench:instructions -- --mb 36 --load fio.txt --against ../built-checkout-before
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SMALL } from './contenders.ts';
import { benchFolder, bigTrace } from './input.ts';
import { plainEnvironment } from './measure.ts';

const { values } = parseArgs({
  options: {
    /** size of the generated trace; valgrind takes fifty times as long as the program */
    mb: { type: 'string', default: '36' },
    /** traces of real programs, plain text */
    load: { type: 'string', multiple: true, default: [] },
    /** another checkout of pindrift, built, to compare with */
    against: { type: 'string' },
  },
});

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const trace = bigTrace(Number(values.mb));
const store = join(benchFolder(), 'instructions.db');

/** What runs: words for it, and the arguments of pindrift, or of Node if they begin with a file. */
const ROWS: readonly [does: string, run: (pindrift: string) => readonly string[]][] = [
  ['`node -e 0`', () => ['-e', '0']],
  ['Node reads 4 MB blocks and finds newlines', () => [here('read-lines.mjs'), trace]],
  ['check of 1,300 lines', (pindrift) => [pindrift, 'check', SMALL]],
  ['check', (pindrift) => [pindrift, 'check', trace]],
  ['ingest', (pindrift) => [pindrift, 'ingest', trace, '-o', store]],
  ['ingest --no-check', (pindrift) => [pindrift, 'ingest', trace, '-o', store, '--no-check']],
  ...values.load.map((load): [string, (pindrift: string) => readonly string[]] => [
    `check of ${basename(load)}`,
    (pindrift) => [pindrift, 'check', resolve(load)],
  ]),
];

const programs = [here('..'), ...(values.against === undefined ? [] : [values.against])].map((checkout) =>
  resolve(checkout, 'bin/run.js'),
);
console.log(`| millions of instructions | here |${values.against === undefined ? '' : ' there | here / there |'}`);
console.log(`| --- | ---: |${values.against === undefined ? '' : ' ---: | ---: |'}`);
for (const [does, run] of ROWS) {
  const counts = programs.map((pindrift) => instructions(run(pindrift)));
  const ratio = counts.length > 1 ? [(counts[0] / counts[1]).toFixed(3)] : [];
  console.log(`| ${[does, ...counts.map((n) => (n / 1e6).toFixed(0)), ...ratio].join(' | ')} |`);
}
rmSync(store, { force: true });

function instructions(args: readonly string[]): number {
  const node = [process.execPath, '--single-threaded', '--hash-seed=42', '--random-seed=42', ...args];
  // code that a run keeps for the next is there for all but the first
  spawnSync(node[0], node.slice(1), { stdio: 'ignore', env: plainEnvironment() });
  rmSync(store, { force: true });
  const valgrind = ['-R', 'valgrind', '--tool=cachegrind', '--cache-sim=no', '--cachegrind-out-file=/dev/null'];
  const { error, stderr } = spawnSync('setarch', [...valgrind, ...node], {
    encoding: 'utf8',
    env: plainEnvironment(),
    maxBuffer: 1 << 30,
  });
  if (error !== undefined) throw new Error(`setarch and valgrind could not be started: ${error.message}`);
  const counted = /I +refs: +([\d,]+)/.exec(stderr)?.[1];
  if (counted === undefined) throw new Error(`valgrind counted nothing:\n${stderr.slice(-2000)}`);
  return Number(counted.replaceAll(',', ''));
}
