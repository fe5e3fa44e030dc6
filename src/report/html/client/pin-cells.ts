// The columns of the pins table: title, sort key and text.
import type { TraceInfo } from '../../../contract/report.ts';
import type { Payload } from '../payload.ts';
import type { PinTable } from '../pin-columns.ts';
import { type CellSearch, type PinOrder, shortNames } from './filter.ts';
import { fromWords, heldWords, number, ownerOf, pageOf } from './pin-life.ts';

export interface PinColumn {
  head: string;
  /** its look; `bound`: not a value where the release was not seen */
  kind: string;
  order?: PinOrder;
  cell(i: number): string;
}

export function pinColumns(payload: Payload, pins: PinTable): PinColumn[] {
  const word = (name: 'api' | 'flags' | 'owner' | 'state') => (i: number) => pins.word(name, i);
  const columns: PinColumn[] = [
    { head: 'from', kind: 'num', order: 'from', cell: (i) => fromWords(pins, i, unitOf(payload, pins, i)) },
    { head: 'held', kind: 'num bound', order: 'held', cell: (i) => heldWords(pins, i, unitOf(payload, pins, i)) },
    { head: 'state', kind: 'word bound', cell: word('state') },
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

/** Finds text that a row shows and no column contains: times, trace, finding and its rule. */
export function cellSearch(payload: Payload, pins: PinTable): CellSearch {
  const names = shortNames(payload.traces.map(({ name }) => name)).map((name) => name.toLowerCase());
  return (word) => {
    const traces = new Set(
      payload.traces.length > 1 ? names.flatMap((name, i) => (name.includes(word) ? [i] : [])) : [],
    );
    const findings = new Set(
      payload.findings.flatMap(({ n, rule }) => (rule.toLowerCase().includes(word) || `#${n}` === word ? [n] : [])),
    );
    const isTime = /^(?:[<>]|[\d.,]+|us|s|ticks?)$/.test(word);
    return (i) =>
      traces.has(pins.trace[i] ?? -1) ||
      findings.has(pins.finding[i] ?? -1) ||
      (isTime && timesOf(payload, pins, i).includes(word));
  };
}

function timesOf(payload: Payload, pins: PinTable, i: number): string {
  const unit = unitOf(payload, pins, i);
  return `${fromWords(pins, i, unit)} ${heldWords(pins, i, unit)}`;
}

/** Unit of the times of a pin. */
export function unitOf(payload: Payload, pins: PinTable, i: number): TraceInfo['timeUnit'] {
  return payload.traces[pins.trace[i] ?? 0]?.unit ?? 'ns';
}
