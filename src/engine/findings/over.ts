// Why: the end of a reference may have left no line. What is done to its page may show that it had ended, or that nothing
// says it had not.
import type { At } from '../../model/at.ts';
import { isInner } from '../../model/gup.ts';
import type { Drift, Pin, Step } from '../../model/state.ts';

/** All I/O on the pin had ended by then, and its release is not recorded. */
export const wasDone = (pin: Pin, at: At | undefined): boolean =>
  at !== undefined &&
  !pin.call.longterm &&
  pin.ios.length > 0 &&
  (pin.releasedAt === undefined || pin.presumed) &&
  pin.ios.every((io) => io.endedAt !== undefined && io.endedAt.order < at.order);

/** A FOLL_GET reference that no bio and no pipe has ends by put_page(), which leaves no line. */
export const isNobodys = ({ call, owner, ios }: Pin): boolean =>
  call.kind === 'GET' && owner === undefined && ios.length === 0;

/** Ways to map another page that the kernel takes only if all references are accounted for. */
const OF_NOBODY: ReadonlySet<Drift['via']> = new Set(['migrate', 'ksm', 'collapse', 'swap-in']);

/**
 * Where the kernel moves, merges or swaps the page of such a reference all the same, it had ended. Of two swap-ins of one
 * entry the slower asks nobody who holds the other's page.
 */
export const isOver = ({ pin, via, before }: Drift, waits: boolean): boolean =>
  (OF_NOBODY.has(via) || (via === 'fault' && isReclaimed(before))) &&
  isNobodys(pin) &&
  !(via === 'swap-in' && isRaced(before.at(-1)?.raced, waits));

/** A page that reclaim unmapped goes to another use only when nobody holds it; a page of a file leaves no entry that names it. */
const isReclaimed = (before: readonly Step[]): boolean =>
  before.findLast(({ role }) => role === 'unmap' || role === 'zap')?.role === 'unmap';

/** Since v6.8 one that has its page waits until the slot is its own, so whoever held the other's page has let go. */
const isRaced = (raced: Step['raced'], waits: boolean): boolean =>
  raced === 'allocated' ? !waits : raced !== undefined;

/**
 * Only a function inside the call is recorded, so who called and would tell a reference for an instant (execve(), a futex)
 * from one that is kept is not known; nor does any I/O have it.
 */
export const isOfNobody = ({ call, owner }: Pin): boolean =>
  call.kind === 'GET' && owner === undefined && isInner(call.fn);
