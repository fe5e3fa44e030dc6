// Times are parsed as integers, with seconds and fraction separate: `parseFloat(s) * 1e9` is wrong by a nanosecond
// after some weeks of uptime, and ns since boot do not fit a double exactly after 104 days.
import { DOT, decimal, ZERO } from '../../util/bytes.ts';
import type { TraceHead } from './head.ts';
import type { TraceLine } from './line.ts';

/** ns per unit of the last digit, by number of digits after the point. */
const NS_PER_DIGIT = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 10, 1];

/** Ticks are split here, so that a difference of two 20-digit counters stays exact. */
const TICK_SPLIT = 1e9;

/**
 * Parse `9.044846` (ns) or `98517755561` (ticks) at `p` into `out.ts`, relative to the base of the head. Returns the
 * position after the last digit, or -1 if there is no number. trace_print_time() prints ` %5lu.%06lu` for clocks in ns
 * and ` %12llu` for the others.
 */
export function readTime(buf: Uint8Array, p: number, end: number, head: TraceHead, out: TraceLine): number {
  let at = p;
  let seconds = 0;
  while (at < end) {
    const digit = buf[at] - ZERO;
    if (digit < 0 || digit > 9) break;
    seconds = seconds * 10 + digit;
    at++;
  }
  if (at === p) return -1;
  if (buf[at] !== DOT) {
    out.ts = head.timeUnit === 'ticks' ? ticksSince(buf, p, at, head.timeBase) : Number.NaN;
    return at;
  }
  const point = at++;
  let fraction = 0;
  while (at < end) {
    const digit = buf[at] - ZERO;
    if (digit < 0 || digit > 9) break;
    fraction = fraction * 10 + digit;
    at++;
  }
  const digits = at - point - 1;
  if (digits === 0 || digits > 9) return -1;
  out.ts = head.timeUnit === 'ns' ? (seconds - head.timeBase) * 1e9 + fraction * NS_PER_DIGIT[digits] : Number.NaN;
  return at;
}

function ticksSince(buf: Uint8Array, p: number, end: number, base: number): number {
  const split = Math.max(p, end - 9);
  return (decimal(buf, p, split) - base / TICK_SPLIT) * TICK_SPLIT + decimal(buf, split, end);
}
