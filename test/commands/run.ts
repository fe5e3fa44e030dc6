// Why: commands are tested as the shell sees them: the installed script, its exit code and its two streams.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const bin = join(root, 'bin/run.js');

/** Path of a capture's text, relative to the root, where every test runs. */
export const fixture = (name: string, file = 'trace.txt.gz'): string => join('fixtures', name, file);

/** The story of the seed mail. */
export const STORY = fixture('5.10/odirect_read_swap.ft');
/** The same program on a kernel that keeps the promise. */
export const LOOK_ALIKE = fixture('6.12/odirect_read_swap.ft');

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  input?: string | Uint8Array;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** run as this user */
  uid?: number;
}

export function pindrift(args: string[], { cwd = root, env = {}, input = '', uid }: RunOptions = {}): Outcome {
  const { error, status, stderr, stdout } = spawnSync(process.execPath, [bin, ...args], {
    cwd,
    uid,
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...cleanEnv(), ...env },
  });
  if (error) throw error;
  return { status, stdout, stderr };
}

const NOBODY = 65_534;

/** A user without power over our files: oneself, or nobody where that is root. Undefined where there is none. */
export function powerless(): { uid?: number } | undefined {
  if (process.getuid?.() !== 0) return {};
  return pindrift(['--version'], { uid: NOBODY, cwd: '/' }).status === 0 ? { uid: NOBODY } : undefined;
}

/** What the developer's terminal says must not decide a test. */
function cleanEnv(): NodeJS.ProcessEnv {
  const { COLUMNS, FORCE_COLOR, NO_COLOR, DEBUG, ...env } = process.env;
  return { ...env, LC_ALL: 'C.UTF-8' };
}

/** A folder for one test file; call the returned function when done. */
export function scratch(): { dir: string; file: (name: string) => string; clean: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'pindrift-test-'));
  return { dir, file: (name) => join(dir, name), clean: () => rmSync(dir, { recursive: true, force: true }) };
}
