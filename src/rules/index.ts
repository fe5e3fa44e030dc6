// The built-in rules, in the order they are listed.
import type { Rule } from './contract.ts';
import cowUnderWritePin from './cow-under-write-pin.ts';
import foreignPinReuse from './foreign-pin-reuse.ts';
import forkShareThenCow from './fork-share-then-cow.ts';
import insufficientEvidence from './insufficient-evidence.ts';
import lostDmaWrite from './lost-dma-write.ts';
import pinnedPageReplaced from './pinned-page-replaced.ts';
import pinnedPageSharedByFork from './pinned-page-shared-by-fork.ts';
import pinnedPageUnmappedForSwap from './pinned-page-unmapped-for-swap.ts';
import staleReadPin from './stale-read-pin.ts';
import swapinCowUnderPin from './swapin-cow-under-pin.ts';
import userUnmappedPinnedRange from './user-unmapped-pinned-range.ts';
import wrprotectThenCow from './wrprotect-then-cow.ts';

export const BUILT_IN: readonly Rule[] = [
  swapinCowUnderPin,
  forkShareThenCow,
  wrprotectThenCow,
  cowUnderWritePin,
  staleReadPin,
  pinnedPageReplaced,
  pinnedPageSharedByFork,
  foreignPinReuse,
  userUnmappedPinnedRange,
  pinnedPageUnmappedForSwap,
  lostDmaWrite,
  insufficientEvidence,
];
