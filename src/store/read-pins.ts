// Reads the lifetimes of pins from a store.
import type { PinLife } from '../contract/report.ts';
import { creatorOf } from '../vocabulary/task-name.ts';
import { byteText } from './bytes.ts';
import { hexOf, present } from './json.ts';
import type { Store } from './open.ts';

interface PinRow {
  [column: string]: number | bigint | string | Buffer | null;
}

export function readPins(store: Store): PinLife[] {
  const sql =
    'select p.*, t.comm as comm from pin p left join task t on t.id = p.task order by p.trace, p.line, p.addr';
  return store.guard(() => (store.db.prepare(sql).safeIntegers().all() as PinRow[]).map(pinOf));
}

function pinOf(row: PinRow): PinLife {
  const number = (column: string): number | undefined => (row[column] === null ? undefined : Number(row[column]));
  const text = (column: string): string | undefined => (row[column] === null ? undefined : String(row[column]));
  const comm = byteText(row.comm as string | Buffer | null);
  return present<PinLife>({
    trace: Number(row.trace),
    pid: number('pid'),
    tgid: creatorOf(comm) ?? number('tgid'),
    comm: comm === '' ? undefined : comm,
    mm: hexOf(row.mm),
    address: hexOf(row.addr),
    pfn: hexOf(row.pfn),
    page: hexOf(row.page),
    api: text('api'),
    caller: row.caller === null ? undefined : byteText(row.caller as string | Buffer),
    kind: row.kind as PinLife['kind'],
    write: row.write === null ? undefined : row.write === 1n,
    longterm: row.longterm === 1n,
    flags: row.flags === '' ? [] : String(row.flags).split('|'),
    owner: text('owner'),
    line: Number(row.line),
    from: number('held_ts'),
    to: number('released_ts'),
    state: row.state as PinLife['state'],
    steps:
      row.steps === null
        ? []
        : (JSON.parse(String(row.steps)) as PinLife['steps']).map((step) => present<PinLife['steps'][number]>(step)),
    finding: number('finding'),
  });
}
