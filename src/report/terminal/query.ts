// Why: the answer to a query as a table, CSV, JSON or a JSON object a line. A cell says in each of them the same: numbers
// to the last digit, bytes that are no text as `\x..`, nothing that could act on a terminal.
import Papa from 'papaparse';
import type { QueryCell } from '../../store/query.ts';
import { clean } from '../shared/format.ts';
import { jsonText } from '../shared/serialize.ts';
import { type TableLook, tableText } from './table.ts';

export const QUERY_FORMATS = ['table', 'csv', 'json', 'ndjson'] as const;
export type QueryFormat = (typeof QUERY_FORMATS)[number];

export interface QueryAnswer {
  columns: readonly string[];
  rows: Iterable<readonly QueryCell[]>;
}

export function answerText(answer: QueryAnswer, format: QueryFormat, look: TableLook): Iterable<string> {
  switch (format) {
    case 'table':
      return asTable(answer, look);
    case 'csv':
      return asCsv(answer);
    case 'json':
      return asJson(answer);
    case 'ndjson':
      return asLines(answer);
  }
}

function* asTable({ columns, rows }: QueryAnswer, look: TableLook): Iterable<string> {
  const { first, all } = peeked(rows);
  const heads = columns.map((head, i) => ({ head: clean(head), right: isNumber(first?.[i]) }));
  yield* tableText(
    heads,
    mapped(all, (row) => row.map(printed)),
    look,
  );
}

function* asCsv({ columns, rows }: QueryAnswer): Iterable<string> {
  yield csvRow(columns.map(clean));
  for (const row of rows)
    yield csvRow(row.map((cell) => (cell instanceof Uint8Array || typeof cell === 'string' ? printed(cell) : cell)));
}

/** A task may be named `=HYPERLINK(...)`: a cell that a spreadsheet would run gets a `'` in front. */
export function csvRow(cells: readonly unknown[]): string {
  return `${Papa.unparse([cells as unknown[]], { newline: '\n', escapeFormulae: true })}\n`;
}

function* asJson({ columns, rows }: QueryAnswer): Iterable<string> {
  const names = distinct(columns);
  let lead = '[\n  ';
  for (const row of rows) {
    yield lead + objectText(names, row);
    lead = ',\n  ';
  }
  yield lead.startsWith('[') ? '[]\n' : '\n]\n';
}

function* asLines({ columns, rows }: QueryAnswer): Iterable<string> {
  const names = distinct(columns);
  for (const row of rows) yield `${objectText(names, row)}\n`;
}

const objectText = (names: readonly string[], row: readonly QueryCell[]): string =>
  jsonText(Object.fromEntries(names.map((name, i) => [name, jsonCell(row[i] ?? null)])));

/** An integer that no double holds is a string: readers of JSON would round it. */
function jsonCell(cell: QueryCell): unknown {
  if (typeof cell === 'bigint') return String(cell);
  return cell instanceof Uint8Array ? bytesText(cell) : cell;
}

function printed(cell: QueryCell): string {
  if (cell === null) return '';
  return cell instanceof Uint8Array ? bytesText(cell) : clean(String(cell));
}

const bytesText = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
  ).join('');

const isNumber = (cell: QueryCell | undefined): boolean => typeof cell === 'number' || typeof cell === 'bigint';

/** `a`, `a:1`: a key of an object is there once. */
function distinct(columns: readonly string[]): string[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    let name = column;
    for (let n = 1; taken.has(name); n++) name = `${column}:${n}`;
    taken.add(name);
    return name;
  });
}

/** The first row, and all of them still to come. */
function peeked<T>(rows: Iterable<T>): { first: T | undefined; all: Iterable<T> } {
  const iterator = rows[Symbol.iterator]();
  const first = iterator.next();
  if (first.done === true) return { first: undefined, all: [] };
  const { value } = first;
  return {
    first: value,
    all: (function* () {
      yield value;
      for (let next = iterator.next(); next.done !== true; next = iterator.next()) yield next.value;
    })(),
  };
}

function* mapped<T, U>(items: Iterable<T>, change: (item: T) => U): Iterable<U> {
  for (const item of items) yield change(item);
}
