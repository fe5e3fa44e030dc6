// Why: an addon that is not there is the first thing that goes wrong after `npm install`, and it was called a bug, or a
// damaged store.
import { describe, expect, it } from 'vitest';
import { addonError } from '../../src/store/sqlite.ts';
import { describeFailure } from '../../src/util/failure.ts';

const coded = (message: string, code: string): Error => Object.assign(new Error(message), { code });

describe('SQLite that cannot be loaded', () => {
  it.each([
    [
      'was never built',
      coded('Could not locate the bindings file. Tried:\n → /a.node', 'MODULE_NOT_FOUND'),
      'did not run',
    ],
    ['is of another Node', coded('compiled against a different Node.js version', 'ERR_DLOPEN_FAILED'), 'does not load'],
  ])('%s: said in two lines, with the command to run', (_, error, what) => {
    const { exitCode, text } = describeFailure(addonError(error), { store: 'x.db' });
    expect(exitCode).toBe(2);
    expect(text).toMatch(/^pindrift: .+\n {2}try: .+\n$/);
    expect(text).toContain(what);
    expect(text).toContain('--allow-scripts=better-sqlite3');
  });

  it('is nothing else', () => {
    expect(addonError(coded('file is not a database', 'SQLITE_NOTADB'))).toBeUndefined();
  });
});
