// Which events someone wants to see, in SQL. Names in it come from the store's catalogue and are quoted, values are
// bound: nothing that a trace or a user wrote becomes SQL.

import { quoted } from './event-table.ts';
import type { EventColumn, EventSource } from './events.ts';
import type { Ids } from './schema.ts';

/** A time as traces print it. */
export interface Instant {
  seconds: number;
  ns: number;
}

export interface EventFilter {
  trace?: number;
  /** the trace's own time: `20.546772` is { seconds: 20, ns: 546772000 } */
  since?: Instant;
  until?: Instant;
  fromLine?: number;
  toLine?: number;
  /** thread or process */
  pids?: readonly number[];
  comms?: readonly string[];
  cpus?: readonly number[];
  /** names as printed, with or without system; `*` stands for anything */
  events?: readonly string[];
  /** mm_struct pointer */
  mm?: bigint;
  /** events about this address, or about a range that holds it */
  address?: bigint;
  /** `struct page` or folio pointer */
  page?: bigint;
  afterId?: number;
  limit?: number;
}

const MM_KEYS = new Set(['mm', 'vm_mm', 'mm_struct', 'src_mm', 'dst_mm', 'src', 'dst']);
const PAGE_KEYS = new Set([
  'page',
  'folio',
  'head',
  'old',
  'new',
  'kpage',
  'cow',
  'cow_page',
  'p0',
  'p1',
  'p2',
  'p3',
  'page0',
  'page1',
]);
const ADDRESS_KEYS = new Set(['addr', 'address', 'va', 'uaddr', 'hva', 'old', 'new', 'old_addr', 'new_addr']);
const START_KEYS = ['start', 'vm_start', 'start_addr'];
const END_KEYS = ['end', 'vm_end', 'end_addr'];
const PAGE_MASK = 0xfffn;

export interface Conditions {
  where: string;
  values: Record<string, unknown>;
}

/** The conditions for one table; undefined when it cannot have such an event. */
export function conditionsOf(source: EventSource, filter: EventFilter, ids: Ids): Conditions | undefined {
  const list: string[] = [];
  const values: Record<string, unknown> = {};
  if (filter.events !== undefined && !filter.events.some((pattern) => matches(source, pattern))) return undefined;
  if (filter.trace !== undefined) {
    list.push('e.id >= @low and e.id < @high');
    values.low = ids.of(filter.trace, 0);
    values.high = ids.of(filter.trace + 1, 0);
  }
  if (filter.fromLine !== undefined) list.push('e.line >= @fromLine');
  if (filter.toLine !== undefined) list.push('e.line <= @toLine');
  values.fromLine = filter.fromLine;
  values.toLine = filter.toLine;
  for (const [name, instant, sign] of [
    ['since', filter.since, '>='],
    ['until', filter.until, '<='],
  ] as const) {
    if (instant === undefined) continue;
    // every trace has a time base of its own
    list.push(
      `e.ts ${sign} @${name} - (select time_base * 1000000000 from trace where trace.id = e.id >> ${ids.shift})`,
    );
    values[name] = BigInt(instant.seconds) * 1_000_000_000n + BigInt(instant.ns);
  }
  oneOf(list, values, 'cpu', ['e.cpu'], filter.cpus);
  oneOf(list, values, 'pid', ['t.pid', 't.tgid'], filter.pids);
  oneOf(list, values, 'comm', ['t.comm'], filter.comms);
  for (const [name, value, condition] of [
    ['mm', filter.mm, equals(source.columns, MM_KEYS, '@mm')],
    ['page', filter.page, equals(source.columns, PAGE_KEYS, '@page')],
    ['address', filter.address, atAddress(source.columns)],
  ] as const) {
    if (value === undefined) continue;
    if (condition === '') return undefined;
    list.push(`(${condition})`);
    values[name] = BigInt.asIntN(64, name === 'address' ? value & ~PAGE_MASK : value);
  }
  for (const key of Object.keys(values)) if (values[key] === undefined) delete values[key];
  return { where: list.length === 0 ? '' : `where ${list.join(' and ')}`, values };
}

function oneOf(
  list: string[],
  values: Record<string, unknown>,
  name: string,
  columns: string[],
  wanted: readonly unknown[] | undefined,
): void {
  if (wanted === undefined) return;
  const names = wanted.map((value, i) => {
    values[`${name}${i}`] = value;
    return `@${name}${i}`;
  });
  list.push(`(${columns.map((c) => `${c} in (${names.join(', ')})`).join(' or ')})`);
}

function matches(source: EventSource, pattern: string): boolean {
  const words = pattern.split('*').map((word) => word.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const exact = new RegExp(`^${words.join('.*')}$`, 's');
  return exact.test(source.name) || exact.test(`${source.system}:${source.name}`);
}

const numbers = (columns: readonly EventColumn[]): EventColumn[] => columns.filter((c) => c.form !== 'text');
const name = (column: EventColumn): string => `e.${quoted(column.col)}`;

function equals(columns: readonly EventColumn[], keys: ReadonlySet<string>, value: string): string {
  return numbers(columns)
    .filter((c) => keys.has(c.key))
    .map((c) => `${name(c)} = ${value}`)
    .join(' or ');
}

/** An address in the page, or a range that holds it: start and end, or start and a number of pages or bytes. */
function atAddress(columns: readonly EventColumn[]): string {
  const all = numbers(columns);
  const of = (keys: readonly string[]): EventColumn | undefined => all.find((c) => keys.includes(c.key));
  const list = all.filter((c) => ADDRESS_KEYS.has(c.key)).map((c) => `${name(c)} between @address and @address + 4095`);
  const start = of(START_KEYS);
  if (start !== undefined) {
    const end = of(END_KEYS);
    const nr = of(['nr', 'nr_pages', 'npages']);
    const len = of(['len', 'len_in', 'size']);
    const from = `${name(start)} < @address + 4096`;
    if (end !== undefined) list.push(`${from} and ${name(end)} > @address`);
    else if (nr !== undefined) list.push(`${from} and ${name(start)} + ${name(nr)} * 4096 > @address`);
    else if (len !== undefined) list.push(`${from} and ${name(start)} + ${name(len)} > @address`);
    else list.push(`${name(start)} between @address and @address + 4095`);
  }
  return list.map((c) => `(${c})`).join(' or ');
}
