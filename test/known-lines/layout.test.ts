// src/assembly has constants of its own, since AssemblyScript reads no other file of ours: they are those of the house.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as layout from '../../src/assembly/layout.ts';
import { COMMON_COLUMNS } from '../../src/store/event-table.ts';
import { PAGE_SIZE } from '../../src/store/schema.ts';
import { BATCH_RECORDS, Slot, STRIDE } from '../../src/vocabulary/record.ts';

test('records, batches, pages and common columns', () => {
  expect(layout).toMatchObject({ STRIDE, BATCH_RECORDS, PAGE_SIZE, COMMON_COLUMNS: COMMON_COLUMNS.length });
});

test('the slots of a record', () => {
  const text = readFileSync(new URL('../../src/assembly/record.ts', import.meta.url), 'utf8');
  const places = [...text.matchAll(/^export const ([A-Z_]+) = (\d+);$/gm)].map(([, name, at]) => [
    name,
    Number(at) / 8,
  ]);
  expect(Object.fromEntries(places)).toEqual(Slot);
});
