// Why: what a store holds is believed when it is read, and a damaged one holds anything. Whatever is thrown afterwards in
// a command that reads one is more likely its damage than a bug. Names no SQLite: every command asks.

const opened: string[] = [];

export function storeOpened(path: string): void {
  opened.push(path);
}

/** The store that was opened last, if any. */
export const openedStore = (): string | undefined => opened.at(-1);
