// A recording says of each event where its fields are and how wide. Kernels move them, widen them and add others, and
// what is read stays the same: of a number that is wider than any the kernel prints, nothing.
import { describe, expect, it } from 'vitest';
import type { WrittenField } from './write/events.ts';
import { perfData } from './write/perf-data.ts';
import { type Reshaped, reshape } from './write/reshape.ts';
import { traceDat } from './write/trace-dat.ts';
import { readBytes, writtenOf } from './written.ts';

const written = writtenOf('5.10/odirect_read_swap.ft');
const ofText = await readBytes('trace.txt', Buffer.from(written.text));

const keep = (fields: readonly WrittenField[]): Reshaped[] => fields.map((field, of) => ({ ...field, of }));
const added = (name: string, type: string, size: number): Reshaped => {
  return { name, type, size, signed: false, is: 'number', filler: 5n };
};
const isInt = ({ is, size }: WrittenField): boolean => is === 'number' && size === 4;

const SHAPES: Record<string, (fields: WrittenField[]) => Reshaped[]> = {
  'the other way round': (fields) => keep(fields).reverse(),
  'with room between them': (fields) => keep(fields).map((field) => ({ ...field, gap: 8 })),
  'with wider numbers': (fields) => keep(fields).map((f, i) => (isInt(fields[i]) ? { ...f, size: 8, type: 's64' } : f)),
  'with others behind them': (fields) => [...keep(fields), added('gfp_flags', 'gfp_t', 4)],
  'with a number of 128 bits before them': (fields) => [added('cookie', 'u128', 16), ...keep(fields)],
};

describe.each(Object.keys(SHAPES))('fields %s', (shape) => {
  it.each([8, 12])('after a header of %i bytes', async (common) => {
    const shaped = reshape(written, SHAPES[shape], common);
    for (const bytes of [traceDat(shaped), traceDat(shaped, { version: 6, little: false }), perfData(shaped)]) {
      const { events, damage, bad } = await readBytes('recording', bytes);
      expect({ damage, bad }).toEqual({ damage: undefined, bad: 0 });
      expect(events).toEqual(ofText.events);
    }
  });
});

it('a number of 128 bits is not read as a number', async () => {
  const wide = reshape(written, (fields) =>
    keep(fields).map((f, i) => (isInt(fields[i]) ? { ...f, size: 16, type: 'u128' } : f)),
  );
  const { events } = await readBytes('trace.dat', traceDat(wide));
  expect(events).toHaveLength(ofText.events.length);
  expect(events).not.toEqual(ofText.events);
});
