// The columns of the pins table: what each is called, sorted by, and says.
import type { TraceInfo } from '../../../contract/report.ts';
import type { Payload } from '../payload.ts';
import type { PinTable } from '../pin-columns.ts';
import { type PinOrder, shortNames } from './filter.ts';
import { fromWords, heldWords, number, ownerOf, pageOf } from './pin-life.ts';

export interface Column {
  head: string;
  /** its look */
  kind: string;
  order?: PinOrder;
  cell(i: number): string;
}

export function columnsOf(payload: Payload, pins: PinTable): Column[] {
  const word = (name: 'api' | 'flags' | 'owner' | 'state') => (i: number) => pins.word(name, i);
  const columns: Column[] = [
    { head: 'from', kind: 'num', order: 'from', cell: (i) => fromWords(pins, i, unitOf(payload, pins, i)) },
    { head: 'held', kind: 'num', order: 'held', cell: (i) => heldWords(pins, i, unitOf(payload, pins, i)) },
    { head: 'state', kind: 'word', cell: word('state') },
    { head: 'process', kind: 'name', order: 'process', cell: (i) => ownerOf(pins, i) },
    { head: 'address', kind: 'hex', order: 'address', cell: (i) => pins.address.at(i) ?? '' },
    { head: 'page', kind: 'hex', order: 'page', cell: (i) => pageOf(pins, i) },
    { head: 'call', kind: 'call', order: 'call', cell: word('api') },
    { head: 'flags', kind: 'flags', cell: word('flags') },
    { head: 'used by', kind: 'word', cell: word('owner') },
    { head: 'finding', kind: 'num', cell: (i) => String(number(pins.finding[i]) ?? '') },
    { head: 'line', kind: 'num', order: 'line', cell: (i) => String(number(pins.line[i]) ?? '') },
  ];
  if (payload.traces.length > 1) {
    const names = shortNames(payload.traces.map(({ name }) => name));
    columns.push({ head: 'trace', kind: 'word', cell: (i) => names[pins.trace[i] ?? 0] ?? '' });
  }
  return columns;
}

/** What the times of a pin are in. */
export function unitOf(payload: Payload, pins: PinTable, i: number): TraceInfo['timeUnit'] {
  return payload.traces[pins.trace[i] ?? 0]?.unit ?? 'ns';
}
