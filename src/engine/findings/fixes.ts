// Why: a commit that fixes a problem for some pins only (FOLL_PIN, hugetlb, direct I/O) is not named in a finding about
// another pin, where it would be advice that does not help.
import { type Fix, type FixScope, fixText } from '../../contract/fix.ts';
import type { Pin } from '../../model/state.ts';

/**
 * Functions that pin the pages of direct I/O, or call what does: lib/iov_iter.c, block/bio.c, fs/direct-io.c. Those of
 * lib/iov_iter.c are also called for NFS, 9p, FUSE and sockets, which have no bio.
 */
const DIRECT_IO = /^(?:__)?(?:(?:bio_)?iov_iter_|dio_|do_direct_IO|blockdev_direct_IO)/;

/** What is known of a finding. */
interface Case {
  pin: Pin | undefined;
  /** who called the GUP function: `iov_iter_get_pages+0xd4` */
  caller?: string | undefined;
  /** the kernel function in which it happened */
  by?: string | undefined;
  /** the pages of direct I/O would be seen in a bio, or taken by FOLL_PIN: a FOLL_GET reference without owner is of something else */
  showsDirectIo?: boolean | undefined;
  /** release since which swap entries of the machine remember what was exclusive; undefined: not known */
  swpExclusiveSince?: string | undefined;
}

/** The fixes that concern a finding, in words. One of which this is not known is named. */
export const fixesFor = (fixes: readonly Fix[], of: Case): string[] =>
  fixes
    .filter(({ only }) => only === undefined || concerns(only, of))
    .map(({ only: _, ...fix }) => fixText({ ...fix, since: sinceOn(fix, of) }));

/** "mm/swap: remember PG_anon_exclusive via a swp pte bit", which some architectures have had later (v6.3) */
const SWP_EXCLUSIVE = '1493a1913e34';

/** The first release in which the fix is one for the machine. */
const sinceOn = ({ commit, since }: Fix, { swpExclusiveSince }: Case): string =>
  commit === SWP_EXCLUSIVE && swpExclusiveSince !== undefined ? `v${swpExclusiveSince}` : since;

const concerns = (only: FixScope, { pin, caller, by, showsDirectIo }: Case): boolean =>
  (only.by === undefined || by === undefined || only.by === by) &&
  (only.owner === undefined || caller === undefined || DIRECT_IO.test(caller)) &&
  (only.owner === undefined || pin === undefined || pin.owner !== undefined || showsDirectIo !== true) &&
  (pin === undefined || isOf(only, pin));

const isOf = ({ kind, hugetlb, owner }: FixScope, pin: Pin): boolean =>
  (kind === undefined || pin.call.kind === kind || pin.call.kind === undefined) &&
  (hugetlb === undefined || pin.hugetlb === hugetlb) &&
  (owner === undefined || pin.owner === owner || pin.owner === undefined);
