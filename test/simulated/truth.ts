// Which findings are true of a simulated trace.
import type { Finding } from '../../src/index.ts';
import { hex, type Memory, type Pinned } from './memory.ts';

/** Rules whose notes are true of what lines say: GUP-fast began while copy_page_range() ran, and what it gave back looked pinned. */
const BY_ITSELF: ReadonlySet<string> = new Set(['gup-fast-during-fork', 'spurious-early-copy']);

export const isAt = ({ places }: Pinned, address: string | undefined): boolean =>
  places.some((place) => hex(place) === address);

/** One of several pins may be over, and no line shows which: each may have parted, which is said without any claim. */
export const isClaim = ({ rule, severity, confidence }: Finding): boolean =>
  !BY_ITSELF.has(rule) && (severity !== 'note' || confidence !== 'low');

/** The zero page every write replaces: nothing is promised of it. */
export const isTrue = (
  { severity, pin: { address, pfn } }: Finding,
  pins: readonly Pinned[],
  memory: Memory,
): boolean =>
  (severity === 'note' || !memory.keepsPromises) &&
  pins.some(
    (p) =>
      ((p.copied !== undefined && (severity === 'note' || !memory.isZero(p.page))) ||
        p.lent ||
        p.betrayed ||
        (severity === 'note' && (p.shared || p.unmapped || p.unmapping || p.moving || memory.isZero(p.page)))) &&
      isAt(p, address) &&
      hex(p.page.pfn) === pfn,
  );
