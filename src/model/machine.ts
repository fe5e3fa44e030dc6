// Why: the size of a page, the number of pages a PMD maps and the distance of two `struct page` depend on the machine.
// The header of a recording may contain them; otherwise they are inferred from the trace: the location of kernel
// objects, the alignment of address ranges, and the common divisor of page pointers. This uses the first records,
// before any is replayed.
import { type Arch, archOfPointer, type PageSize } from '../vocabulary/kernel/arch/index.ts';
import { Kind, SlotOf } from '../vocabulary/kinds.ts';
import { NEEDED_SLOTS } from '../vocabulary/needed.ts';
import { LOWEST_EXACT, LOWEST_OBJECT, MAX_ERRNO, upperHalf } from '../vocabulary/number.ts';
import { RecordBatch, Slot, STRIDE } from '../vocabulary/record.ts';
import { foldPointers } from './from-zero.ts';
import { ShownPageSize } from './page-size.ts';

/** What the header of a recording says about the machine. */
export interface MachineFacts {
  arch?: Arch | undefined;
  pageBytes?: number | undefined;
  structPage?: number | undefined;
}

export class Machine {
  /** undefined: unknown; page table entries are then not decoded */
  arch: Arch | undefined;
  pageBytes = 4096;
  pmdPages = 512;
  /** sizeof(struct page) */
  structPage = 64;
  /** remainder of all `struct page` pointers modulo structPage */
  origin = 0;
  /** possible alignment of the `struct page` of pfn 0; NaN: unknown */
  pfn0Align = 0x40000000;

  /**
   * An address of user space without its tag. GUP is given tagged ones, and removes the tag (untagged_addr(),
   * __get_user_pages()).
   */
  untagged(addr: number): number {
    const { tagFrom } = this.arch ?? {};
    if (tagFrom === undefined || (addr >= 0 && addr < 2 ** tagFrom)) return addr;
    if (addr >= 0) return addr % 2 ** tagFrom;
    // no pointer of these kernels is folded (signed64()), which leaves 48 bits as they are
    return addr < LOWEST_EXACT ? (addr + 2 ** 53) % 2 ** 48 : addr;
  }
}

/** Number of page-aligned addresses, none of them at an odd multiple of a smaller page, that prove larger pages. */
const ENOUGH_ADDRESSES = 24;
/** Number of `struct page` pointers that show their distance although some of them are damaged, and if none is. */
const ENOUGH_PAGES = 8;
const FEWEST_PAGES = 3;
/** Maximum number of records to look at; a few more if whole batches arrive. */
const MOST_RECORDS = 4096;
const FEW_RECORDS = 256;
/**
 * Sizes of `struct page`: the usual one first, then without CONFIG_MEMCG, with KMSAN or LAST_CPUPID_NOT_IN_PAGE_FLAGS.
 */
const STRUCT_PAGES = [64, 56, 72, 80, 88, 96, 48, 40, 32];

/** A 32-bit machine has pointers above 0 as well; `struct page` of s390x are above all its memory. */
const NOT_OF_32_BITS = 2 ** 32;

/** Slots that hold page-aligned addresses, by kind: ranges, and addresses masked by the fault handler. */
const ALIGNED: readonly (readonly number[] | undefined)[] = (() => {
  const of: (readonly number[] | undefined)[] = [];
  const set = (kinds: readonly number[], slots: readonly number[]): void => {
    for (const kind of kinds) of[kind] = slots;
  };
  set([Kind.forkVma, Kind.unmapVmas, Kind.cprot, Kind.zap, Kind.softDirty], [Slot.ADDR, Slot.END]);
  set([Kind.newAnon, Kind.anonRmap, Kind.wpFault, Kind.swapIn, Kind.unmapOne, Kind.migrateOne], [Slot.ADDR]);
  return of;
})();

/** The first records of a trace, held back until the machine is known. */
export class FirstLook {
  readonly #known: MachineFacts;
  #isPrompt = false;
  readonly #held: RecordBatch[] = [];
  /** kinds among them, by number, of records that have the fields they need */
  readonly kinds = new Set<number>();
  /** functions of GUP whose returns are among them, by number */
  readonly returning = new Set<number>();
  #records = 0;
  #arches = new Map<Arch | undefined, number>();
  /** distinct aligned addresses, and the OR of their bits */
  #addresses = new Set<number>();
  #bits = 0;
  readonly #sizes = new ShownPageSize();
  readonly #pages = new Set<number>();
  /** distances of two `struct page`, where pointer and page frame number are shown together */
  readonly #steps: number[] = [];
  #pair: { page: number; pfn: number } | undefined;

  constructor(known: MachineFacts) {
    this.#known = known;
  }

  /** A live reader is waiting: decide with fewer records. */
  hurry(): void {
    this.#isPrompt = true;
  }

  /** Look at records. Returns true if they are sufficient. The batch belongs to the caller; a copy is kept. */
  take(batch: RecordBatch, lineBase: number): boolean {
    for (let o = 0; o < batch.length * STRIDE; o += STRIDE) batch.rows[o + Slot.LINE] += lineBase;
    const kept = new RecordBatch(batch.rows.slice(0, batch.length * STRIDE));
    kept.length = batch.length;
    this.#held.push(kept);
    const { rows } = kept;
    for (let o = 0; o < rows.length; o += STRIDE) this.#look(rows, o);
    this.#records += batch.length;
    return this.#records >= (this.#isPrompt ? FEW_RECORDS : MOST_RECORDS) || (this.#isPrompt && this.#isUsual());
  }

  /** The records held back, in order. */
  held(): readonly RecordBatch[] {
    return this.#held;
  }

  /** The machine, as far as the records show it. */
  machine(): Machine {
    const out = new Machine();
    const { arch = this.#arch() } = this.#known;
    if (arch?.fromZero === true) this.#fold();
    const { structPage = this.#structPage(arch) } = this.#known;
    out.arch = arch;
    const size = this.#pageSize(arch);
    out.pageBytes = size.bytes;
    out.pmdPages = size.pmdPages;
    out.pfn0Align = size.pfn0Align ?? Number.NaN;
    out.structPage = structPage;
    out.origin = commonest([...this.#pages].map((page) => modulo(page, structPage))).value ?? 0;
    return out;
  }

  /** Pages had no sign until the machine was known. */
  #fold(): void {
    for (const batch of this.#held) {
      foldPointers(batch);
      for (let o = 0; o < batch.rows.length; o += STRIDE) this.#page(batch.rows, o);
    }
  }

  #look(rows: Float64Array, o: number): void {
    const mm = rows[o + Slot.MM];
    if (mm < 0 || (mm >= LOWEST_OBJECT && rows[o + Slot.PAGE] >= NOT_OF_32_BITS)) {
      const arch = archOfPointer(upperHalf(mm));
      this.#arches.set(arch, (this.#arches.get(arch) ?? 0) + 1);
    }
    const kind = rows[o];
    if (!this.kinds.has(kind) && NEEDED_SLOTS[kind]?.some((slot) => Number.isNaN(rows[o + slot])) !== true)
      this.kinds.add(kind);
    if (kind === Kind.gupRet) this.returning.add(rows[o + Slot.FN]);
    // larger pages are aligned to more than their base page size
    if (kind !== Kind.newAnon || !(rows[o + SlotOf.newAnon.compound] > 1))
      for (const slot of ALIGNED[kind] ?? []) this.#address(rows[o + slot]);
    this.#sizes.look(rows, o);
    this.#page(rows, o);
  }

  #page(rows: Float64Array, o: number): void {
    const kind = rows[o];
    const page = rows[o + Slot.PAGE];
    if (page < -MAX_ERRNO && this.#pages.size < MOST_RECORDS) this.#pages.add(page);
    if ((kind === Kind.pageAlloc || kind === Kind.pageFree) && page < -MAX_ERRNO)
      this.#pairOf(page, rows[o + SlotOf.pageAlloc.pfn]);
  }

  #address(address: number): void {
    if (!(address > 0) || this.#addresses.size >= MOST_RECORDS) return;
    // an address that is not page-aligned does not delimit a range of pages (brk, and the end of what user space
    // requested)
    if (address % 4096 !== 0) return;
    this.#addresses.add(address);
    this.#bits |= (address / 4096) & 0xf;
  }

  #pairOf(page: number, pfn: number): void {
    const before = this.#pair;
    if (!(pfn >= 0)) return;
    this.#pair = { page, pfn };
    if (before !== undefined && before.pfn !== pfn) this.#steps.push((page - before.page) / (pfn - before.pfn));
  }

  #arch(): Arch | undefined {
    const most = [...this.#arches].sort((a, b) => b[1] - a[1])[0];
    return most?.[0];
  }

  #pageSize(arch: Arch | undefined): PageSize {
    const sizes = arch?.pages ?? UNKNOWN;
    const said = this.#known.pageBytes;
    if (said !== undefined) return sizes.find(({ bytes }) => bytes === said) ?? { bytes: said, pmdPages: said / 8 };
    const shown = this.#shownBytes();
    return (
      (shown === undefined ? undefined : sizes.find(({ bytes }) => bytes === shown)) ??
      // without other evidence the smallest: 4096 is the usual size everywhere
      sizes.reduce((a, b) => (b.bytes < a.bytes ? b : a))
    );
  }

  /** Bytes per page as far as lines show it; undefined if they do not. */
  #shownBytes(): number | undefined {
    if ((this.#bits & 0x3) !== 0) return 4096;
    const shown = this.#sizes.shown();
    if (shown !== undefined) return shown;
    if (this.#addresses.size < ENOUGH_ADDRESSES) return undefined;
    return this.#bits === 0 ? 65536 : 16384;
  }

  #structPage(arch: Arch | undefined): number {
    const usual = arch?.structPage ?? 64;
    const step = commonest(this.#steps);
    if (step.value !== undefined && step.n >= 2 && step.share > 0.9 && step.value % 8 === 0 && step.value >= 32)
      return step.value;
    const pages = [...this.#pages];
    if (pages.length < FEWEST_PAGES) return usual;
    const share = pages.length < ENOUGH_PAGES ? 1 : 0.9;
    for (const size of [usual, ...STRUCT_PAGES])
      if (commonest(pages.map((page) => modulo(page, size))).share >= share) return size;
    return usual;
  }

  /** Only one page size is possible, and the architecture is certain. */
  #isUsual(): boolean {
    const arch = this.#known.arch ?? this.#arch();
    if (arch === undefined) return false;
    return this.#known.pageBytes !== undefined || arch.pages.length === 1 || this.#shownBytes() !== undefined;
  }
}

/** Page sizes of 64-bit machines in general. */
const UNKNOWN: readonly PageSize[] = [4096, 16384, 65536].map((bytes) => ({ bytes, pmdPages: bytes / 8 }));

const modulo = (n: number, by: number): number => ((n % by) + by) % by;

/** The most frequent value, its number, and its share. */
function commonest(values: readonly number[]): { value: number | undefined; n: number; share: number } {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let value: number | undefined;
  let n = 0;
  for (const [v, count] of counts) if (count > n) [value, n] = [v, count];
  return { value, n, share: values.length === 0 ? 0 : n / values.length };
}
