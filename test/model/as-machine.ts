// A capture of x86-64 as another machine would have recorded it: other page sizes, other entries, other pointers.

export interface MachineLike {
  pageBytes: number;
  structPage?: number;
  /** upper half of pointers to mm_struct */
  slab?: string;
  /** bits of a present entry, and of a swap entry; undefined: as on arm64 of v6.1 */
  present?: (pfn: bigint) => bigint;
}

const ADDRESS = /\b(addr|start|end|old|new)=0x([0-9a-f]{4,12})\b/g;
const LENGTH = /\b(len|size)=(0x[0-9a-f]+|\d+)\b/g;
const MM = /\b(mm|dst|src)=0x(?:ffff|0000)[0-9a-f]{4}([0-9a-f]{8})\b/g;
const POINTER = /\b(page|folio|head|p[0-3]|old|new|kpage|ret)=0x(ff[0-9a-f]{6})([0-9a-f]{8})\b/g;
const ENTRY = /\b(pte|pmd)=0x([0-9a-f]+)\b/g;
const MASK = (1n << 64n) - 1n;

export function asMachine(
  text: string,
  { pageBytes, structPage = 64, slab = 'ffff0000', present }: MachineLike,
): string {
  const by = BigInt(pageBytes / 4096);
  const scaled = (n: bigint): bigint => (n / 4096n) * 4096n * by + (n % 4096n);
  const entry = (v: bigint): bigint => {
    const pfn = (v >> 12n) & 0xffffffffffn;
    if ((v & 0x101n) !== 0n) return present?.(pfn) ?? (pfn * BigInt(pageBytes)) | 0x0060000000000fc3n;
    if (v === 0n) return v;
    const offset = ((~v & MASK) >> 9n) & ((1n << 50n) - 1n);
    return (offset << 8n) | ((v >> 59n) << 3n) | ((v & 8n) === 0n ? 0n : 4n);
  };
  return text
    .replace(MM, (_, name, low) => `${name}=0x${slab}${low}`)
    .replace(ADDRESS, (_, name, hex) => `${name}=0x${scaled(BigInt(`0x${hex}`)).toString(16)}`)
    .replace(LENGTH, (_, name, n) => {
      const long = BigInt(n) >= 4096n ? scaled(BigInt(n)) : BigInt(n);
      return `${name}=${String(n).startsWith('0x') ? `0x${long.toString(16)}` : long}`;
    })
    .replace(POINTER, (all, name, high, low) => {
      const offset = BigInt(`0x${low}`);
      if (structPage === 64 || offset % 64n !== 0n) return all;
      return `${name}=0x${high}${((offset / 64n) * BigInt(structPage)).toString(16).padStart(8, '0')}`;
    })
    .replace(ENTRY, (_, name, hex) => {
      const pte = entry(BigInt(`0x${hex}`));
      // a PMD that maps a huge page is a block, not a table
      const isBlock = name === 'pmd' && present === undefined && (pte & 3n) === 3n;
      return `${name}=0x${(isBlock ? pte - 2n : pte).toString(16)}`;
    });
}
