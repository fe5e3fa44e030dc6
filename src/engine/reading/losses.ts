// Why: reports everything missing from a text in one place, with counts and lines, whether detected by the kernel, the
// reader or a parser. Reports made from a store use the same.

import type { Loss } from '../../contract/report.ts';
import { isOfFiles, isTextFormat, OF_PIPE, type TraceHead } from '../../parsers/formats/head.ts';
import { LineKind } from '../../parsers/formats/line.ts';
import { count, grouped } from '../../util/count.ts';
import { known } from '../../vocabulary/record.ts';
import type { ReadStats } from './read-stats.ts';

/** What is wrong with the text as a whole, in one sentence. */
export function textDamage(stats: ReadStats, head: TraceHead): string | undefined {
  const { cutLines } = stats;
  const missing = missingParts(stats, head);
  if (missing !== undefined) return missing;
  const n = cutLines.widths[cutLines.column ?? 0];
  if (cutLines.column !== undefined)
    return `${count(n, 'line ends', 'lines end')} at column ${cutLines.column}, some in the middle of a word`;
  return disorderOf(stats) ?? lateOf(stats) ?? roundedOf(head) ?? overrunOf(stats, head) ?? repeatedOf(stats);
}

const roundedOf = ({ table }: TraceHead): string | undefined =>
  table?.isRounded === true
    ? 'the times of the table were rounded, as a spreadsheet does: rows of the same time may have been in another order'
    : undefined;

const repeatedOf = ({ repeated }: ReadStats): string | undefined =>
  repeated.isDamage
    ? `${count(repeated.count, 'line is', 'lines are')} there twice: check the text of one console`
    : undefined;

/**
 * The kernel prints where the buffer of a CPU begins only if buffers have overrun (TRACE_FILE_ANNOTATE in
 * __tracing_open() and trace_init_global_iter(), kernel/trace/trace.c). A header says by how much.
 */
const overrunOf = ({ bufferStart }: ReadStats, { overwritten }: TraceHead): string | undefined =>
  bufferStart > 0 && overwritten === undefined
    ? 'the beginning of a buffer is marked, which the kernel does only where it overwrote the oldest events'
    : undefined;

/** Parts of the text are known to be missing, though not where. */
const missingParts = (stats: ReadStats, head: TraceHead): string | undefined =>
  stats.damage ?? missingOf(stats, head) ?? leftOf(head) ?? openOf(stats) ?? doubtOf(stats, head);

const doubtOf = (stats: ReadStats, head: TraceHead): string | undefined =>
  isCounted(stats, head) ? undefined : stats.doubt;

/** Events of a CPU come after later ones of the same CPU, and were ignored. */
function lateOf({ sieve: { late } }: ReadStats): string | undefined {
  return late.count === 0
    ? undefined
    : `timestamps go backwards on one CPU: lines are duplicated or were moved; ${count(late.count, 'event was', 'events were')} ignored`;
}

/** Events are not ordered by time, and this cannot be attributed to one place. */
function disorderOf({ order, kinds }: ReadStats): string | undefined {
  switch (order.disorder(kinds[LineKind.Event])) {
    case 'cpus':
      return `events of ${order.cpus.length} CPUs follow one another, CPU by CPU: ${SORT}`;
    case 'steps':
      return `${count(order.steps, 'event is', 'events are')} earlier than the one before: ${SORT}`;
    case undefined:
      return undefined;
  }
}

/** The header contains the number of events; function_graph prints two of them in one line. */
function missingOf(
  { kinds, lost, lostTotal, order, repeated, unread }: ReadStats,
  { entries, tracer = 'nop' }: TraceHead,
): string | undefined {
  if (entries === undefined || tracer !== 'nop' || order.count['second-capture'] > 0) return undefined;
  if (lost.some(({ n }) => Number.isNaN(n))) return undefined;
  const all = kinds[LineKind.Event] + kinds[LineKind.Function] + unread;
  // where there are more than the header counts, lines that are there twice are no others
  const there = all > entries ? all - repeated.count : all;
  // events overwritten during reading have a line of their own
  const missing = entries - there - lostTotal;
  if (missing <= 0) return undefined;
  return `the header counts ${count(entries, 'event')}, but ${grouped(missing)} of them ${missing === 1 ? 'is' : 'are'} missing: lines were removed, or are of another CPU`;
}

/**
 * As many events were read as the header counts. Lines that could not be read are then none of them: a prompt, a mail
 * around the trace.
 */
function isCounted({ kinds, lost, order }: ReadStats, { entries, tracer = 'nop' }: TraceHead): boolean {
  if (tracer !== 'nop' || lost.length > 0 || order.count['second-capture'] > 0) return false;
  return kinds[LineKind.Event] + kinds[LineKind.Function] === entries;
}

/** Columns on the left, where the task names are. */
const leftOf = ({ cutLeft }: TraceHead): string | undefined =>
  cutLeft === true
    ? 'columns were cut on the left: task names that begin at the edge are incomplete, and are not used'
    : undefined;

/** Functions that were entered but never left, or left but never entered. */
function openOf({ nesting }: ReadStats): string | undefined {
  const { count: open, line } = nesting;
  if (open === 0) return undefined;
  const more = open > 1 ? `, and at ${grouped(open - 1)} more` : '';
  return `line ${line}${more}: functions entered before it have not returned, or one returns that was not entered: lines were removed`;
}

const SORT = 'sort them by time (`sort -s -k` with the column of the time), or record again into one file';

export function lossesOf(head: TraceHead, stats: ReadStats): Loss[] {
  const losses: Loss[] = [];
  const { cutLines } = stats;
  // truncated lines are a separate loss
  const cutBad = cutLines.count - cutLines.early;
  const bad = stats.samples.filter((b) => !(cutBad > 0 && isCut(b)));
  const unread = stats.unread - cutBad;
  if (unread > 0 && !isCounted(stats, head)) {
    const samples = bad.map((b) => ({ line: b.line, text: b.text }));
    losses.push({
      kind: 'bad-line',
      count: unread,
      line: bad[0]?.line,
      reason: bad[0]?.reason ?? 'incomplete',
      samples,
    });
  }
  if (cutLines.count > 0) {
    const samples = stats.samples.filter(isCut).map((b) => ({ line: b.line, text: b.text }));
    const line = cutLines.line > 0 ? cutLines.line : undefined;
    losses.push({ kind: 'truncated', count: cutLines.count, line, reason: cutLines.reason, samples });
  }
  const { oddColumns } = stats;
  if (oddColumns.isFew(stats.kinds[LineKind.Event]) && stats.order.count['second-capture'] === 0) {
    const reason =
      'the columns before the event differ from those of all other lines: a character is missing or was added';
    losses.push({ kind: 'truncated', count: oddColumns.count, line: oddColumns.line, reason });
  }
  if (stats.sieve.torn.count > 0) {
    const reason = 'a pointer is not a kernel address: a digit is missing or was changed';
    losses.push({ kind: 'truncated', ...stats.sieve.torn, reason });
  }
  losses.push(...orderLosses(stats));
  const rounded = roundedOf(head);
  if (rounded !== undefined) losses.push({ kind: 'out-of-order', reason: rounded });
  for (const { n, cpu, line, ts } of stats.lost) {
    const reason = 'the kernel or the recorder dropped events here';
    losses.push({
      kind: 'lost-events',
      count: known(n),
      cpu: cpu >= 0 ? cpu : undefined,
      line,
      time: known(ts),
      reason,
    });
  }
  if ((head.overwritten ?? 0) > 0) {
    const reason = 'the ring buffer overwrote its oldest events before the trace was read';
    losses.push({ kind: 'overwritten', count: head.overwritten, reason });
  }
  const repeated = repeatedOf(stats);
  if (repeated !== undefined) losses.push({ kind: 'out-of-order', line: stats.repeated.line, reason: repeated });
  const overrun = overrunOf(stats, head);
  if (overrun !== undefined) losses.push({ kind: 'overwritten', line: stats.bufferStart, reason: overrun });
  if (stats.filtered > 0) losses.push({ kind: 'filtered', count: stats.filtered, reason: 'left out by the filter' });
  const whole = missingParts(stats, head);
  if (whole !== undefined) losses.push({ kind: 'truncated', reason: whole });
  // nobody needs the value of another event, but lines after it may be missing, unless the header counts them
  const isEndOfTrace = stats.unterminated && !stats.framed && !stats.around.isAtEnd(stats.kinds);
  if (isEndOfTrace && (stats.half === 'record' || !isCounted(stats, head))) {
    // a truncated value looks like a complete one
    const reason = stats.cut ? 'the last line is incomplete' : 'the last line has no newline and may be incomplete';
    losses.push({ kind: 'truncated', count: stats.half === undefined ? undefined : 1, line: stats.lines, reason });
  }
  return losses;
}

const isCut = (bad: { isCut?: boolean }): boolean => bad.isCut === true;

/** Places where the text is not a continuation of the previous lines. */
function orderLosses(stats: ReadStats): Loss[] {
  const losses: Loss[] = [];
  const { order, cutLines } = stats;
  for (const b of order.breaks) {
    if (b.kind !== 'second-capture') continue;
    const time = b.back > 0 ? `, and time goes back by ${duration(b.back)}` : '';
    const reason = `a second trace begins here${time}; the lines before it are not related to it: check each alone`;
    losses.push({ kind: 'second-capture', line: b.line, time: known(b.ts), reason });
  }
  const places = order.breaks.filter((b) => b.kind === 'out-of-order');
  if (places.length > 0) {
    const [{ line, ts, back }] = places;
    const reason =
      `time goes back, here by ${duration(back)}: the lines of several buffers were concatenated, or sorted by ` +
      `something other than time; ${SORT}`;
    losses.push({ kind: 'out-of-order', count: order.count['out-of-order'], line, time: known(ts), reason });
  } else {
    const disorder = order.disorder(stats.kinds[LineKind.Event]);
    if (disorder !== undefined)
      losses.push({
        kind: 'out-of-order',
        count: order.steps,
        line: order.firstStep,
        reason: disorderOf(stats) ?? '',
      });
    else if (stats.sieve.late.count > 0)
      losses.push({ kind: 'out-of-order', ...stats.sieve.late, reason: lateOf(stats) ?? '' });
  }
  if (cutLines.column !== undefined) {
    const n = cutLines.widths[cutLines.column];
    const reason = `${count(n, 'line ends', 'lines end')} at column ${cutLines.column}, some in the middle of a word: other lines may be cut too`;
    losses.push({ kind: 'truncated', reason });
  }
  return losses;
}

const duration = (ns: number): string => `${(ns / 1e9).toFixed(ns < 1e9 ? 3 : 1)} s`;

/** Lines that exist but could not be parsed. */
export const unreadOf = (losses: readonly Loss[]): number =>
  losses.reduce((n, { kind, count }) => n + (kind === 'bad-line' || kind === 'truncated' ? (count ?? 0) : 0), 0);

/** {@link textDamage}, from a report. */
export const damageIn = (losses: readonly Loss[]): string | undefined =>
  losses.find((l) => l.kind === 'truncated' && l.line === undefined && l.count === undefined)?.reason ??
  losses.find((l) => l.kind === 'out-of-order' && l.time === undefined)?.reason ??
  losses.find((l) => l.kind === 'overwritten' && l.count === undefined)?.reason;

/**
 * perf script prints lost samples only on request, and its text does not show whether it was requested; whoever follows
 * the pipe of perf requests it, and sees the records as well. A perf.data directory has the records of each thread in a
 * file of its own, which has no length and no end; nor does the text of one CPU, whose end looks like that of an idle one.
 */
export function unsaidBy(
  { format, variant }: { format: string; variant: string },
  losses: readonly Loss[],
): string | undefined {
  if (isOfFiles(variant) && isTextFormat(format))
    return 'nothing in per-CPU files without a count of events shows whether each is complete: copy per_cpu/cpuN/trace, whose header has one';
  if (isOfFiles(variant))
    return 'nothing in a perf.data directory shows whether its files (data.0 and so on) are complete: record without --threads';
  if (format !== 'perf-script' || variant === OF_PIPE || losses.some(({ kind }) => kind === 'lost-events'))
    return undefined;
  return 'the text of perf script does not show lost samples unless it was run with --show-lost-events: check the perf.data itself';
}
