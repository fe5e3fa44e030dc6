// The queries that docs/store.md shows work, in pindrift and, but for its functions, in any SQLite.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import Query from '../../src/commands/query.ts';
import { ingest } from '../../src/engine/ingest.ts';
import { openStore, type Store } from '../../src/store/open.ts';
import { runQuery } from '../../src/store/query.ts';
import { scratch } from './scratch.ts';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/store.md'), 'utf8');
const examples = Query.examples.flatMap((example) => /query x\.db "([^"]+)"/.exec(String(example))?.[1] ?? []);
const queries = [...text.matchAll(/```sql\n([\s\S]*?)```/g)]
  .flatMap(([, block]) => block.split(/;\s*\n/))
  .map((sql) => sql.trim())
  .filter((sql) => sql !== '')
  .concat(examples);

const { file } = scratch();
let store: Store;
beforeAll(async () => {
  await ingest([join(root, 'fixtures/5.10/odirect_read_swap.ft/trace.txt.gz')], { out: file('x.db') });
  store = openStore(file('x.db'));
});
afterAll(() => store.close());

/** Some find nothing in a good trace. */
const MAY_BE_EMPTY = /loss|'orphan'|'bad'|'could-not-be-checked'|value < 0/;

describe('docs/store.md', () => {
  it.each(queries)('%s', (sql) => {
    const rows = [...runQuery(store, sql).rows];
    if (!MAY_BE_EMPTY.test(sql)) expect(rows.length).toBeGreaterThan(0);
    if (!/hex64|pfn\(/.test(sql)) {
      const plain = new Database(file('x.db'), { readonly: true });
      expect(plain.prepare(sql).all()).toHaveLength(rows.length);
      plain.close();
    }
  });

  it('names every table of a store', () => {
    const tables = [...runQuery(store, "select name from sqlite_schema where type = 'table'").rows].map(([name]) =>
      String(name),
    );
    for (const table of tables) if (!/^(ev_|sqlite_)/.test(table)) expect(text).toMatch(new RegExp(`\`${table}[.\`]`));
  });
});
