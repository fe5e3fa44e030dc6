// The built-in rules, in listing order.

import childUsesParentsPin from './child-uses-parents-pin.ts';
import type { Rule } from './contract.ts';
import cowUnderWritePin from './cow-under-write-pin.ts';
import cowWithPendingWrprotectFlush from './cow-with-pending-wrprotect-flush.ts';
import deviceExclusiveCopiedByFork from './device-exclusive-copied-by-fork.ts';
import deviceExclusiveLivelock from './device-exclusive-livelock.ts';
import deviceExclusiveOfAnotherPage from './device-exclusive-of-another-page.ts';
import exclusiveMarkLost from './exclusive-mark-lost.ts';
import foreignPinReuse from './foreign-pin-reuse.ts';
import forkShareThenCow from './fork-share-then-cow.ts';
import getAcrossFork from './get-across-fork.ts';
import gupFastDuringFork from './gup-fast-during-fork.ts';
import hmmSnapshotInWindow from './hmm-snapshot-in-window.ts';
import insufficientEvidence from './insufficient-evidence.ts';
import longHeldPin from './long-held-pin.ts';
import longtermPinRefused from './longterm-pin-refused.ts';
import lostDmaWrite from './lost-dma-write.ts';
import movedPinnedRange from './moved-pinned-range.ts';
import notifierWindow from './notifier-window.ts';
import pinLeak from './pin-leak.ts';
import pinOfUnmappedPage from './pin-of-unmapped-page.ts';
import pinUnderDeviceExclusive from './pin-under-device-exclusive.ts';
import pinnedPageCollapsed from './pinned-page-collapsed.ts';
import pinnedPageKsmMerged from './pinned-page-ksm-merged.ts';
import pinnedPageMigrated from './pinned-page-migrated.ts';
import pinnedPageReplaced from './pinned-page-replaced.ts';
import pinnedPageSharedByFork from './pinned-page-shared-by-fork.ts';
import pinnedPageUnmappedForSwap from './pinned-page-unmapped-for-swap.ts';
import roLongtermPinOnNonanonPrivate from './ro-longterm-pin-on-nonanon-private.ts';
import roLongtermPinWithoutUnshare from './ro-longterm-pin-without-unshare.ts';
import shortPin from './short-pin.ts';
import softDirtyThenCow from './soft-dirty-then-cow.ts';
import spuriousEarlyCopy from './spurious-early-copy.ts';
import staleReadPin from './stale-read-pin.ts';
import swapinCowUnderPin from './swapin-cow-under-pin.ts';
import swapinRaced from './swapin-raced.ts';
import unbalancedRelease from './unbalanced-release.ts';
import undirtiedDmaWrite from './undirtied-dma-write.ts';
import userUnmappedPinnedRange from './user-unmapped-pinned-range.ts';
import wrprotectThenCow from './wrprotect-then-cow.ts';

export const BUILT_IN: readonly Rule[] = [
  swapinCowUnderPin,
  forkShareThenCow,
  softDirtyThenCow,
  wrprotectThenCow,
  roLongtermPinWithoutUnshare,
  roLongtermPinOnNonanonPrivate,
  cowUnderWritePin,
  staleReadPin,
  pinnedPageMigrated,
  pinnedPageKsmMerged,
  pinnedPageCollapsed,
  pinnedPageReplaced,
  userUnmappedPinnedRange,
  movedPinnedRange,
  foreignPinReuse,
  pinnedPageSharedByFork,
  getAcrossFork,
  childUsesParentsPin,
  pinnedPageUnmappedForSwap,
  pinUnderDeviceExclusive,
  deviceExclusiveLivelock,
  deviceExclusiveCopiedByFork,
  deviceExclusiveOfAnotherPage,
  exclusiveMarkLost,
  swapinRaced,
  notifierWindow,
  hmmSnapshotInWindow,
  gupFastDuringFork,
  pinOfUnmappedPage,
  cowWithPendingWrprotectFlush,
  pinLeak,
  unbalancedRelease,
  spuriousEarlyCopy,
  longtermPinRefused,
  shortPin,
  longHeldPin,
  undirtiedDmaWrite,
  lostDmaWrite,
  insufficientEvidence,
];
