// Views for people: a view per event that prints addresses as the trace does, `event` over all of them and `arg` with
// a row per argument. All of it works in plain `sqlite3 x.db`.
import type Database from 'better-sqlite3';
import { type Column, type EventTable, quoted, unique } from './event-table.ts';
import type { Ids } from './schema.ts';

/** SQLite joins at most 500 selects by default; more event types than this are joined in groups. */
const GROUP = 200;

/** Names of tables and views a store has anyway. */
const OURS = [
  'arg',
  'event',
  'event_column',
  'event_type',
  'evidence',
  'finding',
  'findings',
  'loss',
  'meta',
  'other_line',
  'pin',
  'pins',
  'replay',
  'replay_symbol',
  'rule_outcome',
  'sym',
  'task',
  'trace',
  'undecided',
];

/** Make the views; returns the name of each table's view. */
export function createViews(db: Database.Database, tables: readonly EventTable[], ids: Ids): Map<EventTable, string> {
  const names = new Map<EventTable, string>();
  const taken = new Set([...OURS, ...tables.map((t) => t.table.toLowerCase())]);
  for (const table of tables) {
    const word = table.table.replace(/^ev_/, '');
    const name = unique(taken, taken.has(word.toLowerCase()) || /^sqlite_|^\d/i.test(word) ? `event_${word}` : word);
    names.set(table, name);
    db.exec(`create view ${quoted(name)} as ${eventView(table, ids)}`);
  }
  createUnion(
    db,
    'event',
    tables.map((table) => rowOfAll(table, ids)),
    EMPTY_EVENT,
  );
  createUnion(db, 'arg', tables.map(argumentsOf), EMPTY_ARG);
  for (const [name, sql] of Object.entries(FOR_PEOPLE)) db.exec(`create view ${name} as ${sql}`);
  return names;
}

const hex = (column: string): string => `printf('0x%x', ${column})`;
const hexOrNull = (column: string): string => `case when ${column} is not null then ${hex(column)} end`;

/** `pin`, `finding` and `rule_outcome` as people read them: names, hex and milliseconds in place of ids and numbers. */
const FOR_PEOPLE: Readonly<Record<string, string>> = {
  pins: `select p.id as id, tr.path as trace, p.line as line, p.state as state, t.comm as comm, p.pid as pid, p.tgid as tgid, p.api as api, p.flags as flags, ${hexOrNull('p.addr')} as addr, ${hexOrNull('p.page')} as page, ${hexOrNull('p.pfn')} as pfn, ${hexOrNull('p.mm')} as mm, p.owner as owner, p.caller as caller, case tr.time_unit when 'ns' then p.held / 1e6 end as held_ms, p.released_line as released_line, p.drifts as drifts, f.n as finding, f.rule as rule from pin p left join trace tr on tr.id = p.trace left join task t on t.id = p.task left join finding f on f.n = p.finding`,
  findings: `select f.n as n, tr.path as trace, f.rule as rule, f.severity as severity, f.confidence as confidence, f.message as message, f.comm as comm, f.pid as pid, ${hexOrNull('f.addr')} as addr, ${hexOrNull('f.pfn')} as pfn, ${hexOrNull('f.page')} as page, ${hexOrNull('f.mapped_pfn')} as mapped_pfn, ${hexOrNull('f.mapped_page')} as mapped_page, f.api as api, f.flags as flags, (select e.line from evidence e where e.finding = f.n order by e.step limit 1) as line from finding f left join trace tr on tr.id = f.trace`,
  undecided: `select r.rule as rule, tr.id as trace, tr.path as path, m.value as missing from rule_outcome r, trace tr, json_each(r.missing) m where json_extract(r.more, '$.undecidedIn') is null or exists (select 1 from json_each(r.more, '$.undecidedIn') u where u.value = tr.id)`,
};

const head = ({ shift }: Ids): string => `e.id as id, e.id >> ${shift} as trace, e.line as line`;
const TIME = `case tr.time_unit when 'ns' then printf('%d.%0*d', (tr.time_base * 1000000000 + e.ts) / 1000000000, tr.time_digits, (tr.time_base * 1000000000 + e.ts) % 1000000000 / tr.time_step) when 'ticks' then tr.time_base + e.ts end as time`;
const WHO = 'e.ts as ts, e.cpu as cpu, t.pid as pid, t.tgid as tgid, t.comm as comm';
const joins = ({ shift }: Ids): string =>
  `left join trace tr on tr.id = e.id >> ${shift} left join task t on t.id = e.task left join sym s on s.id = e.at`;

function eventView(table: EventTable, ids: Ids): string {
  const columns = table.columns.map((c) => `${printed(c)} as ${quoted(c.name)}`);
  const list = [head(ids), TIME, WHO, 's.text as at', ...columns, 'e.extra as extra'];
  return `select ${list.join(', ')} from ${quoted(table.table)} e ${joins(ids)}`;
}

/** One select of `event`. */
function rowOfAll(table: EventTable, ids: Ids): string {
  const pieces = table.columns.map(
    (c) =>
      `coalesce(${literal(` ${c.key}=`)} || ${printed(c)}${c.behind === '' ? '' : ` || ${literal(` ${c.behind}`)}`}, '')`,
  );
  const text = ["coalesce(' ' || s.text, '')", ...pieces, "coalesce(' ' || e.extra, '')"].join(' || ');
  return `select ${head(ids)}, ${TIME}, ${WHO}, ${literal(table.name)} as event, ltrim(${text}) as args, ${pageOf(table)} as page from ${quoted(table.table)} e ${joins(ids)}`;
}

/** The page an event is about, as a number; null where it names none. */
function pageOf({ columns }: EventTable): string {
  const named = PAGE_KEYS.map((key) => columns.find((c) => c.key === key && c.nth === 0 && c.form !== 'text'));
  const found = named.filter((column) => column !== undefined).map(({ name }) => `e.${quoted(name)}`);
  return found.length > 1 ? `coalesce(${found.join(', ')})` : (found[0] ?? 'null');
}

const PAGE_KEYS = ['page', 'folio', 'p0'] as const;

const EMPTY_EVENT =
  'select 0 as id, 0 as trace, 0 as line, null as time, null as ts, null as cpu, null as pid, null as tgid, null as comm, null as event, null as args, null as page where 0';

/** One select of `arg`. */
function argumentsOf(table: EventTable): string {
  const cases = table.columns.map((c, i) => `when ${i} then e.${quoted(c.name)}`);
  const value = cases.length === 0 ? 'null' : `case c.position ${cases.join(' ')} end`;
  return `select e.id as id, ${literal(table.name)} as event, c.position as position, c.key as key, ${value} as value, c.form as form from ${quoted(table.table)} e, event_column c where c.event_type = ${table.id} and ${value} is not null`;
}

const EMPTY_ARG = 'select 0 as id, null as event, null as position, null as key, null as value, null as form where 0';

function createUnion(db: Database.Database, name: string, selects: readonly string[], empty: string): void {
  if (selects.length <= GROUP) {
    db.exec(`create view ${name} as ${selects.length === 0 ? empty : selects.join(' union all ')}`);
    return;
  }
  const groups: string[] = [];
  for (let i = 0; i < selects.length; i += GROUP) {
    const group = `${name}_group_${groups.length + 1}`;
    db.exec(`create view ${quoted(group)} as ${selects.slice(i, i + GROUP).join(' union all ')}`);
    groups.push(`select * from ${quoted(group)}`);
  }
  db.exec(`create view ${name} as ${groups.join(' union all ')}`);
}

/** A column in the words of the trace. */
export function printed(column: Column): string {
  const name = `e.${quoted(column.name)}`;
  switch (column.form) {
    case 'hex':
      return `case typeof(${name}) when 'integer' then printf('0x%x', ${name}) else ${name} end`;
    case 'bare':
      return `case typeof(${name}) when 'integer' then printf('%x', ${name}) else ${name} end`;
    default:
      return name;
  }
}

/** Text within SQL. */
export function literal(text: string): string {
  // SQL ends at a NUL
  const parts = text.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? parts[0] : `(${parts.join(' || char(0) || ')})`;
}
