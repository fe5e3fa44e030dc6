// Why: rows of processes move and their hash table closes gaps; whatever is added and taken, it must be what a Map says.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FaultedOnly } from '../../src/model/faulted.ts';

/** Pointers as a slab gives them out: neighbours, and far apart. */
const ptrOf = (i: number): number => -(2 ** 46) + i * 0x400 * (i % 7 === 0 ? 0x100000 : 1);

describe('processes of which only faults are known', () => {
  it('are found by pid and pointer, and taken once', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('add', 'again', 'task', 'mm', 'last'), fc.nat(60)), {
      maxLength: 400,
    });
    fc.assert(
      fc.property(steps, (all) => {
        const faulted = new FaultedOnly();
        const known = new Map<number, number>();
        for (const [what, i] of all) {
          const pid = 100 + i;
          if (what === 'add' && !known.has(pid)) {
            faulted.add({ pid, ptr: ptrOf(i), id: i, vpn: i, unshares: false });
            known.set(pid, i);
          } else if (what === 'again' && known.has(pid)) {
            faulted.again(pid, i + 1, true);
            known.set(pid, i + 1);
          } else if (what !== 'add' && what !== 'again') {
            const taken =
              what === 'task' ? faulted.takeTask(pid) : what === 'mm' ? faulted.takeMm(ptrOf(i)) : faulted.takeLast();
            if (what !== 'last') expect(taken?.vpn).toBe(known.get(pid));
            if (taken !== undefined) expect(known.delete(taken.pid)).toBe(true);
          }
          expect(faulted.size).toBe(known.size);
        }
        for (let i = 0; i <= 60; i++) {
          expect(faulted.ptrOf(100 + i)).toBe(known.has(100 + i) ? ptrOf(i) : undefined);
          expect(faulted.hasMm(ptrOf(i))).toBe(known.has(100 + i));
        }
      }),
    );
  });

  it('ten thousand of them, all taken by pointer', () => {
    const faulted = new FaultedOnly();
    for (let i = 0; i < 10_000; i++) faulted.add({ pid: i + 1, ptr: ptrOf(i), id: i, vpn: i, unshares: i % 2 === 0 });
    for (let i = 0; i < 10_000; i++)
      expect(faulted.takeMm(ptrOf(i))).toEqual({ pid: i + 1, ptr: ptrOf(i), id: i, vpn: i, unshares: i % 2 === 0 });
    expect(faulted.size).toBe(0);
    expect(faulted.takeLast()).toBeUndefined();
  });
});
