// Why: rows under heads, in as many columns as there are. Widths come from the first rows, so a table of a million rows
// begins at once. Cells must be safe to print already.
import { clip, columns, pad, padLeft } from '../shared/format.ts';
import type { Paint } from '../shared/paint.ts';

export interface TableColumn {
  head: string;
  /** numbers stand below each other */
  right?: boolean;
}

export interface TableLook {
  paint: Paint;
  /** columns of the terminal; undefined: a pipe, where nothing is cut */
  width: number | undefined;
}

/** Rows that decide the widths. */
const MEASURED = 500;
/** No column is cut to less. */
const LEAST = 8;
const GAP = '  ';

/** Lines of the table, each with its newline. */
export function* tableText(
  heads: readonly TableColumn[],
  rows: Iterable<readonly string[]>,
  look: TableLook,
): Iterable<string> {
  const iterator = rows[Symbol.iterator]();
  const first: (readonly string[])[] = [];
  let more = iterator.next();
  while (more.done !== true) {
    first.push(more.value);
    if (first.length === MEASURED) break;
    more = iterator.next();
  }
  const widths = fitted(
    heads.map(({ head }, i) => Math.max(columns(head), ...first.map((row) => columns(row[i] ?? '')))),
    look.width,
  );
  const line = (cells: readonly string[]) => `${rowText(heads, cells, widths, look.width !== undefined)}\n`;
  yield `${look.paint('bold', line(heads.map(({ head }) => head)).trimEnd())}\n`;
  for (const row of first) yield line(row);
  if (first.length < MEASURED) return;
  for (let next = iterator.next(); next.done !== true; next = iterator.next()) yield line(next.value);
}

function rowText(heads: readonly TableColumn[], cells: readonly string[], widths: readonly number[], cut: boolean) {
  const texts = heads.map(({ right }, i) => {
    const width = widths[i] ?? 0;
    const cell = cut ? clip(cells[i] ?? '', width) : (cells[i] ?? '');
    return right === true ? padLeft(cell, width) : pad(cell, width);
  });
  return texts.join(GAP).trimEnd();
}

/** The widest give until all fit; a table of very many columns is wider than the terminal all the same. */
function fitted(widths: readonly number[], width: number | undefined): readonly number[] {
  if (width === undefined) return widths;
  const room = width - GAP.length * (widths.length - 1);
  const sum = (cap: number) => widths.reduce((total, one) => total + Math.min(one, cap), 0);
  const widest = Math.max(0, ...widths);
  if (sum(widest) <= room) return widths;
  let cap = widest;
  while (cap > LEAST && sum(cap) > room) cap--;
  return widths.map((one) => Math.min(one, cap));
}
