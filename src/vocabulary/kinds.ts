// The mm events pindrift knows, one kind per kind of change that a probe or tracepoint can report, with the slots each
// fills. functions.ts maps functions and event names to kinds; the model defines the effect on the state.
import { Slot } from './record.ts';

const { MM, ADDR, END, PAGE, OTHER, N, FLAGS, PTE_HI, PTE_LO, SYM, CPU } = Slot;

/**
 * How the text of a field is converted into slots. `num` a signed 64-bit number; `hex` one that tracepoints print
 * without 0x (`%lx`); `pte` 64 raw bits in PTE_HI and PTE_LO; `sym` an interned symbol; `len` a length that is added to
 * ADDR to give END.
 */
export type FieldType = 'num' | 'hex' | 'pte' | 'sym' | 'len';

export interface KindField<S extends number = number, N extends string = string, T extends FieldType = FieldType> {
  slot: S;
  type: T;
  /** argument names with this meaning: the probe set's own first, then the kernel's parameter names */
  names: readonly string[];
  /** the first of the names; rules use it as the name of the field (api/events.ts) */
  name: FirstWord<N>;
}

type FirstWord<N extends string> = N extends `${infer W} ${string}` ? W : N;

function f<S extends number, const N extends string>(slot: S, names: N): KindField<S, N, 'num'>;
function f<S extends number, const N extends string, T extends FieldType>(
  slot: S,
  names: N,
  type: T,
): KindField<S, N, T>;
function f(slot: number, names: string, type: FieldType = 'num'): KindField {
  const list = names.split(' ');
  return { slot, type, names: list, name: list[0] };
}

const mm = f(MM, 'mm vm_mm mm_struct src_mm');
const addr = f(ADDR, 'addr address start va uaddr hva');
const end = f(END, 'end');
const page = f(PAGE, 'page folio head');
const pages = [f(PAGE, 'p0 pages0 page0'), f(OTHER, 'p1 pages1 page1'), f(PTE_HI, 'p2'), f(PTE_LO, 'p3')];
const flags = f(FLAGS, 'flags gup_flags foll_flags fault_flags');
const ret = f(N, 'ret retval rc arg1 $retval result');
const pte = f(PTE_HI, 'pte orig_pte entry', 'pte');
const pmd = f(PTE_HI, 'pmd orig_pmd pte', 'pte');

/** Fields of every kind. The index in this list is the number in a record's KIND slot. */
const KIND_LIST = {
  none: [],
  // calls, grabs and undos of GUP (include/linux/mm_types.h FOLL_*, mm/gup.c)
  gup: [
    mm,
    f(ADDR, 'start addr address'),
    f(N, 'nr nr_pages npages n'),
    flags,
    f(OTHER, 'pages'),
    f(SYM, 'caller', 'sym'),
  ],
  gupRet: [ret],
  grab: [page, f(N, 'refs nr n'), flags, f(PTE_LO, 'ref refcount')],
  grabRet: [f(PAGE, 'head page folio ret retval arg1')],
  followPte: [mm, addr, flags],
  followPteRet: [f(PAGE, 'page ret retval arg1')],
  followPmd: [mm, addr, flags],
  followPmdRet: [f(PAGE, 'page ret retval arg1')],
  pinPages: [f(ADDR, 'start'), f(N, 'nr nr_pages'), f(END, 'ret'), flags, ...pages],
  // releases of pins
  putFolio: [page, f(N, 'refs n'), flags],
  unpin: [page],
  unpinPages: [f(N, 'n npages nr'), f(FLAGS, 'dirty make_dirty'), ...pages],
  unpinRange: [page, f(N, 'n npages nr'), f(FLAGS, 'dirty make_dirty')],
  unpinFolio: [page, f(N, 'n npages nr')],
  // block I/O
  bioSubmit: [
    f(OTHER, 'bio'),
    f(PAGE, 'p0'),
    f(N, 'size'),
    f(FLAGS, 'opf'),
    f(ADDR, 'done'),
    f(PTE_HI, 'l0'),
    f(PTE_LO, 'o0'),
    f(END, 'vcnt'),
  ],
  bioAdd: [f(OTHER, 'bio'), page, f(N, 'len'), f(FLAGS, 'off offset')],
  bioEnd: [f(OTHER, 'bio'), f(N, 'status'), f(FLAGS, 'left'), f(END, 'parent')],
  bioRelease: [f(OTHER, 'bio'), f(PAGE, 'p0'), f(N, 'vcnt'), f(FLAGS, 'bflags'), f(PTE_LO, 'dirty mark_dirty')],
  bioCheckDirty: [f(OTHER, 'bio'), f(PAGE, 'p0'), f(N, 'vcnt')],
  // pipes (fs/splice.c)
  pipeAdd: [f(OTHER, 'pipe'), page, f(N, 'len'), f(FLAGS, 'off offset')],
  pipeRelease: [f(OTHER, 'pipe'), page],
  // a page is mapped (mm/rmap.c)
  newAnon: [
    f(PAGE, 'page folio'),
    mm,
    addr,
    f(FLAGS, 'rflags flags'),
    f(N, 'compound'),
    f(PTE_HI, 'head'),
    f(PTE_LO, 'order'),
  ],
  thpFault: [mm, addr],
  anonRmap: [f(PAGE, 'page folio'), mm, addr, f(N, 'nr nr_pages'), f(FLAGS, 'rflags flags'), f(OTHER, 'folio')],
  anonRmapPmd: [f(PAGE, 'page folio'), mm, addr, f(FLAGS, 'rflags flags'), f(OTHER, 'folio')],
  newHugetlb: [f(PAGE, 'page folio'), mm, addr],
  moveAnon: [page, mm],
  fileMap: [mm, addr, page, f(OTHER, 'cow cow_page')],
  fileRmap: [f(PAGE, 'page folio'), mm, f(N, 'nr nr_pages')],
  // faults (mm/memory.c, mm/huge_memory.c, mm/hugetlb.c)
  fault: [mm, addr, flags],
  wpFault: [mm, addr, pte, flags],
  wpFaultRet: [ret],
  wpCopy: [mm, addr, page],
  wpReuse: [mm, addr, page],
  wpPmd: [mm, addr, pmd, flags],
  wpPmdRet: [ret],
  wpHugetlb: [mm, addr],
  swapIn: [mm, addr, pte, flags],
  swapInRet: [ret],
  clearFlush: [mm, addr, pte],
  clearFlushPmd: [mm, addr, pmd],
  reuseSwap: [page],
  reuseSwapRet: [ret],
  // reclaim, migration
  unmapOne: [page, mm, addr, f(N, 'ref'), f(FLAGS, 'map')],
  unmapOneRet: [ret],
  swapCacheAdd: [page, f(OTHER, 'entry')],
  swapOut: [page],
  migrateOne: [page, mm, addr, f(N, 'ref')],
  migrateOneRet: [ret],
  migrateMap: [f(PAGE, 'old'), f(OTHER, 'new'), f(N, 'extra')],
  migrateMapRet: [ret],
  migrateIn: [page, mm, addr],
  // a mapping is removed or moved
  rmapDel: [f(PAGE, 'page folio'), f(N, 'nr'), mm],
  rmapDelPmd: [f(PAGE, 'page folio'), mm],
  zap: [mm, f(ADDR, 'start addr address'), end, f(END, 'len size', 'len')],
  unmapVmas: [mm, f(ADDR, 'start start_addr'), f(END, 'end end_addr')],
  move: [mm, f(ADDR, 'old old_addr'), f(END, 'new new_addr'), f(N, 'len len_in')],
  mmExit: [mm, f(OTHER, 'vmemmap vmemmap_base')],
  mmDrop: [mm],
  // fork (mm/memory.c copy_page_range)
  forkVma: [
    f(MM, 'dst dst_mm'),
    f(OTHER, 'src src_mm'),
    f(ADDR, 'start vm_start'),
    f(END, 'end vm_end'),
    f(FLAGS, 'vmflags vm_flags flags'),
  ],
  forkVmaRet: [ret],
  forkPmd: [f(MM, 'dst dst_mm'), f(OTHER, 'src src_mm'), addr, f(PTE_HI, 'pmd', 'pte')],
  forkPmdRet: [ret],
  forkHugetlb: [f(MM, 'dst dst_mm'), f(OTHER, 'src src_mm')],
  // write protection
  cprot: [mm, f(ADDR, 'start addr'), end, f(FLAGS, 'cp cp_flags'), f(PTE_HI, 'prot newprot', 'pte')],
  softDirty: [mm, f(ADDR, 'start addr'), end],
  uffdWp: [mm, f(ADDR, 'start'), f(END, 'len', 'len'), f(FLAGS, 'enable enable_wp')],
  numaProt: [mm, f(ADDR, 'start addr'), end],
  hugeProt: [mm, addr, pmd, f(FLAGS, 'cp cp_flags')],
  // KSM, THP
  ksmWp: [mm, page, f(N, 'ref')],
  ksmWpRet: [ret],
  ksmMerge: [mm, page, f(OTHER, 'kpage')],
  ksmMergeRet: [ret],
  splitPmd: [mm, addr, f(PTE_HI, 'pmd', 'pte'), f(FLAGS, 'freeze')],
  splitFolio: [page],
  collapse: [mm, addr],
  collapseRet: [ret],
  numaPmd: [mm, addr, flags],
  numaThp: [mm, addr, page],
  numaThpRet: [ret],
  numaPage: [page],
  numaPageRet: [ret],
  // device-exclusive entries, notifiers, TLB
  devExcl: [mm, addr, end, f(OTHER, 'owner arg')],
  devExclRet: [f(PAGE, 'page ret retval arg1')],
  // up to v6.14 a range, one mapping after the other; the count that is returned includes pages that failed
  devExclOne: [f(PAGE, 'page folio'), mm, addr],
  devExclEnd: [ret],
  devRestore: [mm, page, addr],
  notifierStart: [mm, f(ADDR, 'start'), end, f(FLAGS, 'event'), f(OTHER, 'owner')],
  notifierEnd: [mm, f(ADDR, 'start'), end],
  // a device takes a snapshot of the page tables (mm/hmm.c)
  hmmFault: [mm, f(ADDR, 'start'), end],
  hmmFaultRet: [ret],
  tlbFlush: [mm, f(ADDR, 'start'), end],
  // tasks (include/trace/events/{sched,task}.h)
  taskFork: [f(N, 'child_pid')],
  taskNew: [f(N, 'pid'), f(FLAGS, 'clone_flags', 'hex')],
  taskExit: [f(N, 'pid')],
  taskExec: [f(N, 'pid'), f(OTHER, 'old_pid')],
  // system calls that may cause changes (syscalls:*)
  sysMadvise: [f(ADDR, 'start'), f(N, 'len_in len'), f(FLAGS, 'behavior advice')],
  sysMunmap: [addr, f(N, 'len')],
  sysMprotect: [f(ADDR, 'start addr'), f(N, 'len'), f(FLAGS, 'prot')],
  sysMremap: [addr, f(N, 'old_len'), f(END, 'new_addr'), f(FLAGS, 'flags')],
  sysVmsplice: [f(ADDR, 'uiov iov'), f(N, 'nr_segs'), f(FLAGS, 'flags')],
  sysExit: [f(N, 'ret')],
  // pages (include/trace/events/kmem.h)
  pageAlloc: [f(OTHER, 'pfn'), f(N, 'order'), f(PAGE, 'page')],
  pageFree: [f(OTHER, 'pfn'), f(N, 'order'), f(PAGE, 'page')],
  // references on a page (include/trace/events/page_ref.h, CONFIG_DEBUG_PAGE_REF); `count` is the new count
  pageRef: [f(OTHER, 'pfn'), f(N, 'count')],
  // ... dropped with a test whether it was the last: page_ref_sub_and_test(), page_ref_dec_and_test()
  pageRefDrop: [f(OTHER, 'pfn'), f(N, 'count'), f(END, 'ret')],
  // the trace itself: events lost on CPU (N = how many, NaN unknown)
  lost: [f(N, 'lost'), f(CPU, 'cpu')],
} satisfies Record<string, readonly KindField[]>;

export type KindName = keyof typeof KIND_LIST;

/** Fields of one kind, as types; api/events.ts derives the types for rules from them. */
export type FieldsOfKind<K extends KindName> = (typeof KIND_LIST)[K][number];

/** Names by number: `KIND_NAMES[row[Slot.KIND]]`. */
export const KIND_NAMES = Object.keys(KIND_LIST) as KindName[];

/** Number of built-in kinds; higher numbers are kinds of rules (catalogue.ts) and have no meaning in another run. */
export const BUILT_IN_KINDS = KIND_NAMES.length;

/** Numbers by name: `Kind.grab`. */
export const Kind = Object.fromEntries(KIND_NAMES.map((name, i) => [name, i])) as Record<KindName, number>;

export const KIND_FIELDS: readonly (readonly KindField[])[] = KIND_NAMES.map((name) => KIND_LIST[name]);

/**
 * Each kind's own names for its slots: `row[o + SlotOf.bioAdd.len]`. A slot that means a mm, an address or a page in every
 * kind is read by its own name. Of a page table entry, which takes two, this is the upper half.
 */
export const SlotOf = Object.fromEntries(
  KIND_NAMES.map((kind) => [kind, Object.fromEntries(KIND_LIST[kind].map(({ name, slot }) => [name, slot]))]),
) as { readonly [K in KindName]: { readonly [F in FieldsOfKind<K> as F['name']]: F['slot'] } };
