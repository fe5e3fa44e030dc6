// Why: `pins` for scripts: JSON (pindrift.pins/1) and CSV. Names and units are those of the JSON of `check`.
import type { PinLife } from '../contract/report.ts';
import { clean } from '../report/shared/format.ts';
import { jsonText } from '../report/shared/serialize.ts';
import { csvRow } from '../report/terminal/query.ts';
import type { HoldBucket, PinRow } from './rows.ts';
import type { LoadedPins } from './selection.ts';

/** A row as JSON; unknown values are absent. */
function rowData({ findings, held, pages, pin }: PinRow): Record<string, unknown> {
  const { trace, pid, tgid, comm, mm, address, pfn, page, api, caller, kind, write, longterm } = pin;
  const { flags, owner, line, from, to, state } = pin;
  return {
    ...{ trace, pid, tgid, comm, mm, address, pages, pfn, page, api, caller, kind, write, longterm },
    ...{ flags, owner, line, from, to, held: held?.size, heldBound: held?.bound, state, findings },
    steps: pages === 1 ? pin.steps.map(stepData) : undefined,
  };
}

const stepData = ({ role, line, time, cpu, pid, what }: PinLife['steps'][number]) => ({
  ...{ role, line, time, cpu, pid, what },
});

export function* pinsJson(rows: readonly PinRow[], { traces, total }: LoadedPins): Iterable<string> {
  const known = traces.map(({ path, kernel, era, timeUnit, firstTime, lastTime }) => ({
    ...{ path, kernel, era, timeUnit, firstTime, lastTime },
  }));
  yield `{\n  "schema": "pindrift.pins/1",\n  "traces": ${jsonText(known)},\n  "total": ${total},\n  "pins": [`;
  for (const [i, row] of rows.entries()) yield `${i === 0 ? '' : ','}\n    ${jsonText(rowData(row))}`;
  yield rows.length === 0 ? ']\n}\n' : '\n  ]\n}\n';
}

const COLUMNS =
  'trace line pid tgid comm mm address pages pfn page api caller kind write longterm flags owner from to held held_bound state findings'.split(
    ' ',
  );

export function* pinsCsv(rows: readonly PinRow[], { traces }: LoadedPins): Iterable<string> {
  yield csvRow(COLUMNS);
  for (const row of rows) {
    const data: Record<string, unknown> = { ...rowData(row), held_bound: row.held?.bound };
    data.trace = traces[row.pin.trace]?.path;
    data.flags = row.pin.flags.join('|');
    data.findings = row.findings.join('|');
    yield csvRow(COLUMNS.map((name) => (typeof data[name] === 'string' ? clean(String(data[name])) : data[name])));
  }
}

export function histogramJson(
  unit: string,
  histogram: { buckets: readonly HoldBucket[]; open: number; unknown: number },
): string {
  return `${jsonText({ schema: 'pindrift.pins-histogram/1', timeUnit: unit, ...histogram }, 2)}\n`;
}

export function* histogramCsv({ buckets }: { buckets: readonly HoldBucket[] }): Iterable<string> {
  yield csvRow(['from', 'to', 'count']);
  for (const { from, to, count } of buckets) yield csvRow([from, to, count]);
}
