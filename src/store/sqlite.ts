// Why: SQLite is the one native part, and the one that may be missing: npm 11 skips its install script unless it is
// allowed, and an addon made for another Node or another libc does not load. That is neither a bug nor a damaged store.
import Database from 'better-sqlite3';
import { InputError } from '../util/errors.ts';

/** Open a file with SQLite. Throws InputError where SQLite itself is not there, else what SQLite says of the file. */
export function openDatabase(path: string, options?: Database.Options): Database.Database {
  try {
    return new Database(path, options);
  } catch (error) {
    throw addonError(error) ?? error;
  }
}

/** What to do where the addon cannot be loaded; undefined for any other error. */
export function addonError(error: unknown): InputError | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const missing =
    code === 'MODULE_NOT_FOUND' || /^Could not locate the bindings file/.test(String((error as Error)?.message));
  if (!missing && code !== 'ERR_DLOPEN_FAILED') return undefined;
  const what = missing
    ? 'SQLite is not installed: the install script of better-sqlite3 did not run'
    : `the installed SQLite (better-sqlite3) does not load in Node ${process.version}`;
  return new InputError(`${what}; only commands with a store need it, check and coverage do not`, {
    tryThis:
      'npm install -g --allow-scripts=better-sqlite3 pindrift; in a project: npm install-scripts approve better-sqlite3 && npm rebuild better-sqlite3',
    cause: error,
  });
}
