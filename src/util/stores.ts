// Why: a damaged store may contain anything. An exception in a command that reads a store is more likely caused by
// damage than by a bug. Does not import SQLite, since every command uses this.

const opened: string[] = [];

export function storeOpened(path: string): void {
  opened.push(path);
}

/** The store that was opened last, if any. */
export const openedStore = (): string | undefined => opened.at(-1);
