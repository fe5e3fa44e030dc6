// Why: pages of mips64, ppc64 and loongarch stand 64 bytes apart where doubles stand 1024 apart.
import { describe, expect, it } from 'vitest';
import {
  hex,
  isOfUpperHalf,
  number64,
  pointerFromZero,
  pointerOf,
  signed64,
  unfolded,
} from '../../src/vocabulary/number.ts';

const read = (text: string) => number64(Buffer.from(text), 0, text.length, false);
const split = (n: bigint): [number, number] => [Number(BigInt.asIntN(32, n >> 32n)), Number(BigInt.asIntN(32, n))];

describe('pointers that a double does not hold', () => {
  it.each([
    0x9000000003253740n,
    0xa800000003253740n,
    0x9800000012345678n,
    0xc000000007654321n,
    0xc00c000000123440n,
    0xf000000000000040n,
    0xffd4000000000040n,
  ])('%x', (n) => {
    const value = signed64(...split(n));
    expect(read(`0x${n.toString(16)}`)).toBe(value);
    expect(Number.isSafeInteger(value)).toBe(true);
    expect(value).toBeLessThan(-4095);
    expect(BigInt.asUintN(64, unfolded(value) ?? 0n)).toBe(n);
    expect(hex(value)).toBe(`0x${n.toString(16)}`);
    expect(pointerOf(n)).toBe(value);
    expect(signed64(...split(n + 64n)) - value).toBe(64);
  });

  it('regions of a machine stay apart, and canonical pointers are themselves', () => {
    const low = 0x3253740n;
    const all = [0x9000n, 0x9800n, 0xa800n, 0xc000n, 0xc00cn, 0xf000n].map((top) =>
      signed64(...split((top << 48n) | low)),
    );
    expect(new Set(all).size).toBe(all.length);
    expect(read('0xffffea0000000040')).toBe(Number(BigInt.asIntN(64, 0xffffea0000000040n)));
    expect(unfolded(read('0xffffea0000000040'))).toBeUndefined();
    expect(read('0x7f0000000000')).toBe(0x7f0000000000);
  });

  it('whether one is of the upper half does not depend on those that were read before', () => {
    const tops = Array.from({ length: 0x80 }, (_, i) => 0x8000n + BigInt(i) * 0xffn);
    const values = tops.map((top) => signed64(...split(top << 48n)));
    const said = values.map((value) => isOfUpperHalf(value));
    expect(said).toEqual(tops.map((top) => top >= 0xff00n));
    for (const top of tops.toReversed()) signed64(...split(top << 48n));
    expect(values.map((value) => isOfUpperHalf(value))).toEqual(said);
  });
});

describe('pointers of a kernel whose addresses begin at 0', () => {
  it.each([0x2c07000n, 0x37200023740n, 0x1fff7200023740n])('%x is below 0, and printed as it was', (n) => {
    const value = pointerFromZero(Number(n));
    expect(value).toBeLessThan(-(2 ** 52));
    expect(pointerFromZero(value)).toBe(value);
    expect(pointerOf(n, true)).toBe(value);
    expect(hex(value)).toBe(`0x${n.toString(16)}`);
  });

  it('NULL, errors and small numbers are no pointers', () => {
    for (const n of [0, 1, 4095, -14, 2 ** 60]) expect(pointerFromZero(n)).toBe(n);
    expect(pointerFromZero(Number.NaN)).toBeNaN();
  });
});
