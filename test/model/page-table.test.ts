import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Ordered } from '../../src/model/ordered.ts';
import { PageTable } from '../../src/model/page-table.ts';

const vpn = fc.oneof(
  fc.integer({ min: -3, max: 40 }),
  fc.integer({ min: 1000, max: 2600 }),
  fc.integer({ min: 0x7f0000000, max: 0x7f0000100 }),
  fc.integer({ min: 0, max: 2 ** 35 }),
);
const range = fc.tuple(
  vpn,
  fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant(512), fc.integer({ min: 0, max: 4000 }), fc.constant(2 ** 40)),
);
const mark = (entry: number) => (entry % 2 === 0 ? entry + 1 : entry);

/** A page table as one would write it without thinking of time. */
class Plain {
  map = new Map<number, number>();

  deleteRange(from: number, to: number) {
    for (const k of [...this.map.keys()]) if (k >= from && k < to) this.map.delete(k);
  }

  share(into: Plain, from: number, to: number, how: ((e: number) => number) | undefined) {
    for (const [k, e] of this.map) {
      if (k < from || k >= to) continue;
      if (how !== undefined) this.map.set(k, how(e));
      into.map.set(k, this.map.get(k) as number);
    }
  }

  move(from: number, to: number, shift: number) {
    if (shift === 0) return;
    const moved = [...this.map].filter(([k]) => k >= from && k < to);
    this.deleteRange(from, to);
    for (const [k, e] of moved) this.map.set(k + shift, e);
  }
}

it('page tables answer as Maps do, whatever is set, deleted, moved, and shared by fork', () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ set: vpn, entry: fc.integer({ min: -(2 ** 50), max: 2 ** 50 }) }) },
    { weight: 3, arbitrary: fc.record({ delete: vpn }) },
    { weight: 2, arbitrary: fc.record({ clear: range }) },
    { weight: 2, arbitrary: fc.record({ move: range, shift: fc.constantFrom(512, -512, 1024, 7, -3, 2 ** 20) }) },
    { weight: 3, arbitrary: fc.record({ fork: range, to: fc.nat(2), isPrivate: fc.boolean() }) },
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2), step), { maxLength: 200 }), (steps) => {
      const tables = [new PageTable(), new PageTable(), new PageTable()];
      const plain = [new Plain(), new Plain(), new Plain()];
      for (const [who, s] of steps) {
        if ('set' in s) {
          tables[who].set(s.set, s.entry);
          plain[who].map.set(s.set, s.entry);
        } else if ('delete' in s) {
          tables[who].delete(s.delete);
          plain[who].map.delete(s.delete);
        } else if ('clear' in s) {
          tables[who].deleteRange(s.clear[0], s.clear[0] + s.clear[1]);
          plain[who].deleteRange(s.clear[0], s.clear[0] + s.clear[1]);
        } else if ('move' in s) {
          tables[who].move(s.move[0], s.move[0] + s.move[1], s.shift);
          plain[who].move(s.move[0], s.move[0] + s.move[1], s.shift);
        } else if (s.to !== who) {
          const how = s.isPrivate ? mark : undefined;
          tables[who].share(tables[s.to], s.fork[0], s.fork[0] + s.fork[1], how);
          plain[who].share(plain[s.to], s.fork[0], s.fork[0] + s.fork[1], how);
        }
        tables.forEach((t, i) => {
          expect(t.size).toBe(plain[i].map.size);
        });
      }
      tables.forEach((t, i) => {
        const pages = t.pagesIn(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
        expect(pages.map((p) => [p, t.get(p)])).toEqual([...plain[i].map].sort((a, b) => a[0] - b[0]));
      });
    }),
    { numRuns: 200, endOnFailure: true },
  );
});

it('an entry that is not a number is none, and a page that is not a number has none', () => {
  const table = new PageTable();
  table.set(5, Number.NaN);
  table.set(Number.NaN, 5);
  expect(table.size).toBe(0);
  expect(table.get(Number.NaN)).toBeUndefined();
});

it('an ordered map answers as a Map does', () => {
  const key = fc.oneof(
    fc.integer({ min: 0, max: 2000 }),
    fc.double({ noNaN: true }).map((d) => d + 0),
  );
  const step = fc.tuple(fc.constantFrom('set' as const, 'set' as const, 'delete' as const), key);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 1500, minLength: 300 }), range, (steps, [from, length]) => {
      const ordered = new Ordered<number>();
      const map = new Map<number, number>();
      steps.forEach(([what, k], i) => {
        if (what === 'set') {
          ordered.set(k, i);
          map.set(k, i);
        } else expect(ordered.delete(k)).toBe(map.delete(k));
        expect(ordered.get(k)).toBe(map.get(k));
        expect(ordered.size).toBe(map.size);
      });
      const inside = [...map].filter(([k]) => k >= from && k < from + length).sort((a, b) => a[0] - b[0]);
      expect(ordered.keysIn(from, from + length)).toEqual(inside.map(([k]) => k));
      expect(ordered.valuesIn(from, from + length)).toEqual(inside.map(([, v]) => v));
    }),
    { numRuns: 40, endOnFailure: true },
  );
});
