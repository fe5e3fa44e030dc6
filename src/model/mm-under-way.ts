// What tasks are in the middle of in an address space.
import type { Alteration, Change, PmdFault, SwapIn } from './meanwhile.ts';
import { MmTasks } from './mm-tasks.ts';
import type { PageId } from './page-table.ts';

export class MmUnderWay extends MmTasks {
  /** GUP calls under way that have grabbed pages here, and what became of addresses meanwhile; undefined: there is none */
  meanwhile: { calls: number; changes: Change[] } | undefined;
  /** what is changing ranges now; undefined: nothing */
  alterations: Alteration[] | undefined;
  /** the last unmappings, for what is found to have been pinned here before them */
  zaps: Alteration[] | undefined;
  /** calls that are unmapping folios here; undefined: there was none */
  unmaps: Set<{ vpn: number; page: PageId }> | undefined;
  /** its last moves by mremap(); undefined: there was none */
  moves: Alteration[] | undefined;
  /** write faults on a PMD that are under way, which a split by another task takes the PMD from; undefined: there was none */
  pmdFaults: Set<PmdFault> | undefined;
  /** swap-ins under way, by vpn; undefined: there was none */
  swapIns: Map<number, Set<SwapIn>> | undefined;

  /** The last unmapping of an address after a place of the trace, and before another. */
  zapAt(vpn: number, after: number, before = Number.POSITIVE_INFINITY): Alteration | undefined {
    const isIt = ({ at, end, start }: Alteration) => vpn >= start && vpn < end && at.order > after && at.order < before;
    return this.zaps?.findLast(isIt);
  }

  /** unmap_page_range() may be about to come to the address. */
  isGoing(vpn: number): boolean {
    return this.alterations?.some(({ kind, start, end }) => kind === 'zap' && vpn >= start && vpn < end) === true;
  }

  /** ... and nobody has faulted there since it began. */
  isUntouched(vpn: number): boolean {
    return this.isGoing(vpn) && this.alterations?.some(({ faults }) => faults?.has(vpn)) !== true;
  }
}
