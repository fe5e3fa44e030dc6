// Why: files that must not outlive us, however we end. What is named here is removed at the end of the process and on
// Ctrl-C; a kill -9 leaves at most a file whose name says that it is temporary.
import { rmSync } from 'node:fs';

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
