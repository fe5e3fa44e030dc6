// Why: views that people read in plain sqlite3 must say what the tables and the report say, in names and hex.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckReport } from '../../src/contract/report.ts';
import { ingest } from '../../src/engine/ingest.ts';
import { scratch } from './scratch.ts';

const root = join(import.meta.dirname, '../..');
const paths = ['5.10', '6.12'].map((kernel) => join(root, `fixtures/${kernel}/odirect_read_swap.ft/trace.txt.gz`));
const { file } = scratch();
let db: Database.Database;
let report: CheckReport;

beforeAll(async () => {
  report = await ingest(paths, { out: file('x.db') });
  db = new Database(file('x.db'), { readonly: true });
}, 120_000);
afterAll(() => db.close());

const rows = (sql: string): Record<string, unknown>[] => db.prepare<[], Record<string, unknown>>(sql).all();

describe('in plain SQLite', () => {
  it('a finding has its trace, with names and hex numbers', () => {
    const [finding] = report.findings;
    expect(rows('select * from findings')[0]).toMatchObject({
      n: finding.n,
      trace: paths[finding.trace],
      rule: finding.rule,
      addr: finding.pin.address,
      pfn: finding.pin.pfn,
      line: finding.evidence[0].line,
    });
  });

  it('a pin has its task, hex and milliseconds', () => {
    const [pin] = rows('select * from pins where finding = 1');
    expect(pin).toMatchObject({ comm: 'scn', api: 'get_user_pages_fast', rule: report.findings[0].rule });
    expect(pin.addr).toBe(report.findings[0].pin.address);
    expect(pin.held_ms).toBeCloseTo(Number(rows('select held / 1e6 as ms from pin where finding = 1')[0].ms));
    expect(rows('select count(*) as n from pins')).toEqual(rows('select count(*) as n from pin'));
  });

  it('an event has the page it is about', () => {
    const found = rows('select distinct e.event from event e join finding f on e.page = f.page where f.n = 1');
    expect(found.map(({ event }) => event)).toEqual(expect.arrayContaining(['grab_fast', 'unmap_one', 'bio_add']));
  });

  it('a rule that could not be checked names the traces on which it could not', () => {
    const open = report.rules.filter(({ missing }) => missing.length > 0);
    const expected = open.flatMap(({ id, undecidedIn }) =>
      report.traces.flatMap((_, i) => (undecidedIn === undefined || undecidedIn.includes(i) ? [`${id} ${i}`] : [])),
    );
    const found = rows('select distinct rule, trace from undecided').map(({ rule, trace }) => `${rule} ${trace}`);
    expect(found.toSorted()).toEqual(expected.toSorted());
  });
});
