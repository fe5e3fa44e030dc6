// Why: a table that was opened in a spreadsheet keeps 15 digits of a number, and a program that has only doubles 53 bits;
// a pointer in decimal has 20 digits. Rounded pointers name other pages, and look like pointers still.
import { cellsOf } from '../formats/csv-head.ts';
import type { TraceHead } from '../formats/head.ts';
import type { HeadLines } from '../formats/head-lines.ts';
import type { Unusable } from './not-a-trace.ts';

/** A kernel pointer in decimal: 0xffff... and, of ppc64, 0xc000...; doubles are 2048 apart there. */
const POINTER = /^1(?:844[67]|38[3-5]\d)\d{15}$/;
const STEP = 2048n;

/** Digits that a spreadsheet keeps. */
const KEPT = 15;

/** Number of pointers that are not all round by chance: one in 49 is, or one in 32. */
const FEWEST_DECIMAL = 3;
const FEWEST = 5;

/** Why the pointers of this table are useless; undefined: they are exact, or too few. */
export function roundedTable(lines: HeadLines, { table }: TraceHead): Unusable | undefined {
  if (table === undefined) return undefined;
  const all = new Set<string>();
  for (let i = 0; i < lines.length; i++) {
    for (const cell of cellsOf(lines.line(i), table.delimiter)) if (POINTER.test(cell.trim())) all.add(cell.trim());
  }
  if (!isDecimal(all) && !isDouble(all)) return undefined;
  return {
    problem: `the pointers in the table were rounded, as a spreadsheet or a program with floating-point numbers does: they name other pages`,
    tryThis: 'make the table again with pointers in hexadecimal (0x...), and do not save it from a spreadsheet',
  };
}

const isDecimal = (pointers: ReadonlySet<string>): boolean =>
  pointers.size >= FEWEST_DECIMAL &&
  [...pointers].map(Number).every((pointer) => Number(pointer.toPrecision(KEPT)) === pointer);

/** Exact pointers of one kind may all be multiples of 2048 (an array of 256 pointers, a folio of 32 pages), but not of all. */
function isDouble(pointers: ReadonlySet<string>): boolean {
  const all = [...pointers].map(BigInt);
  return all.length >= FEWEST && all.every((p) => p % STEP === 0n) && all.some((p) => p % (2n * STEP) !== 0n);
}
