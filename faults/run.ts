// `npm run faults`: what the world does to a run, again and again: kill -9 at any moment, a full disk, files that may not
// grow, readers that leave, closed streams, signals. After each of them a store or a report is whole or not there, the
// exit code says what happened, the next run works, and nothing is left behind.
// Options: --kills N, --disks N (each kind of fault so often), --seed N, --json FILE (figures).
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Random } from '../fuzz/random.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    disks: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    json: { type: 'string' },
  },
});

const root = join(import.meta.dirname, '..');
const BIN = join(root, 'bin/run.js');
const TRACE = join(root, 'fixtures/5.10/odirect_read_swap.ft/trace.txt.gz');
const rnd = new Random(Number(values.seed));
const folder = mkdtempSync(join(tmpdir(), 'pd-faults-'));
const temporary = join(folder, 'tmp');
mkdirSync(temporary);
const env = { ...process.env, TMPDIR: temporary };
const figures: Record<string, { tries: number; wrong: string[] }> = {};

function note(kind: string, problem: string | undefined): void {
  figures[kind] ??= { tries: 0, wrong: [] };
  figures[kind].tries++;
  if (problem !== undefined) {
    figures[kind].wrong.push(problem);
    console.log(`${kind}: ${problem}`);
  }
}

const pindrift = (args: readonly string[], more: object = {}) =>
  spawnSync(process.execPath, [BIN, ...args], { cwd: root, encoding: 'utf8', env, ...more });

/** A store that is there answers. */
function whole(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const { status, stderr } = pindrift(['query', path, 'select count(*) from event']);
  return status === 0 ? undefined : `a store that is there does not answer: ${stderr}`;
}

const left = (at: string): string[] => readdirSync(at).filter((name) => name.includes('pindrift-'));

/** ms that a run takes here when nobody ends it: signals come at any moment of it, on a machine that is busy too. */
let usual = Number.NaN;

/** A run that is left alone, as a machine is busier now and then. */
function measure(): void {
  const began = performance.now();
  pindrift(['ingest', TRACE, '-o', join(folder, 'm.db'), '--force']);
  usual = performance.now() - began;
}

/** What stands there when the signal has come: how often it came while a store was being written. */
const moments = { before: 0, while: 0, after: 0 };

async function kill(signal: NodeJS.Signals): Promise<void> {
  const out = join(folder, 'k.db');
  rmSync(out, { force: true });
  const left0 = new Set(left(folder));
  const stdin = rnd.once(2);
  const input = stdin ? openSync(TRACE, 'r') : undefined;
  const args = stdin ? ['ingest', '-', '-o', out, '--force'] : ['ingest', TRACE, '-o', out, '--force'];
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: root,
    env,
    stdio: [input ?? 'ignore', 'ignore', 'ignore'],
  });
  const over = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_code, by) => resolve(by)));
  await Promise.race([sleep(usual * (0.3 + 0.8 * rnd.next())), over]);
  child.kill(signal);
  await over;
  const written = left(folder).some((name) => !left0.has(name));
  if (signal === 'SIGKILL') moments[existsSync(out) ? 'after' : written ? 'while' : 'before']++;
  if (input !== undefined) closeSync(input);
  note(signal, whole(out));
}

/** What was left by the killed is gone after a run that was not. */
function swept(): void {
  const out = join(folder, 'k.db');
  pindrift(['ingest', '-', '-o', out, '--force'], { input: 'x' });
  const { status, stderr } = pindrift(['ingest', TRACE, '-o', out, '--force']);
  const files = [...left(folder), ...left(temporary)];
  note('swept', status === 0 && files.length === 0 ? undefined : `${status} ${stderr} left: ${files.join(' ')}`);
}

function fullDisk(): void {
  const mount = join(folder, 'disk');
  mkdirSync(mount, { recursive: true });
  const size = 16 + rnd.below(600);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}k`, 'tmpfs', mount]).status !== 0) return;
  try {
    const out = join(mount, rnd.of(['x.db', 'r.html', 'r.json', 'r.sarif']));
    const args = out.endsWith('db') ? ['ingest', TRACE, '-o', out] : ['check', TRACE, '-o', out];
    const { status, stderr } = pindrift(args);
    const full = status === 2 && /no space left/.test(stderr) && stderr.includes(out);
    const done = status !== null && [0, 1, 3].includes(status) && existsSync(out);
    const files = left(mount);
    note(
      'full disk',
      (full && !existsSync(out)) || done
        ? files.length === 0
          ? whole(mount) && undefined
          : `left ${files}`
        : `${size}k ${out}: ${status} ${stderr}`,
    );
  } finally {
    spawnSync('umount', [mount]);
  }
}

/** Run under the shell, which limits and closes things. */
function shell(kind: string, script: string, right: (status: number | null, stderr: string) => boolean): void {
  const { status, stderr } = spawnSync('bash', ['-c', script], {
    cwd: root,
    encoding: 'utf8',
    env: { ...env, NODE: process.execPath, BIN, TRACE, OUT: join(folder, 's.db') },
  });
  const problem = whole(join(folder, 's.db')) ?? (right(status, stderr) ? undefined : `${status} ${stderr.trim()}`);
  note(kind, problem);
  rmSync(join(folder, 's.db'), { force: true });
}

const answered = (status: number | null): boolean => status !== null && [0, 1, 3].includes(status);

console.log(`seed ${values.seed}`);
for (let n = 0; n < Number(values.kills); n++) {
  if (n % 10 === 0) measure();
  await kill('SIGKILL');
  if (n % 10 === 9) swept();
  if (n % 10 === 0) for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) await kill(signal);
}
for (let n = 0; n < Number(values.disks); n++) {
  fullDisk();
  const limit = 8 + rnd.below(400);
  shell(
    'file size limit',
    `trap '' XFSZ; ulimit -f ${limit}; "$NODE" "$BIN" ingest "$TRACE" -o "$OUT"`,
    (status, stderr) => answered(status) || (status === 2 && /no space|too large|large/.test(stderr)),
  );
  shell(
    '/dev/full',
    `"$NODE" "$BIN" check "$TRACE" --json > /dev/full`,
    (status, stderr) => status === 2 && /ENOSPC|space/.test(stderr),
  );
  shell(
    'reader leaves',
    `"$NODE" "$BIN" check "$TRACE" --json | head -c ${rnd.below(3000)} > /dev/null; exit \${PIPESTATUS[0]}`,
    (status) => answered(status) || status === 141,
  );
  shell(
    'closed stdout',
    `"$NODE" "$BIN" check "$TRACE" >&-`,
    (status, stderr) => answered(status) || (status === 2 && stderr !== ''),
  );
  shell('closed stderr', `"$NODE" "$BIN" check "$TRACE" >/dev/null 2>&-`, answered);
  shell('closed stdin', `"$NODE" "$BIN" check - <&-`, (status, stderr) => status === 2 && stderr !== '');
}
rmSync(folder, { recursive: true, force: true });

let wrong = 0;
console.log(
  `kill -9 came before a store was begun ${moments.before}, while one was written ${moments.while}, after ${moments.after}`,
);
for (const [kind, { tries, wrong: all }] of Object.entries(figures)) {
  console.log(`${kind.padEnd(18)} ${String(tries).padStart(5)} ${String(all.length).padStart(4)} wrong`);
  wrong += all.length;
}
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ seed: values.seed, moments, figures }, undefined, 2)}\n`);
process.exit(wrong > 0 ? 1 : 0);
