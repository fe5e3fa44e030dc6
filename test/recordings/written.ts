// What a reading of a written recording gives, and what the text of the same events gives.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { memoryInput, type TraceInput } from '../../src/engine/reading/input.ts';
import { Reading } from '../../src/engine/reading/reading.ts';
import { KIND_NAMES, Kind } from '../../src/vocabulary/kinds.ts';
import { Slot, STRIDE } from '../../src/vocabulary/record.ts';
import { type EventOptions, eventsOf } from './write/events.ts';

export const textOf = (name: string): string =>
  gunzipSync(readFileSync(join(import.meta.dirname, '../../fixtures', name, 'trace.txt.gz'))).toString('latin1');

export const writtenOf = (name: string, options?: EventOptions) => eventsOf(textOf(name), options);

const SLOTS = Object.entries(Slot)
  .filter(([name]) => !['KIND', 'TS', 'OFFSET', 'LINE', 'TGID', 'SYM'].includes(name))
  .map(([, slot]) => slot);

export interface Read {
  /** each mm event in words */
  events: string[];
  /** losses: CPU and number */
  lost: string[];
  damage: string | undefined;
  bad: number;
}

export async function readAll(input: TraceInput): Promise<Read> {
  const reading = await Reading.open(input);
  const events: string[] = [];
  const lost: string[] = [];
  try {
    reading.start({
      onBatch: ({ rows, length }) => {
        for (let o = 0; o < length * STRIDE; o += STRIDE) {
          const ns = rows[o + Slot.TS] + 1e9 * reading.head.timeBase;
          if (rows[o] === Kind.lost) lost.push(`${rows[o + Slot.CPU]}: ${rows[o + Slot.N]}`);
          else events.push([KIND_NAMES[rows[o]], Math.round(ns / 1000), ...SLOTS.map((s) => rows[o + s])].join(' '));
        }
      },
    });
    while (await reading.advance());
  } finally {
    reading.close();
  }
  return { events, lost, damage: reading.stats.damage, bad: reading.stats.bad.length };
}

export const readBytes = (name: string, bytes: Uint8Array): Promise<Read> => readAll(memoryInput(name, bytes));
