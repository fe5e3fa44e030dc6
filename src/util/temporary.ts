// Why: files that must not outlive us, however we end. What is named here is removed at the end of the process and on
// Ctrl-C; what a kill -9 leaves says in its name whose it was, and the next run that writes there takes it away.
import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const held = new Set<string>();
let watching = false;

/** Remove this file or folder at the end, unless it is released before. */
export function hold(path: string): void {
  held.add(path);
  if (watching) return;
  watching = true;
  process.on('exit', removeAll);
  for (const signal of SIGNALS) {
    // Once: the second signal, the one we send ourselves, meets the default action and its exit status.
    process.once(signal, () => {
      // somebody ends in an order of their own, and is not done with these files
      if (process.listenerCount(signal) > 0) return;
      removeAll();
      process.kill(process.pid, signal);
    });
  }
}

/** The file is whole and has its name, or is removed already. */
export function release(path: string): void {
  held.delete(path);
}

export function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
  // SQLite keeps what it needs for a rollback beside its file
  rmSync(`${path}-journal`, { force: true });
  held.delete(path);
}

function removeAll(): void {
  for (const path of held) remove(path);
}

/** A folder of our own for what need not last. It is the caller's to {@link hold} or to {@link remove}. */
export function temporaryFolder(): string {
  const folder = tmpdir();
  sweep(folder);
  return mkdtempSync(join(folder, `pindrift-${owner()}-`));
}

/** Where a file is written that gets the name `path` when it is whole. In the same folder, so that it can be renamed. */
export function temporaryBeside(path: string): string {
  const folder = dirname(path);
  sweep(folder);
  return join(folder, `.${basename(path)}.pindrift-${owner()}.tmp`);
}

/** A process, and the boot and container in which its number means something. */
const owner = (): string => `${process.pid}-${place()}`;

let known: string | undefined;

/** Eight digits of the boot and the pid namespace; of the platform where there is no /proc. */
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

/** What {@link temporaryFolder} and {@link temporaryBeside} name, and what SQLite puts beside. */
const OURS = /^(?:pindrift|\..*\.pindrift)-(\d+)-([0-9a-f]{8})(?:-\w{6}|\.tmp2?(?:-journal)?)$/;

/** Of other boots and machines (a shared folder) nobody knows who lives: so long they are left alone. */
const DAY_MS = 86_400_000;

const swept = new Set<string>();

/** Take away what dead processes of ours left in a folder, once a run. */
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

/** One that we may not ask is alive, too. */
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
