// Numbers of up to 64 bits as printed in traces, parsed without creating a BigInt for one that fits a double.
import { text } from '../util/bytes.ts';

/** Upper and lower half of the number last parsed by {@link number64}. */
export const half = { hi: 0, lo: 0 };

/** MAX_ERRNO (include/linux/err.h): errors are -1 to this below 0, also in place of a pointer. */
export const MAX_ERRNO = 4095;

/** No object is in the last 2 MiB of the addresses (Documentation/arch/x86/x86_64/mm.rst: "unused hole"). */
export const OBJECTS_END = -(2 ** 21);

/**
 * No `struct page` is in the last GiB: x86 and riscv have the kernel's text and modules there, arm64 its fixmap and I/O
 * (VMEMMAP_END, arch/arm64/include/asm/memory.h).
 */
export const VMEMMAP_END = -(2 ** 30);

/** From this to {@link MOST_EXACT_HI} every integer is exact as a double. */
export const EXACT_HI = -0x200000;
export const MOST_EXACT_HI = 0x1fffff;

/** No page is smaller. */
const OFFSET_IN_PAGE = 0xfff;

/**
 * A signed 64-bit number as a double, exact for all kernel pointers. Those below -2^53 (0x9000... of mips64 and
 * loongarch, 0xc00c... of ppc64, 0xffd4... of x86-64 with five levels) would be rounded to the same value as their
 * neighbours, so they are folded into -2^53 .. -2^52, which no kernel uses: 48 bits unchanged, and four to distinguish
 * the regions of a machine. Above 2^53 are addresses of user space with a tag, which may be rounded, but not to the next
 * page.
 */
export function signed64(hi: number, lo: number): number {
  if (hi > MOST_EXACT_HI) return hi * 4294967296 + ((lo & ~OFFSET_IN_PAGE) >>> 0);
  return hi >= EXACT_HI ? hi * 4294967296 + (lo >>> 0) : folded(hi, lo);
}

/** Pointers below it are folded. */
export const LOWEST_EXACT = -(2 ** 52);

/** The lowest upper 16 bits of a pointer of x86-64, arm64 and riscv64, however many levels their page tables have. */
const KERNEL_TOP = 0xff00;

/** The upper 16 bits of each region: the usual ones, until others are seen. */
const REGIONS = new Uint16Array(16);
const OF_KERNEL = 8;

/**
 * Three bits that distinguish the regions of each machine, and whether it is in the kernel's half on x86-64, arm64 and
 * riscv64: that must not depend on which pointers were read before.
 */
function regionOf(hi: number): number {
  const top = hi >>> 16;
  if (top >= KERNEL_TOP) return OF_KERNEL | (((top >>> 5) ^ top) & 7);
  return ((top >>> 14) ^ (top >>> 11) ^ (top >>> 2) ^ top) & 7;
}
for (const top of [0x8000, 0x9000, 0x9800, 0xa800, 0xc000, 0xc00c, 0xf000, 0xff11, 0xffd4, 0xffa0])
  REGIONS[regionOf(top << 16)] = top;

function folded(hi: number, lo: number): number {
  const region = regionOf(hi);
  REGIONS[region] = hi >>> 16;
  return region * 2 ** 48 + (hi & 0xffff) * 4294967296 + (lo >>> 0) - 2 ** 53;
}

/**
 * The original number of a double made by {@link signed64}, for printing; `undefined` if the double is the number
 * itself.
 */
export function unfolded(n: number): bigint | undefined {
  if (!(n >= -(2 ** 53) && n < LOWEST_EXACT)) return undefined;
  const bits = n + 2 ** 53;
  const region = Math.floor(bits / 2 ** 48);
  return BigInt.asIntN(64, (BigInt(REGIONS[region]) << 48n) | BigInt(Math.floor(bits - region * 2 ** 48)));
}

/** Unsigned hex of a number that {@link signed64} made. */
export function hex(n: number): string {
  if (n >= 0) return `0x${n.toString(16)}`;
  const pointer = unfolded(n);
  if (pointer !== undefined) return `0x${BigInt.asUintN(64, pointer).toString(16)}`;
  return `0x${(Math.floor(n / 4294967296) >>> 0).toString(16)}${(n >>> 0).toString(16).padStart(8, '0')}`;
}

/** Nothing is mapped below: NULL, and numbers that are no pointers. */
export const LOWEST_OBJECT = 4096;

/**
 * The number of a kernel pointer where the kernel's addresses begin at 0, as those of user space do (s390x): below 0 as
 * on all other machines. Other numbers are returned unchanged.
 */
export const pointerFromZero = (n: number): number =>
  n >= LOWEST_OBJECT && n < 2 ** 53 ? folded(Math.floor(n / 4294967296), n % 4294967296) : n;

/** The number of a pointer that a user typed. */
export function pointerOf(ptr: bigint, fromZero = false): number {
  const n = signed64(Number(BigInt.asIntN(32, ptr >> 32n)), Number(ptr & 0xffffffffn));
  return fromZero ? pointerFromZero(n) : n;
}

/** Whether a pointer, as {@link signed64} makes it, is one of the upper half on x86-64, arm64 and riscv64. */
export const isOfUpperHalf = (n: number): boolean =>
  !(n < LOWEST_EXACT) || Math.floor((n + 2 ** 53) / 2 ** 48) >= OF_KERNEL;

/** The upper 32 bits of a number that {@link signed64} made, unsigned. */
export function upperHalf(n: number): number {
  const whole = unfolded(n);
  return whole === undefined
    ? Math.floor(n / 4294967296) >>> 0
    : Number((BigInt.asUintN(64, whole) >> 32n) & 0xffffffffn);
}

/** Number of decimal digits that are always exact in a double, and those of 2^64. */
const EXACT_DIGITS = 15;
const MOST_DIGITS = 20;

/**
 * Parse a number: `0x` hex, decimal with sign, or hex without `0x` if `bareHex`.
 * @returns the value as a signed 64-bit integer in a double (exact for canonical addresses; {@link half} is always
 * exact), NaN if it is not a 64-bit number: `(fault)`, a symbol, a hashed pointer
 */
export function number64(buf: Uint8Array, start: number, end: number, bareHex: boolean): number {
  let i = start;
  let hex = bareHex;
  if (buf[i] === 48 && (buf[i + 1] | 32) === 120 && i + 1 < end) {
    i += 2;
    hex = true;
  }
  if (hex) {
    const n = end - i;
    if (n < 1 || n > 16) return Number.NaN;
    const split = n > 8 ? end - 8 : i;
    let hi = 0;
    let bad = 0;
    for (; i < split; i++) {
      const c = buf[i];
      const d = hexDigit(c);
      bad |= d;
      hi = (hi << 4) | d;
    }
    let lo = 0;
    for (; i < end; i++) {
      const c = buf[i];
      const d = hexDigit(c);
      bad |= d;
      lo = (lo << 4) | d;
    }
    if (bad < 0) return Number.NaN;
    half.hi = hi;
    half.lo = lo;
    return signed64(hi, lo);
  }
  const negative = buf[i] === 45;
  if (negative) i++;
  const digits = end - i;
  if (digits < 1 || digits > MOST_DIGITS) return Number.NaN;
  let v = 0;
  for (; i < end; i++) {
    const d = buf[i] - 48;
    if (d < 0 || d > 9) return Number.NaN;
    v = v * 10 + d;
  }
  if (digits > EXACT_DIGITS) return longDecimal(BigInt(text(buf, start, end)));
  if (negative) v = -v;
  half.hi = Math.floor(v / 4294967296) | 0;
  half.lo = v | 0;
  return v;
}

function longDecimal(n: bigint): number {
  if (n >= 1n << 64n || n < -(1n << 63n)) return Number.NaN;
  half.hi = Number(BigInt.asIntN(32, n >> 32n));
  half.lo = Number(BigInt.asIntN(32, n));
  return signed64(half.hi, half.lo);
}

/** -1: not a digit */
function hexDigit(c: number): number {
  if (c <= 57) return c >= 48 ? c - 48 : -1;
  const letter = c | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
