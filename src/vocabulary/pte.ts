// x86-64 page table entries as the probes print them: 64 raw bits, kept as two halves.
// Source: arch/x86/include/asm/pgtable_types.h, pgtable_64.h (swap entries), v5.10 to v7.2.

const PRESENT = 0x1;
const PROTNONE = 0x100;
const SWP_EXCLUSIVE = 0x8;

export const ptePresent = (lo: number): boolean => (lo & PRESENT) !== 0 || (lo & PROTNONE) !== 0;

/** Page frame number of a present entry: bits 12..51. */
export const ptePfn = (hi: number, lo: number): number => (hi & 0xfffff) * 0x100000 + (lo >>> 12);

/** Swap type: the upper five bits. */
export const swpType = (hi: number): number => hi >>> 27;

/** Swap offset: the entry inverted, shifted left by 5 and right by 14 (`__swp_offset`); a pfn for entries that name a page. */
export const swpOffset = (hi: number, lo: number): number => {
  const ih = ~hi >>> 0;
  const il = ~lo >>> 0;
  // (~pte << 5) >> 14 == bits 9..58 of ~pte
  return (ih & 0x7ffffff) * 0x800000 + (il >>> 9);
};

/**
 * The exclusive mark of a swap entry; undefined where the bits are not laid out as on x86-64, which alone keeps the
 * offset inverted (6b28baca9b1f), so that its upper bits are set. Before v5.19 the bit is never set.
 */
export const swpMark = (hi: number, lo: number): boolean | undefined =>
  ((hi >>> 16) & 0x7ff) === 0x7ff ? swpExclusive(lo) : undefined;

/** The exclusive mark of a swap entry (v5.19 and later). */
export const swpExclusive = (lo: number): boolean => (lo & SWP_EXCLUSIVE) !== 0;
