// Why: `pins` for people. With 80 columns a row takes two lines.
import type { TraceInfo } from '../contract/report.ts';
import { kernelOf } from '../report/groups/drifts.ts';
import { clean, columns, duration, pad, padLeft, wrap } from '../report/shared/format.ts';
import { type Paint, painter } from '../report/shared/paint.ts';
import { pageWords, pathWords } from '../report/shared/words.ts';
import { type TableColumn, tableText } from '../report/terminal/table.ts';
import { count, grouped } from '../util/count.ts';
import { largest } from '../util/largest.ts';
import type { HoldBucket, PinRow } from './rows.ts';
import type { HeldFor, LoadedPins } from './selection.ts';

interface Look {
  color: boolean;
  width: number | undefined;
}

/** Columns that go to a second line if the first is full. */
const SECOND = 5;
const HEADS: readonly TableColumn[] = [
  { head: 'line', right: true },
  { head: 'held for', right: true },
  { head: 'pages', right: true },
  { head: 'address' },
  { head: 'process' },
  { head: 'page' },
  { head: 'state' },
  { head: 'owner' },
  { head: 'finding' },
  { head: 'api' },
  { head: 'flags' },
];

export function* pinsText(rows: readonly PinRow[], all: number, loaded: LoadedPins, look: Look): Iterable<string> {
  const paint = painter(look.color);
  const several = loaded.traces.length > 1;
  for (const [i, trace] of loaded.traces.entries()) {
    const mine = several ? rows.filter(({ pin }) => pin.trace === i) : rows;
    if (mine.length === 0) continue;
    if (several) {
      const title = wrap(`${pathWords(trace)}, ${clean(kernelOf(trace))}`, Math.max(40, look.width ?? 80));
      yield* title.map((line) => `${paint('bold', line)}\n`);
    }
    const table = mine.map((row) => cells(row, trace));
    yield* wide(table) <= (look.width ?? Number.POSITIVE_INFINITY)
      ? tableText(HEADS, table, { paint, width: look.width })
      : twoLines(table, paint, look.width ?? 80);
    yield '\n';
  }
  yield* wrap(closing(rows, all, loaded), Math.max(40, look.width ?? 80)).map((line) => `${line}\n`);
}

function cells({ findings, held, pages, pin }: PinRow, { timeUnit }: TraceInfo): string[] {
  const process = pin.tgid ?? pin.pid;
  return [
    `:${pin.line}`,
    held === undefined ? '?' : heldWords(held, timeUnit),
    grouped(pages),
    clean(pin.address ?? '?'),
    `${clean(pin.comm ?? '')}${process === undefined ? '' : `[${process}]`}`,
    pageWords(pin) ?? '?',
    pin.state,
    clean(pin.owner ?? ''),
    findingWords(findings),
    clean(pin.api ?? '?'),
    pin.flags.map(clean).join('|'),
  ];
}

/** `> 0.3 s`: held to the end of the trace; `< 0.3 s`: released by then, at an unknown time. */
export function heldWords({ bound, size }: HeldFor, unit: TraceInfo['timeUnit']): string {
  const sign = bound === undefined ? '' : bound === 'more' ? '> ' : '< ';
  return sign + duration(size, unit);
}

/** `1`, `1-4`, `1, 7`, `1 .. 9`. */
function findingWords(findings: readonly number[]): string {
  const [first, last] = [findings[0], findings.at(-1)];
  if (first === undefined || last === undefined) return '';
  if (last - first === findings.length - 1) return first === last ? `${first}` : `${first}-${last}`;
  return findings.length === 2 ? findings.join(', ') : `${first} .. ${last}`;
}

/** Widths of the first `n` columns. */
const widthsOf = (table: readonly string[][], n: number): number[] =>
  HEADS.slice(0, n).map(({ head }, i) =>
    largest(
      columns(head),
      table.map((row) => columns(row[i] ?? '')),
    ),
  );

const wide = (table: readonly string[][]): number =>
  widthsOf(table, HEADS.length).reduce((sum, one) => sum + one + 2, -2);

function* twoLines(table: readonly string[][], paint: Paint, width: number): Iterable<string> {
  const widths = widthsOf(table, SECOND);
  const first = (row: readonly string[]) =>
    widths
      .map((width, i) => (HEADS[i]?.right === true ? padLeft(row[i] ?? '', width) : pad(row[i] ?? '', width)))
      .join('  ')
      .trimEnd();
  const indent = ' '.repeat((widths[0] ?? 0) + 2);
  yield `${paint('bold', first(HEADS.map(({ head }) => head)))}\n`;
  for (const row of table) {
    const [page, state, owner, finding, api, flags] = row.slice(SECOND);
    const more = [
      page,
      state,
      owner,
      finding === '' ? '' : `${/^\d+$/.test(finding) ? 'finding' : 'findings'} ${finding}`,
      api,
      flags,
    ];
    yield `${first(row)}\n`;
    const below = wrap(more.filter((word) => word !== '').join('  '), Math.max(20, width - indent.length));
    yield* below.map((line) => `${indent}${paint('dim', line)}\n`);
  }
}

/** `4 pins: 4 released; 119 in all` */
function closing(rows: readonly PinRow[], all: number, { pins, total }: LoadedPins): string {
  const states = new Map<string, number>();
  for (const { state } of pins) states.set(state, (states.get(state) ?? 0) + 1);
  const fates = [...states].map(([state, n]) => `${grouped(n)} ${state}`).join(', ');
  const parts = [pins.length === 0 ? 'no matching pins' : `${count(pins.length, 'pin')}: ${fates}`];
  if (pins.length < total) parts.push(`${grouped(total)} in total`);
  if (rows.length < all) parts.push(`${grouped(rows.length)} of ${count(all, 'row')} shown (--limit)`);
  return parts.join('; ');
}

const BAR = 40;

/** Bars of the number of pins by hold time. */
export function* histogramText(
  { buckets, open, unknown }: { buckets: readonly HoldBucket[]; open: number; unknown: number },
  unit: TraceInfo['timeUnit'],
  look: Look,
): Iterable<string> {
  const paint = painter(look.color);
  const most = Math.max(1, ...buckets.map((bucket) => bucket.count));
  const names = buckets.map(({ from, to }) => `${boundWords(from, unit)} .. ${boundWords(to, unit)}`);
  const width = Math.max(8, ...names.map(columns));
  const digits = Math.max(4, grouped(most).length);
  const room = Math.max(10, Math.min(BAR, (look.width ?? 80) - width - digits - 4));
  yield `${paint('bold', `${pad('held for', width)}  ${padLeft('pins', digits)}`)}\n`;
  for (const [i, bucket] of buckets.entries()) {
    const bar = '#'.repeat(bucket.count === 0 ? 0 : Math.max(1, Math.round((bucket.count / most) * room)));
    yield `${pad(names[i] ?? '', width)}  ${padLeft(grouped(bucket.count), digits)}  ${paint('cyan', bar)}`.trimEnd();
    yield '\n';
  }
  if (open > 0) yield `${count(open, 'pin')} not released before the end of the trace\n`;
  if (unknown > 0) yield `${count(unknown, 'pin')} without a time\n`;
}

/** Powers of ten: `10 us`, `1 s`, `1,000 ticks`. */
function boundWords(size: number, unit: TraceInfo['timeUnit']): string {
  if (unit !== 'ns') return count(size, 'tick');
  const [scale, name] = size >= 1e9 ? [1e9, 's'] : size >= 1e6 ? [1e6, 'ms'] : size >= 1e3 ? [1e3, 'us'] : [1, 'ns'];
  return `${grouped(size / Number(scale))} ${name}`;
}
