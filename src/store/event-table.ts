// One table per event name, with a column per argument, learned from the lines. Names from the trace become SQL names
// only here: letters, digits and `_` only, unique regardless of case, never a name used by the store itself, and always
// quoted.
import type { CellForm } from '../known-lines/cells.ts';

/** How an argument is printed, which determines how it is read and how views show it. */
export type Form = CellForm;

export interface Column {
  /** as the trace prints it */
  key: string;
  /** number of earlier arguments with the same key in a line */
  nth: number;
  /** name of the column */
  name: string;
  form: Form;
  /** text between the value and the next key, apart from spaces: `==>` of sched_switch */
  behind: string;
}

/** Columns of every event table, before those of its arguments. */
export const COMMON_COLUMNS = ['id', 'line', 'ts', 'cpu', 'task', 'at', 'extra'] as const;

/** Names that columns of arguments cannot have, since views use them. */
const TAKEN = new Set<string>([
  ...COMMON_COLUMNS,
  'trace',
  'time',
  'pid',
  'tgid',
  'comm',
  'event',
  'rowid',
  'oid',
  '_rowid_',
]);

/** More arguments than a probe can have (MAX_TRACE_ARGS is 128); further ones go to `extra`. */
export const MOST_COLUMNS = 240;

/** Number of event tables; further events share one table, with all their arguments as text. */
export const MOST_TABLES = 2000;

const LONGEST_NAME = 60;

export class EventTable {
  readonly id: number;
  readonly name: string;
  system: string;
  readonly table: string;
  readonly columns: Column[] = [];
  events = 0;
  readonly #names = new Set<string>(TAKEN);
  readonly #index = new Map<string, number>();

  constructor(id: number, name: string, system: string, table: string) {
    this.id = id;
    this.name = name;
    this.system = system;
    this.table = table;
  }

  /** Index of the column of the `nth` argument named `key`; -1 if there is none. */
  find(key: string, nth: number): number {
    return this.#index.get(nth === 0 ? key : `${key} ${nth}`) ?? -1;
  }

  get full(): boolean {
    return this.columns.length >= MOST_COLUMNS;
  }

  add(key: string, nth: number, form: Form, behind: string): number {
    const name = unique(this.#names, TAKEN.has(plain(key).toLowerCase()) ? `arg_${plain(key)}` : plain(key));
    const at = this.columns.push({ key, nth, name, form, behind }) - 1;
    this.#index.set(nth === 0 ? key : `${key} ${nth}`, at);
    return at;
  }
}

/** All event tables of a store. */
export class EventTables {
  readonly all: EventTable[] = [];
  readonly #byName = new Map<string, EventTable[]>();
  readonly #names = new Set<string>();
  #rest: EventTable | undefined;

  /**
   * The table of an event. Texts without systems (ftrace) and texts with systems (perf) share tables; two systems with
   * an event of the same name do not.
   */
  of(name: string, system: string): EventTable | undefined {
    const list = this.#byName.get(name) ?? [];
    const found =
      list.find((t) => t.system === system) ?? (system === '' ? list[0] : list.find((t) => t.system === ''));
    if (found !== undefined) {
      if (found.system === '') found.system = system;
      return found;
    }
    if (this.all.length >= MOST_TABLES) return undefined;
    const wanted = list.length === 0 ? `ev_${plain(name)}` : `ev_${plain(system)}_${plain(name)}`;
    const made = new EventTable(this.all.length + 1, name, system, unique(this.#names, wanted));
    this.all.push(made);
    this.#byName.set(name, [...list, made]);
    return made;
  }

  /** The table of all further events: the name is a column, the arguments are in `extra`. */
  rest(): EventTable {
    if (this.#rest === undefined) {
      this.#rest = new EventTable(this.all.length + 1, '', '', unique(this.#names, 'ev_more_events'));
      this.#rest.add('name', 0, 'text', '');
      this.all.push(this.#rest);
    }
    return this.#rest;
  }
}

/** Letters, digits and `_`, limited in length. */
function plain(name: string): string {
  const word = name.replace(/[^A-Za-z0-9_]/g, '_').slice(0, LONGEST_NAME);
  return word === '' ? '_' : word;
}

/** The name, or the name with the first free number; reserves it. SQL names are not case-sensitive. */
export function unique(taken: Set<string>, name: string): string {
  let free = name;
  for (let i = 2; taken.has(free.toLowerCase()); i++) free = `${name}_${i}`;
  taken.add(free.toLowerCase());
  return free;
}

/** `create table` of an event's table as far as its columns are known. */
export function createTable(table: EventTable): string {
  const columns = ['id integer primary key', 'line int', 'ts int', 'cpu int', 'task int', 'at int', 'extra text'];
  return `CREATE TABLE ${quoted(table.table)} (${[...columns, ...table.columns.map(declare)].join(', ')})`;
}

export const declare = (column: Column): string => `${quoted(column.name)} ${column.form === 'text' ? 'text' : 'int'}`;

/** An index over one of the columns of arguments. */
export interface TableIndex {
  table: EventTable;
  name: string;
  column: number;
  sql: string;
}

/** The column that is often searched by value: the page. */
export function pageIndexes(tables: readonly EventTable[]): TableIndex[] {
  const indexes: TableIndex[] = [];
  for (const table of tables) {
    const column = table.find('page', 0);
    if (column < 0 || table.columns[column].form === 'text') continue;
    const name = `${table.table}_by_page`;
    const sql = `CREATE INDEX ${quoted(name)} on ${quoted(table.table)} (${quoted(table.columns[column].name)})`;
    indexes.push({ table, name, column, sql });
  }
  return indexes;
}

/** A name within SQL. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
