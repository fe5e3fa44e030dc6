// Why: an event proves only what its fields show. A probe recorded without `mm=`, a trace_printk() line or a tracepoint
// that happens to have the name of a function is an event of its kind without its information. This lists, per kind,
// the fields the model cannot do without; an event that lacks one is not used by any rule.
import { KIND_FIELDS, KIND_NAMES, Kind, type KindName } from './kinds.ts';
import { Slot } from './record.ts';

/**
 * Fields by their first name (kinds.ts), separated by spaces. For a kind that is not listed the event itself is
 * sufficient.
 */
const NEEDED: { readonly [K in KindName]?: string } = {
  gup: 'start flags',
  gupRet: 'ret',
  grab: 'page refs flags',
  grabRet: 'head',
  followPte: 'addr',
  followPteRet: 'page',
  followPmd: 'addr',
  followPmdRet: 'page',
  pinPages: 'ret p0',
  putFolio: 'page refs',
  unpin: 'page',
  unpinPages: 'n p0',
  unpinRange: 'page n',
  unpinFolio: 'page n',
  bioSubmit: 'bio p0 opf size',
  bioAdd: 'bio page len',
  bioEnd: 'bio',
  bioRelease: 'bio',
  pipeAdd: 'page',
  pipeRelease: 'page',
  newAnon: 'page mm addr compound',
  anonRmap: 'page mm addr rflags',
  anonRmapPmd: 'page mm addr rflags',
  newHugetlb: 'page mm addr',
  moveAnon: 'page mm',
  fileMap: 'mm addr page cow',
  fault: 'mm flags',
  wpFault: 'mm addr flags',
  wpFaultRet: 'ret',
  wpCopy: 'page',
  wpPmd: 'mm addr flags',
  wpPmdRet: 'ret',
  wpHugetlb: 'mm addr',
  swapIn: 'mm addr flags',
  clearFlush: 'mm addr',
  pageRef: 'pfn count',
  pageRefDrop: 'pfn count',
  unmapOne: 'page mm addr',
  unmapOneRet: 'ret',
  migrateOne: 'page mm addr',
  migrateOneRet: 'ret',
  migrateIn: 'mm addr',
  migrateMapRet: 'ret',
  zap: 'mm start end',
  unmapVmas: 'mm start end',
  move: 'mm old new len',
  mmExit: 'mm',
  forkVma: 'dst src start end vmflags',
  forkVmaRet: 'ret',
  cprot: 'mm start end cp',
  softDirty: 'mm start end',
  uffdWp: 'mm start len enable',
  numaProt: 'mm start end',
  ksmMerge: 'mm page',
  ksmMergeRet: 'ret',
  ksmWpRet: 'ret',
  splitPmd: 'mm addr',
  collapse: 'mm addr',
  collapseRet: 'ret',
  devExcl: 'mm addr',
  devExclRet: 'page',
  devExclOne: 'page mm addr',
  devRestore: 'mm addr',
  notifierStart: 'mm start end',
  notifierEnd: 'mm start end',
  hmmFault: 'mm start end',
  hmmFaultRet: 'ret',
  tlbFlush: 'mm start end',
  numaThp: 'mm addr',
  numaThpRet: 'ret',
  taskFork: 'child_pid',
  swapCacheAdd: 'page',
};

/** Names of the fields that an event of each kind must have, by kind number. */
export const NEEDED_FIELDS: readonly (readonly string[])[] = KIND_NAMES.map((kind) => NEEDED[kind]?.split(' ') ?? []);

/** The slots of these fields in a record: NaN means that the field is missing. */
export const NEEDED_SLOTS: readonly (readonly number[])[] = NEEDED_FIELDS.map((names, k) =>
  names.map((name) => {
    const field = KIND_FIELDS[k].find((f) => f.name === name);
    if (field === undefined) throw new Error(`${KIND_NAMES[k]} has no field ${name}`);
    // a page table entry fills two slots, both or none
    return field.type === 'pte' ? Slot.PTE_LO : field.slot;
  }),
);

/**
 * Arguments that a probe needs for events of this kind: `mm=`, `addr=`; since 6.1 head= and order= replace compound= of
 * 5.10.
 * @param slots bits of the slots that were empty
 */
export function neededNames(kind: number, slots: number): string[] {
  return NEEDED_FIELDS[kind]
    .filter((_, i) => (slots & (1 << NEEDED_SLOTS[kind][i])) !== 0)
    .map((name) => `${kind === Kind.newAnon && name === 'compound' ? 'head= order' : name}=`);
}
