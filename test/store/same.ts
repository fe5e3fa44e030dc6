// Two stores hold the same, table by table and row by row.
import Database from 'better-sqlite3';
import { expect } from 'vitest';

export function expectSame(a: string, b: string): void {
  const db = new Database(a, { readonly: true });
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.prepare('attach ? as other').run(b);
  const schema = (of: string) =>
    db.prepare(`select type, name, sql from ${of}.sqlite_schema order by type, name`).all();
  expect(schema('main')).toEqual(schema('other'));
  const tables = db.prepare("select name from sqlite_schema where type = 'table'").pluck().all() as string[];
  for (const table of tables) {
    for (const [x, y] of [
      ['main', 'other'],
      ['other', 'main'],
    ]) {
      const differing = db.prepare(`select * from ${x}."${table}" except select * from ${y}."${table}"`).all();
      expect(differing, table).toEqual([]);
    }
    const types = `select count(*) from main."${table}"`;
    expect(db.prepare(types).pluck().get(), table).toBe(db.prepare(types.replace('main.', 'other.')).pluck().get());
  }
  db.close();
}
