// Why: one call may pin a thousand pages. Pins of one call on neighbouring pages that ended in the same way form one
// row.
import type { PinLife, TraceInfo } from '../contract/report.ts';
import { type HeldFor, heldFor } from './selection.ts';

export interface PinRow {
  /** the first of them */
  pin: PinLife;
  pages: number;
  /** the longest of them */
  held: HeldFor | undefined;
  /** numbers of the findings about them, ascending */
  findings: number[];
}

export const PIN_ORDERS = ['start', 'held', 'pages'] as const;
export type PinOrder = (typeof PIN_ORDERS)[number];

/** @param each one row per page */
export function pinRows(pins: readonly PinLife[], traces: readonly TraceInfo[], each: boolean): PinRow[] {
  const rows: PinRow[] = [];
  let last: PinRow | undefined;
  let next: bigint | undefined;
  for (const pin of pins.toSorted(byPlace)) {
    const held = heldFor(pin, traces[pin.trace]);
    const told = pin.finding === undefined ? [] : [pin.finding];
    const address = pin.address === undefined ? undefined : BigInt(pin.address);
    if (!each && last !== undefined && address !== undefined && address === next && alike(last.pin, pin)) {
      last.pages++;
      last.findings.push(...told);
      if (held !== undefined && held.size > (last.held?.size ?? -1)) last.held = held;
    } else {
      last = { pin, pages: 1, held, findings: told };
      rows.push(last);
    }
    next = address === undefined ? undefined : address + 4096n;
  }
  for (const row of rows) row.findings.sort((a, b) => a - b);
  return rows;
}

export function sortRows(rows: readonly PinRow[], order: PinOrder): PinRow[] {
  switch (order) {
    case 'start':
      return rows.toSorted((a, b) => byPlace(a.pin, b.pin));
    case 'held':
      return rows.toSorted((a, b) => (b.held?.size ?? -1) - (a.held?.size ?? -1) || byPlace(a.pin, b.pin));
    case 'pages':
      return rows.toSorted((a, b) => b.pages - a.pages || byPlace(a.pin, b.pin));
  }
}

function byPlace(a: PinLife, b: PinLife): number {
  const [one, other] = [BigInt(a.address ?? 0), BigInt(b.address ?? 0)];
  return a.trace - b.trace || a.line - b.line || (one < other ? -1 : one > other ? 1 : 0);
}

/** Of one call, with the same end; each may have a finding of its own. */
const alike = (a: PinLife, b: PinLife): boolean =>
  a.trace === b.trace &&
  a.line === b.line &&
  a.mm === b.mm &&
  a.api === b.api &&
  a.state === b.state &&
  a.owner === b.owner &&
  (a.finding === undefined) === (b.finding === undefined);

/** Pins held for `from` up to (not including) `to`, ns or ticks. */
export interface HoldBucket {
  from: number;
  to: number;
  count: number;
}

/** Hold times by powers of ten, from the shortest to the longest; `open`: not released in the trace. */
export function histogram(
  pins: readonly PinLife[],
  traces: readonly TraceInfo[],
  unit: TraceInfo['timeUnit'],
): { buckets: HoldBucket[]; open: number; unknown: number } {
  const counts = new Map<number, number>();
  let open = 0;
  let unknown = 0;
  for (const pin of pins) {
    const trace = traces[pin.trace];
    const held = heldFor(pin, trace);
    if (held === undefined || trace?.timeUnit !== unit) unknown++;
    else if (held.bound === 'more') open++;
    else {
      const digits = String(Math.floor(held.size)).length;
      counts.set(digits, (counts.get(digits) ?? 0) + 1);
    }
  }
  const [low, high] = [Math.min(...counts.keys()), Math.max(...counts.keys())];
  const buckets = Array.from({ length: counts.size === 0 ? 0 : high - low + 1 }, (_, i) => {
    const digits = low + i;
    return { from: digits === 1 ? 0 : 10 ** (digits - 1), to: 10 ** digits, count: counts.get(digits) ?? 0 };
  });
  return { buckets, open, unknown };
}
