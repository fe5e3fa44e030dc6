// More traces than fit the usual ids: the offset has fewer bits, and everything is found again all the same.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ingest } from '../../src/engine/ingest.ts';
import { readEvents } from '../../src/store/events.ts';
import { rebuiltLines } from '../../src/store/lines.ts';
import { openStore } from '../../src/store/open.ts';
import { listTraces, readReport } from '../../src/store/report.ts';
import { MOST_TRACES, shiftFor, USUAL_SHIFT, USUAL_VERSION } from '../../src/store/schema.ts';
import { HEADER, line, rows, scratch } from './scratch.ts';

const { file, trace } = scratch();
const MANY = 520;
const WITH_FINDING = join(import.meta.dirname, '../../fixtures/5.10/odirect_read_swap.ft/trace.txt.gz');

it('ids fit a double exactly, however many traces', () => {
  expect([1, 2, 512].map(shiftFor)).toEqual([USUAL_SHIFT, USUAL_SHIFT, USUAL_SHIFT]);
  for (const n of [513, 1000, 1024, 1025, 65_536, MOST_TRACES]) {
    const last = n * 2 ** shiftFor(n) - 1;
    expect(Number.isSafeInteger(last)).toBe(true);
    expect((n - 1) * 2 ** shiftFor(n) + 2 ** 33 - 1).toBeLessThanOrEqual(last);
  }
});

it('a store of 520 traces', { timeout: 120_000 }, async () => {
  const small = trace('small.txt', HEADER + line('a: x=1'));
  const out = file('many.db');
  const inputs = Array.from({ length: MANY }, (_, i) => (i === MANY - 1 ? WITH_FINDING : small));
  const report = await ingest(inputs, { out });
  expect(report.findings.map((finding) => finding.trace)).toEqual([MANY - 1]);
  const store = openStore(out);
  expect(store.db.pragma('user_version', { simple: true })).toBeGreaterThan(USUAL_VERSION);
  expect(readReport(store)).toEqual(report);
  expect([...readEvents(store, { trace: 515 })]).toMatchObject([{ trace: 515, event: 'a', line: 5 }]);
  const last = listTraces(store)[MANY - 1];
  const at = report.findings[0]?.evidence[0];
  expect([...rebuiltLines(store, last, [at?.offset ?? -1])][0]?.[1].text).toContain('gup_fast');
  store.close();
  expect(
    rows(out, 'select trace, count(*) from event where trace in (0, 514, 519) group by trace order by trace'),
  ).toEqual([
    [0n, 1n],
    [514n, 1n],
    [519n, 1299n],
  ]);
  const proof = 'select distinct e.trace from evidence v join event e on e.id = v.event';
  expect(rows(out, proof)).toEqual([[BigInt(MANY - 1)]]);
});
