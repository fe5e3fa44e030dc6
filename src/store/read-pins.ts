// The lives of pins out of a store, filtered and sorted where they lie.
import type { PinLife } from '../contract/report.ts';
import { houseText } from './bytes.ts';
import { hexOf, present } from './json.ts';
import type { Store } from './open.ts';

/** A pin of a store: its life, and what a table of pins shows beside it. */
export interface StoredPin extends PinLife {
  /** id of the line of the call, and of the release */
  event: number;
  releasedEvent?: number;
  releasedLine?: number;
  /** ns or ticks it was held */
  held?: number;
  /** how often its address got another page */
  drifts: number;
  /** how the page became known: grab, array, follow, folio, mapping, bio, unknown */
  pageFrom: string;
}

export interface PinFilter {
  trace?: number;
  /** thread or process */
  pid?: number;
  comm?: string;
  mm?: bigint;
  /** any address within the page */
  address?: bigint;
  page?: bigint;
  pfn?: bigint;
  api?: string;
  kind?: 'GET' | 'PIN';
  write?: boolean;
  longterm?: boolean;
  state?: StoredPin['state'];
  owner?: string;
  /** finding about it */
  finding?: number;
  /** held at least so long, ns or ticks */
  heldAtLeast?: number;
  /** held at this place of the trace */
  atLine?: number;
}

export interface PinOrder {
  by?: 'line' | 'held' | 'pid' | 'address' | 'page' | 'drifts';
  descending?: boolean;
  limit?: number;
  offset?: number;
}

const ORDER: Readonly<Record<NonNullable<PinOrder['by']>, string>> = {
  line: 'p.trace, p.line, p.addr',
  held: 'p.held',
  pid: 'p.pid, p.trace, p.line',
  address: 'p.addr, p.trace, p.line',
  page: 'p.page, p.trace, p.line',
  drifts: 'p.drifts',
};

/** What each filter says in SQL. */
const WHERE: { readonly [K in keyof Required<PinFilter>]: string } = {
  trace: 'p.trace = @trace',
  pid: '(p.pid = @pid or p.tgid = @pid)',
  comm: 't.comm = @comm',
  mm: 'p.mm = @mm',
  address: 'p.addr = @address',
  page: 'p.page = @page',
  pfn: 'p.pfn = @pfn',
  api: 'p.api = @api',
  kind: 'p.kind = @kind',
  write: 'p.write = @write',
  longterm: 'p.longterm = @longterm',
  state: 'p.state = @state',
  owner: 'p.owner = @owner',
  finding: 'p.finding = @finding',
  heldAtLeast: 'p.held >= @heldAtLeast',
  atLine: 'p.line <= @atLine and (p.released_line is null or p.released_line > @atLine)',
};

interface PinRow {
  [column: string]: number | bigint | string | Buffer | null;
}

export function readPins(store: Store, filter: PinFilter = {}, order: PinOrder = {}): StoredPin[] {
  const { where, values } = conditions(filter);
  const by = ORDER[order.by ?? 'line'];
  const sorted = order.descending === true ? by.replace(/,|$/g, ' desc$&') : by;
  const sql = `select p.*, t.comm as comm from pin p left join task t on t.id = p.task ${where} order by ${sorted} limit ${order.limit === undefined ? -1 : '@limit'} offset ${order.offset === undefined ? 0 : '@offset'}`;
  const page = {
    ...(order.limit === undefined ? {} : { limit: order.limit }),
    ...(order.offset === undefined ? {} : { offset: order.offset }),
  };
  return store.guard(() => {
    const rows = store.db
      .prepare(sql)
      .safeIntegers()
      .all({ ...values, ...page }) as PinRow[];
    return rows.map(pinOf);
  });
}

function conditions(filter: PinFilter): { where: string; values: Record<string, unknown> } {
  const values: Record<string, unknown> = {};
  const list: string[] = [];
  for (const [key, value] of Object.entries(filter) as [keyof PinFilter, PinFilter[keyof PinFilter]][]) {
    if (value === undefined) continue;
    list.push(WHERE[key]);
    values[key] = typeof value === 'boolean' ? Number(value) : key === 'address' ? (value as bigint) & ~0xfffn : value;
  }
  return { where: list.length === 0 ? '' : `where ${list.join(' and ')}`, values };
}

function pinOf(row: PinRow): StoredPin {
  const number = (column: string): number | undefined => (row[column] === null ? undefined : Number(row[column]));
  const text = (column: string): string | undefined => (row[column] === null ? undefined : String(row[column]));
  const comm = houseText(row.comm as string | Buffer | null);
  const worker = /^iou-(?:wrk|sqp)-(\d+)$/.exec(comm);
  return present<StoredPin>({
    trace: Number(row.trace),
    pid: number('pid'),
    // an io_uring worker carries its creator in its name
    tgid: worker === null ? number('tgid') : Number(worker[1]),
    comm: comm === '' ? undefined : comm,
    mm: hexOf(row.mm),
    address: hexOf(row.addr),
    pfn: hexOf(row.pfn),
    page: hexOf(row.page),
    api: text('api'),
    caller: row.caller === null ? undefined : houseText(row.caller as string | Buffer),
    kind: row.kind as StoredPin['kind'],
    write: row.write === null ? undefined : row.write === 1n,
    longterm: row.longterm === 1n,
    flags: row.flags === '' ? [] : String(row.flags).split('|'),
    owner: text('owner'),
    line: Number(row.line),
    from: number('held_ts'),
    to: number('released_ts'),
    state: row.state as StoredPin['state'],
    steps:
      row.steps === null
        ? []
        : (JSON.parse(String(row.steps)) as StoredPin['steps']).map((step) =>
            present<StoredPin['steps'][number]>(step),
          ),
    finding: number('finding'),
    event: Number(row.event),
    releasedEvent: number('released_event'),
    releasedLine: number('released_line'),
    held: number('held'),
    drifts: Number(row.drifts),
    pageFrom: String(row.page_from),
  });
}
