// The whole of the state, what has been counted and what is known of the recording: what a rule asks in the end, and on
// the way.
import type { At, Mm, PageId, Pin, Task } from './views.ts';

/** What the replay has counted so far. */
export interface Counts {
  /** GUP calls that returned */
  readonly calls: number;
  /** pins held at some time, without the transient ones */
  readonly pins: number;
  /** references for an instant that no I/O uses */
  readonly transient: number;
  readonly released: number;
  /** of `released`: the release itself was not seen */
  readonly presumed: number;
  /** their address space went first */
  readonly orphaned: number;
  /** at the end, live pins whose address space never became known */
  readonly withoutMm: number;
  readonly drifts: number;
  /** releases that match no pin the trace has shown */
  readonly unmatched: number;
  /** pages returned by calls that began before the trace, which no line names */
  readonly begun: number;
  /** pins that were held where another capture begins, or where time goes back */
  readonly cut: number;
  /** pages given back that no line names */
  readonly untold: number;
  /** pages that lines claim and nothing else shows, too many to be followed one by one */
  readonly claimed: number;
}

/** What is known of the recording itself, beside its events; complete in `end`. */
export interface TraceFacts {
  /** CPUs of the machine, where a header says so */
  readonly cpus: number | undefined;
  readonly timeUnit: 'ns' | 'ticks' | 'none';
  /** events that the ring buffer overwrote before the first line */
  readonly overwritten: number;
  /** lines that could not be read */
  readonly unread: number;
  /** why the input ends before it should */
  readonly damage: string | undefined;
  /** why nobody can tell whether events were lost */
  readonly unsaid: string | undefined;
  /** the filter that left events out, as flags: `--pid 157` */
  readonly filtered: string | undefined;
  /** what probes could not take, in sentences */
  readonly missed: readonly string[];
}

/** What does not fit together, because lines in between are missing. */
export interface Torn {
  /** returns without their call */
  readonly rets: number;
  /** calls without their return */
  readonly calls: number;
  /** page table entries that contradict what was seen */
  readonly entries: number;
  /** address spaces whose tasks are gone and whose exit_mmap() is not there */
  readonly exits: number;
  /** pointers that cannot be of a `struct page` */
  readonly pages: number;
  readonly first: At | undefined;
}

/** The state at the place of the trace that the replay has reached. */
export interface Model<Kind extends string = string> {
  /** Events of a kind so far, those with the fields that the kind needs; ask in `end` for all of them. */
  seen(kind: Kind): number;
  /** Had an event of this kind happened, the trace would show it: its probe was on, and each has the fields it needs. */
  recorded(kind: Kind): boolean;
  /** Kinds of which some events lack a field that the kind needs: they show nothing. Ask in `end`. */
  readonly lacking: readonly string[];
  /** Every probe for each of these was armed, as the recording says, and missed nothing. Ask in `end`. */
  armed(...kinds: Kind[]): boolean;
  readonly counts: Counts;
  /** where events were lost, so far (at most 10000) */
  readonly gaps: readonly Gap[];
  readonly facts: TraceFacts;
  readonly torn: Torn;
  /** CPUs that recorded nothing although they should have; ask in `end`. */
  silentCpus(): number;
  /** Something that happened may not be in the trace; ask in `end`. */
  partial(): boolean;
  /** Live pins, all of them. */
  readonly held: readonly Pin[];
  /** Live pins on a page, of any mm. */
  pinsOn(page: PageId): readonly Pin[];
  /** Address spaces seen. */
  readonly mms: readonly Mm[];
  /** The task of a thread id; undefined when the trace has not shown it. */
  task(pid: number): Task | undefined;
  /** bytes of a page on the machine that was traced: a `vpn` is an address divided by that */
  readonly pageBytes: number;
  /** The `struct page` pointer of a page: `0xffffea0001a2b3c0`. */
  pagePointer(page: PageId): string;
  /** Page frame number of a page; undefined until the trace has shown a page both ways. */
  pfn(page: PageId): number | undefined;
}

/** Events lost, or not recorded, between two places of the trace. */
export interface Gap {
  readonly cpu: number | undefined;
  readonly at: At;
  /** how many; undefined when the trace does not say */
  readonly n: number | undefined;
}
