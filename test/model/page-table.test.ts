import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { PageTable } from '../../src/model/page-table.ts';

it('a page table answers as a Map does, whatever is set, deleted and cleared', () => {
  const vpn = fc.oneof(
    fc.integer({ min: 0, max: 40 }),
    fc.integer({ min: 0x7f0000000, max: 0x7f0000100 }),
    fc.integer({ min: 0, max: 2 ** 35 }),
  );
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constant('set' as const), vpn, fc.integer({ min: -(2 ** 50), max: 2 ** 50 })) },
    { weight: 4, arbitrary: fc.tuple(fc.constant('delete' as const), vpn, fc.constant(0)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('clear' as const), vpn, fc.constant(0)) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
      const table = new PageTable();
      const map = new Map<number, number>();
      for (const [what, key, value] of steps) {
        if (what === 'set') {
          table.set(key, value);
          map.set(key, value);
        } else if (what === 'delete') {
          table.delete(key);
          map.delete(key);
        } else if (map.size > 200) {
          table.clear();
          map.clear();
        }
        expect(table.get(key)).toBe(map.get(key));
        expect(table.size).toBe(map.size);
      }
      const seen = new Map<number, number>();
      for (let i = table.next(0); i >= 0; i = table.next(i + 1)) seen.set(table.keyAt(i), table.entryAt(i));
      expect(new Map([...seen].sort((a, b) => a[0] - b[0]))).toEqual(new Map([...map].sort((a, b) => a[0] - b[0])));
    }),
  );
});
