// The state as a whole, the counters, and what is known about the recording; complete at the end, partial before.
import type { At, Mm, PageId, Pin, Task } from './views.ts';

/** What the replay has counted so far. */
export interface Counts {
  /** GUP calls that returned */
  readonly calls: number;
  /** pins held at some time, without the transient ones */
  readonly pins: number;
  /** short-lived references that no I/O uses */
  readonly transient: number;
  readonly released: number;
  /** of `released`: the release itself was not recorded */
  readonly presumed: number;
  /** their address space ended first */
  readonly orphaned: number;
  /** at the end, live pins whose address space never became known */
  readonly withoutMm: number;
  readonly drifts: number;
  /** releases that match no pin in the trace */
  readonly unmatched: number;
  /** pages returned by calls that began before the trace, which no line names */
  readonly begun: number;
  /** pins held at the point where another capture begins, or where time goes back */
  readonly cut: number;
  /** pages released that no line names */
  readonly untold: number;
  /** pages that a second pipe released (tee()), and that had become writable in between */
  readonly teed: number;
  /** write faults on pinned hugetlb pages that another process mapped too, of which no line shows how they ended */
  readonly outcomes: number;
  /** pinned pages that migration unmapped, and of which no line shows what was mapped back */
  readonly vanished: number;
  /** mappings that fork copied with device-exclusive entries in them */
  readonly exclusiveForks: number;
  /** pages held by FOLL_PIN that were unmapped, and no line shows whether for swap or because their memory failed */
  readonly unmapped: number;
  /** anonymous pages pinned for writing that appeared at another address of their address space */
  readonly strayed: number;
  /** anonymous pages that were replaced or unmapped while a device read into them, and that no line has pinned */
  readonly unseenReads: number;
  /** pages that lines claim and nothing else shows, too many to track one by one */
  readonly claimed: number;
}

/** What is known about the recording itself; complete in `end`. */
export interface TraceFacts {
  /** CPUs of the machine, if a header shows it */
  readonly cpus: number | undefined;
  readonly timeUnit: 'ns' | 'ticks' | 'none';
  /** events that the ring buffer overwrote before the first line */
  readonly overwritten: number;
  /** lines that could not be read */
  readonly unread: number;
  /** why the input ends before it should */
  readonly damage: string | undefined;
  /** why it is not known whether events were lost */
  readonly unsaid: string | undefined;
  /** the filter that removed events, as flags: `--pid 157` */
  readonly filtered: string | undefined;
  /** hits that probes missed, in sentences */
  readonly missed: readonly string[];
}

/** Inconsistencies caused by missing lines. */
export interface Torn {
  /** returns without their call */
  readonly rets: number;
  /** calls without their return */
  readonly calls: number;
  /** page table entries that contradict earlier events */
  readonly entries: number;
  /** lines inside a call that name another address than the call */
  readonly steps: number;
  /** address spaces whose tasks have exited but that have no exit_mmap() */
  readonly exits: number;
  /** pointers that cannot point to a `struct page` */
  readonly pages: number;
  /** lines with a number that no kernel prints there: more pages returned than asked for, a user address as a struct mm */
  readonly absurd: number;
  readonly first: At | undefined;
}

/** The state at the current place of the replay. */
export interface Model<Kind extends string = string> {
  /** Number of events of a kind so far that have all the fields the kind needs; complete in `end`. */
  seen(kind: Kind): number;
  /** An event of this kind would have been recorded: its probe was enabled, and each event has the fields it needs. */
  recorded(kind: Kind): boolean;
  /** Kinds of which some events lack a required field and are therefore not used. Complete in `end`. */
  readonly lacking: readonly string[];
  /**
   * According to the recording, every probe for each of these kinds was enabled and missed nothing. Complete in `end`.
   */
  armed(...kinds: Kind[]): boolean;
  readonly counts: Counts;
  /** where events were lost, so far (at most 10000) */
  readonly gaps: readonly Gap[];
  readonly facts: TraceFacts;
  readonly torn: Torn;
  /** CPUs that recorded nothing although they should have; complete in `end`. */
  silentCpus(): number;
  /** Events may be missing from the trace; complete in `end`. */
  partial(): boolean;
  /** Live pins, all of them. */
  readonly held: readonly Pin[];
  /** Live pins on a page, of any mm. */
  pinsOn(page: PageId): readonly Pin[];
  /** Address spaces seen. */
  readonly mms: readonly Mm[];
  /** The task of a thread id; undefined if not shown by the trace. */
  task(pid: number): Task | undefined;
  /** bytes per page on the traced machine: `vpn` is an address divided by it */
  readonly pageBytes: number;
  /** The `struct page` pointer of a page: `0xffffea0001a2b3c0`. */
  pagePointer(page: PageId): string;
  /** Page frame number of a page; undefined until the trace has shown some page as both pointer and pfn. */
  pfn(page: PageId): number | undefined;
}

/** Events lost, or not recorded, between two places of the trace. */
export interface Gap {
  readonly cpu: number | undefined;
  readonly at: At;
  /** how many; undefined if unknown */
  readonly n: number | undefined;
}
