// The state that rules see: the mm as far as the trace has shown it, read-only. Unknown values are `undefined`, never a
// default and never NaN. The names are the kernel's. src/model changes the state; viewer.ts makes the views.
//
// Units: `vpn` is a virtual page number (address / `model.pageBytes`, 4096 nearly everywhere), `address` a user address
// in bytes; both are exact as numbers. Kernel pointers (`ptr`, `bio`) are hex text, for comparison and printing. Times
// are ns since the time base of the trace, or ticks if the clock has no seconds (trace_clock counter, uptime, x86-tsc).

import type { DriftVia, PinKind, PinOwner, ReleasedBy, ReusedBy, StepRole, WrprotectKind } from '../model/pin.ts';

export type { DriftVia, PinKind, PinOwner, ReleasedBy, ReusedBy, StepRole, WrprotectKind };

declare const page: unique symbol;

/**
 * A page frame, identified by its `struct page`. Equal numbers are the same page (include/linux/mm_types.h); the next
 * page of a folio is one more. It is not a pfn: use `model.pfn(page)`, which needs vmemmap_base from the trace. In the
 * data of a message write `{ page }`.
 */
export type PageId = number & { readonly [page]: true };

/** A place in the trace: one line. */
export interface At {
  /** from 1 */
  readonly line: number;
  /** compare places by this: a line that a live trace delivers late is replayed before earlier ones */
  readonly order: number;
  /** offset of the line in the decompressed text, in bytes */
  readonly offset: number;
  readonly ts: number | undefined;
  readonly cpu: number | undefined;
  /** thread id (what ftrace prints) */
  readonly pid: number | undefined;
  /** process id, from the trace or inferred from thread creation */
  readonly tgid: number | undefined;
  /** the probed kernel function: `do_wp_page` */
  readonly fn: string | undefined;
}

export type EntryState = 'none' | 'present' | 'swap' | 'migration' | 'device-exclusive';

/** A page table entry (a PTE, or the part of a PMD mapping), as far as the trace has shown it. */
export interface Entry {
  readonly state: EntryState;
  /** page mapped, or named by a swap, migration or device-exclusive entry; such a page may have been reused */
  readonly page: PageId | undefined;
  /** fork shared the page with another mm since it was mapped, or a swap-in mapped it as not exclusive */
  readonly shared: boolean;
  /** not anonymous: file, shmem or zero page */
  readonly file: boolean;
}

/** A change to a range of an address space; the last 48 of each mm are kept. */
export interface RangeOp {
  readonly kind: 'fork' | 'wrprotect' | 'zap' | 'move';
  /** first virtual page; `end` is exclusive */
  readonly start: number;
  readonly end: number;
  readonly at: At;
  readonly wrprotect: WrprotectKind | undefined;
  /** the other mm of a fork */
  readonly child: Mm | undefined;
}

/** An address space (mm_struct). Two that have the same pointer at different times are two objects. */
export interface Mm {
  readonly id: number;
  /** mm_struct pointer */
  readonly ptr: string;
  /** the mm that fork copied it from */
  readonly parent: Mm | undefined;
  /** exit_mmap() has begun: later zaps are part of the teardown */
  readonly exiting: boolean;
  readonly dead: boolean;
  /** a FOLL_PIN was taken in it (mm->flags MMF_HAS_PINNED) */
  readonly hasPinned: boolean;
  /** threads seen in it */
  readonly pids: readonly number[];
  /** newest last */
  readonly ops: readonly RangeOp[];
  /** Entry of a virtual page; undefined if not shown by the trace. */
  entry(vpn: number): Entry | undefined;
  /** Live pins expected at a virtual page. */
  pinsAt(vpn: number): readonly Pin[];
  /** Live pins expected in `[start, end)`, in virtual pages. */
  pinsIn(start: number, end: number): readonly Pin[];
}

/** A task (thread), as far as the trace has shown it. */
export interface Task {
  readonly pid: number;
  readonly tgid: number | undefined;
  /** its address space */
  readonly mm: Mm | undefined;
}

/** One call of a GUP function (mm/gup.c). */
export interface PinCall {
  /** function the caller used: `pin_user_pages_fast` */
  readonly api: string | undefined;
  /** FOLL_PIN, or FOLL_GET (a plain reference) */
  readonly kind: PinKind;
  /** FOLL_WRITE; undefined if no event of the call shows its flags, and no I/O has shown it yet */
  readonly write: boolean | undefined;
  /** the device may write to the page: `write`, but FOLL_WRITE with FOLL_FORCE is also taken for a device that only reads */
  readonly deviceWrites: boolean | undefined;
  /** FOLL_LONGTERM */
  readonly longterm: boolean;
  /** get_user_pages_remote(), pin_user_pages_remote(): another process's memory */
  readonly remote: boolean;
  /** the task ran in another address space than `mm`, as far as the trace shows */
  readonly foreign: boolean;
  /** gup_flags as a number; the layout differs between kernels (include/linux/mm_types.h), so prefer the booleans */
  readonly flags: number | undefined;
  readonly mm: Mm | undefined;
  /** first address */
  readonly address: number | undefined;
  /** pages asked for */
  readonly nr: number | undefined;
  /** pages got, or a negative errno; undefined when the return was not recorded */
  readonly ret: number | undefined;
  /** the call's own return was recorded; otherwise `ret` is that of a function inside it, or unknown */
  readonly returned: boolean;
  /** the caller: `iov_iter_get_pages+0xd4` */
  readonly caller: string | undefined;
  readonly at: At;
  /** where the return was seen, from which on the pages are pinned */
  readonly heldAt: At;
}

/** Something that happened to a pinned page or to its address. */
export interface Step {
  readonly role: StepRole;
  readonly at: At;
  /** page mapped, copied to, or named by the entry */
  readonly page?: PageId | undefined;
  readonly wrprotect?: WrprotectKind | undefined;
  /** child of a fork */
  readonly child?: Mm | undefined;
  /** a swap-in that kept the page exclusive, so that the entry may be writable */
  readonly exclusive?: boolean | undefined;
  /** the task that did it uses another mm than the pin; undefined if the trace does not show which it uses */
  readonly foreign?: boolean | undefined;
  /** it is a thread of the kernel, which has no mm */
  readonly kernel?: boolean | undefined;
  /** a write fault for a pin for reading, that only gives the process a page of its own (FAULT_FLAG_UNSHARE) */
  readonly unshare?: boolean | undefined;
  /** the page was mapped by a task that had no fault there */
  readonly unfaulted?: boolean | undefined;
  readonly io?: Io | undefined;
  /** the swap entry that a fault found, all 64 bits */
  readonly entry?: bigint | undefined;
}

/** copy_page_range() of one VMA, in progress. */
export interface ForkUnderWay {
  readonly src: Mm;
  readonly dst: Mm;
  /** first virtual page; `end` is exclusive */
  readonly start: number;
  readonly end: number;
  /** not VM_SHARED: the entries are shared copy-on-write */
  readonly isPrivate: boolean;
  readonly at: At;
  /** it has returned by now */
  readonly isOver: boolean;
}

/** One page of a GUP call that returned: a FOLL_PIN, or a FOLL_GET reference. */
export interface Pin {
  readonly id: number;
  readonly call: PinCall;
  /** address space it was taken through */
  readonly mm: Mm | undefined;
  /** virtual page it was taken at */
  readonly vpn: number | undefined;
  /** the same in bytes */
  readonly address: number | undefined;
  /** virtual page where its page is expected: `vpn`, or where mremap moved it */
  readonly where: number | undefined;
  /** where mremap moved it */
  readonly movedTo: number | undefined;
  readonly page: PageId | undefined;
  /** how the page was identified: by the grab, the pages array, follow_page_pte(), its folio, the mapping, a bio */
  readonly pageFrom: 'grab' | 'array' | 'follow' | 'folio' | 'mapping' | 'bio' | 'unknown';
  /** where the reference was taken */
  readonly grabAt: At | undefined;
  /** `held`; `orphan`: its address space has ended and the reference still exists; `released` */
  readonly state: 'held' | 'released' | 'orphan';
  /** `state` is `held` */
  readonly live: boolean;
  readonly releasedAt: At | undefined;
  /** the newest fault at its address when nothing was known to be mapped there; a later line may name the page */
  readonly faultedAt: At | undefined;
  /** the release itself was not recorded: the page was found reused */
  readonly presumed: boolean;
  /**
   * the user of the pin, as soon as the trace shows it: `bio` when the page is added to one, `pipe` at add_to_pipe(), or
   * at the release where that is not recorded; `transient`: a short-lived reference (futex, ptrace) that no I/O uses
   */
  readonly owner: PinOwner | undefined;
  /** its steps, oldest first, at most 64 */
  readonly steps: readonly Step[];
  /** Last step of a role. */
  last(role: StepRole): Step | undefined;
  /** block I/O it was used for, the last 16 */
  readonly ios: readonly Io[];
  /** the current drift */
  readonly drift: Drift | undefined;
  /** how often it drifted */
  readonly drifts: number;
  /** the page was shared with this child when it was pinned, or later by fork without an early copy */
  readonly sharedWith: Mm | undefined;
  /** entry at its address when it was taken; `state` is undefined if the trace had not shown it by then */
  readonly entry: {
    readonly state: EntryState | undefined;
    readonly shared: boolean;
    readonly file: boolean;
    /** anonymous, as a line has said; if it is neither this nor of a file, that is not known */
    readonly anon: boolean;
    /** a page of hugetlb, as far as known */
    readonly hugetlb: boolean;
  };
  /** fork of the same mm that was copying page tables when the lockless grab happened */
  readonly duringFork: ForkUnderWay | undefined;
}

/** The address of a live pin maps another page. */
export interface Drift {
  readonly id: number;
  readonly pin: Pin;
  /** how the other page was mapped; `observed`: the event was not recorded */
  readonly via: DriftVia;
  readonly at: At;
  /** the write fault that led to it */
  readonly fault: At | undefined;
  /** page mapped now */
  readonly page: PageId | undefined;
  /** virtual page where that is */
  readonly where: number;
  /** steps of the pin before, oldest first */
  readonly before: readonly Step[];
  /** the address mapped the pinned page again */
  readonly healedAt: At | undefined;
}

/** A bio with pinned pages in it (block/bio.c). */
export interface Io {
  /** struct bio pointer */
  readonly bio: string;
  /** READ: the device writes to memory */
  readonly dir: 'READ' | 'WRITE' | undefined;
  /** of the whole bio; 0 until submit_bio() is seen */
  readonly bytes: number;
  /** it is for some of its pages, and the trace does not show which */
  readonly vague: boolean;
  readonly submittedAt: At | undefined;
  /** a part of it, of which the trace does not show the pages, was over before the rest (bio_split()) */
  readonly partEndedAt: At | undefined;
  readonly endedAt: At | undefined;
  /** blk_status_t; 0 is success */
  readonly status: number | undefined;
  readonly pins: readonly Pin[];
}
