// Why: the matrix of `triage --matrix` as a table that fits the terminal: titles give before columns do.

import { count } from '../../util/count.ts';
import type { Matrix, MatrixRow } from '../groups/matrix.ts';
import { clean, wrap } from '../shared/format.ts';
import { painter, type Style } from '../shared/paint.ts';
import { type TableColumn, tableText } from './table.ts';

/** The title keeps so much; columns that do not fit beside it become a second table. */
const LEAST_TITLE = 24;

export function* matrixText(matrix: Matrix, look: { color: boolean; width: number | undefined }): Iterable<string> {
  const { columns, rows } = matrix;
  const width = Math.max(40, look.width ?? 80);
  const paint = painter(look.color);
  const states = rows.some(({ state }) => state !== undefined);
  for (const part of parts(columns, width - LEAST_TITLE - (states ? 13 : 0))) {
    const heads: TableColumn[] = [
      { head: 'what' },
      ...(states ? [{ head: 'state' }] : []),
      ...part.map(({ column }) => ({ head: clean(column), right: true })),
    ];
    const cells = rows.map((row) => [
      titleWords(row),
      ...(states ? [row.state ?? ''] : []),
      ...part.map(({ i }) => String(row.cells[i])),
    ]);
    yield* tableText(heads, cells, { paint, width: look.width === undefined ? undefined : width });
    yield '\n';
  }
  for (const { comment, state, title } of rows)
    if (comment !== undefined && comment !== '')
      yield* wrap(`${clean(title)} (${state}): ${clean(comment)}`, width).map((line) => `${line}\n`);
  const legend =
    `${count(rows.length, 'group')}; numbers count findings; "." means none although the rule could be decided; "?" ` +
    'means that no capture could decide it';
  yield* wrap(legend, width).map((line) => `${paint('dim' satisfies Style, line)}\n`);
}

const titleWords = ({ title }: MatrixRow): string => clean(title);

function parts(columns: readonly string[], room: number): { column: string; i: number }[][] {
  const out: { column: string; i: number }[][] = [[]];
  let used = 0;
  for (const [i, column] of columns.entries()) {
    const size = column.length + 2;
    if (used + size > room && (out.at(-1)?.length ?? 0) > 0) {
      out.push([]);
      used = 0;
    }
    used += size;
    out.at(-1)?.push({ column, i });
  }
  return out;
}
