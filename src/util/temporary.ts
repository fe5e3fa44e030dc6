// Why: temporary files must not outlive the process. They are removed at the end of the process and on Ctrl-C; the
// names of those left by a kill -9 contain the process, so that the next run in that directory removes them.
import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { InputError } from './errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const held = new Set<string>();
let watching = false;

/** Remove this file or directory at the end, unless it is released before. */
export function removeAtEnd(path: string): void {
  held.add(path);
  if (watching) return;
  watching = true;
  process.on('exit', removeAll);
  for (const signal of SIGNALS) {
    // Once: the second signal, which we send ourselves, has the default action and exit status.
    process.once(signal, () => {
      // the command ends by itself, and still needs these files
      if (process.listenerCount(signal) > 0) return;
      removeAll();
      process.kill(process.pid, signal);
    });
  }
}

/** The file is complete and renamed, or already removed. */
export function release(path: string): void {
  held.delete(path);
}

export function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
  // SQLite puts its rollback data beside its file
  rmSync(`${path}-journal`, { force: true });
  held.delete(path);
}

function removeAll(): void {
  for (const path of held) remove(path);
}

/** A new temporary directory. The caller must {@link removeAtEnd} or {@link remove} it. */
export function temporaryFolder(): string {
  const folder = tmpdir();
  sweep(folder);
  try {
    return mkdtempSync(join(folder, `pindrift-${owner()}-`));
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new InputError(`no temporary directory can be made there (${why})`, {
      where: folder,
      tryThis: 'TMPDIR=DIR, with a directory of your own that exists',
    });
  }
}

/** Temporary name of the future file `path`, in the same directory, so that it can be renamed. */
export function temporaryBeside(path: string): string {
  const folder = dirname(path);
  sweep(folder);
  return join(folder, `.${basename(path)}.pindrift-${owner()}.tmp`);
}

/** A process, and the boot and pid namespace in which its number is valid. */
const owner = (): string => `${process.pid}-${place()}`;

let known: string | undefined;

/** Eight digits of the boot and the pid namespace; of the platform if there is no /proc. */
function place(): string {
  known ??= createHash('sha256')
    .update(tried(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')) ?? process.platform)
    .update(tried(() => readlinkSync('/proc/self/ns/pid')) ?? '')
    .digest('hex')
    .slice(0, 8);
  return known;
}

const tried = <T>(work: () => T): T | undefined => {
  try {
    return work();
  } catch {
    return undefined;
  }
};

/** Names made by {@link temporaryFolder} and {@link temporaryBeside}, and those of SQLite beside them. */
const OURS = /^(?:pindrift|\..*\.pindrift)-(\d+)-([0-9a-f]{8})(?:-\w{6}|\.tmp2?(?:-journal)?)$/;

/**
 * For other boots and machines (a shared directory) it is unknown which processes live: files are left alone for this
 * long.
 */
const DAY_MS = 86_400_000;

const swept = new Set<string>();

/** Remove what dead processes left in a directory, once per run. */
function sweep(folder: string): void {
  if (swept.has(folder)) return;
  swept.add(folder);
  for (const name of tried(() => readdirSync(folder)) ?? []) {
    const [, pid, where] = OURS.exec(name) ?? [];
    if (pid === undefined || where === undefined) continue;
    const path = join(folder, name);
    const left = where === place() ? !isAlive(Number(pid)) : isOld(path);
    if (left && isMine(path)) tried(() => rmSync(path, { recursive: true, force: true }));
  }
}

/** A process of another user is alive, too. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function isOld(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > DAY_MS;
}

function isMine(path: string): boolean {
  const me = process.geteuid?.();
  return me === undefined || lstatSync(path, { throwIfNoEntry: false })?.uid === me;
}
