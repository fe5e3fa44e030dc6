// Tables with a header row: printed by a bpftrace script, exported by Perfetto or pandas. The meaning of a column
// depends on its name; unknown columns are arguments of the event.
//
//     time,cpu,comm,pid,event,mm,addr
//     "ts";"cpu";"thread_name";"tid";"name"
//     Attaching 3 probes...                     printed by bpftrace before the first row
//     Lost 18 events                            also by bpftrace, while it enables the probes
import Papa from 'papaparse';
import { type CsvColumn, csvColumns, csvTime } from './csv-columns.ts';
import type { TraceHead } from './head.ts';
import type { HeadLines } from './head-lines.ts';

const DELIMITERS = [',', '\t', ';', '|'];

/** Lines before the header row. */
const PREAMBLE = /^\s*$|^#|^Attach(ing|ed) \d+ probe|^Lost \d+ events/;

/** The head of a table, or undefined if the first possible header line has no event column. */
export function csvHead(lines: HeadLines): TraceHead | undefined {
  let header = 0;
  while (header < lines.length && PREAMBLE.test(lines.line(header))) header++;
  if (header === lines.length) return undefined;
  for (const delimiter of DELIMITERS) {
    const names = cellsOf(lines.line(header), delimiter).map((cell) => cell.trim());
    const columns = csvColumns(names);
    if (
      names.length > 1 &&
      has(columns, 'event') &&
      // a table of processes has names, too
      (has(columns, 'time') || ((has(columns, 'tid') || has(columns, 'pid')) && !isNamed(columns, names)))
    ) {
      const head: TraceHead = {
        format: 'csv',
        variant: delimiter === ',' ? '' : `separated by ${delimiter === '\t' ? 'tabs' : delimiter}`,
        timeUnit: 'none',
        timeDigits: 0,
        timeBase: 0,
        table: { delimiter, columns: names },
      };
      setTime(lines, header + 1, columns, head);
      return head;
    }
  }
  return undefined;
}

/** Whether the event column is only called name. */
const isNamed = (columns: CsvColumn[], names: string[]): boolean =>
  /^name$/i.test(names[columns.findIndex((column) => column.role === 'event')] ?? '');

function has(columns: CsvColumn[], role: CsvColumn['role']): boolean {
  return columns.some((column) => column.role === role);
}

/** Whether these cells are the header row again: another recording begins. */
export const isHeaderRow = (cells: readonly string[], columns: readonly string[]): boolean =>
  cells.length === columns.length && cells.every((cell, i) => cell.trim() === columns[i]);

function setTime(lines: HeadLines, firstRow: number, columns: CsvColumn[], head: TraceHead): void {
  const index = columns.findIndex((column) => column.role === 'time');
  const { table } = head;
  if (index < 0 || table === undefined) return;
  const seen = new Set<string>();
  let rows = 0;
  for (let i = firstRow; i < lines.length; i++) {
    const cell = cellsOf(lines.line(i), table.delimiter)[index];
    const time = cell === undefined ? undefined : csvTime(cell, columns[index].unit);
    if (cell === undefined || time === undefined) continue;
    if (rows++ === 0) {
      head.timeUnit = 'ns';
      head.timeBase = time.seconds;
      head.timeDigits = time.digits;
    }
    seen.add(cell.trim());
  }
  if (rows >= FEW_ROWS && rows > MOST_AT_ONCE * seen.size) table.isRounded = true;
}

/** Events take microseconds each: if as many rows have the same time, it was rounded. */
const MOST_AT_ONCE = 4;
const FEW_ROWS = 40;

/** Between a delimiter and a quote, but not within a quoted cell. */
const BLANKS = /"(?:[^"]|"")*"|([,;|]) +(?=")/g;

/** The cells of one row. Papa handles quotes; most rows have none. */
export function cellsOf(row: string, delimiter: string): string[] {
  if (!row.includes('"')) return row.split(delimiter);
  // a quote behind blanks would be part of the cell
  const bare = row.replaceAll(BLANKS, (all, sign?: string) => (sign === delimiter ? sign : all));
  return Papa.parse<string[]>(bare, { delimiter }).data[0] ?? [];
}
