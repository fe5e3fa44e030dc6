// The replay's centre: the pins, on top of the page tables (mapping.ts) and of who is who (identities.ts). What each kernel
// event does is in the files beside this one.
import { Slot } from '../vocabulary/record.ts';
import type { At } from './at.ts';
import { crowd } from './crowd.ts';
import type { Gap } from './facts.ts';
import type { WpFrame } from './frames.ts';
import { Held } from './held.ts';
import { drop, push } from './lists.ts';
import { Mapping } from './mapping.ts';
import { Ordered } from './ordered.ts';
import type { PageId } from './page-table.ts';
import type { PinKind, ReleasedBy } from './pin.ts';
import type { ForkFrame, Io, Mm, Pin } from './state.ts';

/** Pages without a line of their own that are followed: half a gigantic page at once, and huge pages all along the trace. */
const CLAIMS = 1 << 17;
const CLAIMS_PER_LINE = 32;

/** FOLL_GET references without an owner that are followed at once; see Model.unowned. */
const UNOWNED = 1 << 14;

export class Model extends Mapping {
  /** live pins by the folio their references are counted on */
  readonly pinsByFolio = new Ordered<Pin[]>();
  readonly ios = new Map<number, Io>();
  /** live pins of calls whose mm is not known yet, by thread */
  readonly withoutMm = new Map<number, Pin[]>();
  /** forks that are copying page tables now */
  readonly forking = new Set<ForkFrame>();
  readonly gaps: Gap[] = [];
  /** tasks that were forked and have not been seen since */
  readonly unseen = new Set<number>();
  /** pages of the large folios seen, by head page: an event of reclaim or migration names the folio and means them all */
  readonly folios = new Map<PageId, number>();
  /** write faults on a PMD that are under way: a split by another task takes the PMD from under them */
  readonly pmdFaults = new Set<WpFrame>();
  /** returns of write faults carry VM_FAULT_WRITE in this trace (up to v6.1): one without has done nothing */
  saysWrite = false;
  /** pages that were added to the swap cache: an unmapping of one is for swap, of another for migration (5.10 uses one function for both) */
  readonly swapCache = new Ordered<true>();
  /** pinned pages that were unmapped, not known yet whether to swap or to migrate them, with those who held them then */
  unmapped: { mm: Mm; vpn: number; page: PageId; anon: boolean | undefined; at: At; pins: readonly Pin[] }[] = [];
  /** most pages that a page of hugetlb has, where that is less than a PMD maps */
  hugetlbPages = Number.POSITIVE_INFINITY;
  /** calls whose flags have the numbers of up to v6.2, and of since v6.3 (FOLL_GET, FOLL_PIN, FOLL_LONGTERM) */
  readonly foll = { old: 0, new: 0 };
  /** GUP functions whose returns are recorded, by function index */
  readonly returning = new Uint8Array(4096);
  /** address spaces whose last task is gone and whose end has not been seen, and since when */
  readonly abandoned = new Map<Mm, At>();
  /** live pins, all of them */
  readonly held = new Held();
  /**
   * FOLL_GET references that no bio and no pipe has taken over, as far as is known, from the oldest on. Most of them go
   * back by an inlined put_page(), which leaves no line: on 5.10 each exec and each read over 9p leaves some, for ever.
   */
  readonly unowned = new Set<Pin>();
  /** callers by symbol index, for those that never keep a page */
  isTransientCaller: (symbol: number, kind: PinKind) => boolean = () => false;
  #claims = 0;

  /** Nothing that was seen so far says anything about what comes: another boot, another time. */
  restart(): void {
    for (const pin of this.held) {
      // neither given back nor lost: nobody will know
      pin.state = 'orphan';
      pin.unsure = { at: this.at() };
    }
    this.counts.cut += this.held.size;
    this.held.clear();
    this.forgetIdentities();
    this.unowned.clear();
    for (const known of [this.pinsByPage, this.pinsByFolio, this.ios]) known.clear();
    for (const known of [this.withoutMm, this.abandoned, this.folios]) known.clear();
    for (const known of [this.forking, this.pmdFaults, this.unseen, this.swapCache]) known.clear();
    this.unmapped = [];
  }

  /** A page of hugetlb lies at a border of its size: one that lies at none of a PMD is smaller (64K and 32M on arm64). */
  learnHugetlb(vpn: number): void {
    while (vpn > 0 && vpn % Math.min(this.hugetlbPages, this.machine.pmdPages) !== 0)
      this.hugetlbPages = Math.min(this.hugetlbPages, this.machine.pmdPages) / 2;
  }

  /** Pages that one mapping event can be about; a line that claims more is counted. */
  believed(pages: number): number {
    if (pages <= this.machine.pmdPages) return pages;
    this.counts.claimed++;
    return this.machine.pmdPages;
  }

  /** A page that no line of its own shows may be followed; false where what lines claim outgrows the lines. */
  afford(): boolean {
    if (this.held.size >= CLAIMS || this.#claims >= CLAIMS + CLAIMS_PER_LINE * this.row[this.o + Slot.LINE])
      return false;
    this.#claims++;
    return true;
  }

  hold(pin: Pin): void {
    this.held.add(pin);
    this.counts.pins++;
    const same = this.pinsByPage.get(pin.page);
    if (same === undefined) this.pinsByPage.set(pin.page, [pin]);
    else crowd(same, pin);
    if (pin.hold !== undefined) push(this.pinsByFolio, pin.hold.folio, pin);
    this.attach(pin);
    if (pin.call.kind === 'GET' && this.unowned.add(pin).size > UNOWNED) this.#giveUp();
  }

  /** Follow the oldest quarter of the references that nobody owns no further; the newer ones say as much. */
  #giveUp(): void {
    for (const pin of this.unowned) {
      this.unowned.delete(pin);
      if (pin.owner === undefined) this.close(pin, this.at(), 'given up');
      if (this.unowned.size <= (UNOWNED / 4) * 3) break;
    }
  }

  /** Put a pin under its address space, as soon as that is known. */
  attach(pin: Pin): void {
    if (pin.mm !== undefined) push(pin.mm.pins, pin.where, pin);
    else {
      this.counts.withoutMm++;
      push(this.withoutMm, pin.call.at.pid, pin);
    }
  }

  /** A pin is over. */
  close(pin: Pin, at: At, by: ReleasedBy): void {
    const presumed = by === 'unseen' || by === 'over' || by === 'given up';
    if (pin.state === 'released') return;
    this.forget(pin);
    pin.state = 'released';
    pin.releasedAt = at;
    pin.presumed = presumed;
    this.counts.released++;
    if (presumed) this.counts.presumed++;
    else this.step([pin], 'release', at);
    this.emit('release', { pin, at, presumed, by });
  }

  /** It turned out to be a reference for an instant, long over. */
  dismiss(pin: Pin): void {
    this.forget(pin);
    pin.state = 'released';
    pin.owner = 'transient';
    this.counts.pins--;
    this.counts.transient++;
  }

  /** The address space of a pin is gone; the reference may live on, but no mapping can leave it. */
  orphan(pin: Pin): void {
    if (pin.state !== 'held') return;
    if (pin.mm !== undefined) drop(pin.mm.pins, pin.where, pin);
    pin.state = 'orphan';
    this.counts.orphaned++;
  }

  forget(pin: Pin): void {
    this.held.delete(pin);
    if (pin.call.kind === 'GET') this.unowned.delete(pin);
    drop(this.pinsByPage, pin.page, pin);
    if (pin.hold !== undefined) drop(this.pinsByFolio, pin.hold.folio, pin);
    if (pin.mm !== undefined) drop(pin.mm.pins, pin.where, pin);
    else drop(this.withoutMm, pin.call.at.pid, pin);
  }

  /** The page was allocated afresh, so whoever held it has let go, seen or not. */
  reallocated(page: PageId, pages: number): void {
    if (this.folios.size > 0) this.folios.delete(page);
    if (this.swapCache.size > 0) for (const p of this.swapCache.keysIn(page, page + pages)) this.swapCache.delete(p);
    for (const pin of this.pinsOf(page, pages).slice()) this.close(pin, this.at(), 'unseen');
  }

  /** Head page of the large folio a page belongs to, as far as the trace has shown it; the page itself otherwise. */
  folioOf(page: PageId): PageId {
    if (this.folios.size === 0) return page;
    // a folio is aligned to its size, and vmemmap_base to far more
    for (let pages = 1; pages <= this.machine.pmdPages; pages *= 2) {
      const head = Math.floor(page / pages) * pages;
      const size = this.folios.get(head);
      if (size !== undefined && page < head + size) return head;
    }
    return page;
  }

  /** Somebody is known to hold this page, or another of its folio, whose references are counted together. */
  isHeld(page: PageId): boolean {
    return this.pinsByPage.has(page) || this.pinsByFolio.has(this.folioOf(page));
  }

  /**
   * A CPU without any event was idle, or was not recorded (tracing_cpumask, per_cpu/, trace-cmd -M). Tasks that were
   * forked and never seen again, or half the machine silent, say that it was not recorded.
   */
  silentCpus(): number {
    let seen = 0;
    for (const c of this.cpus) seen += c;
    const all = this.facts.cpus ?? 0;
    if ((this.facts.recordedCpus ?? 0) >= all) return 0;
    const silent = all - seen;
    if (silent <= 0 || seen === 0) return 0;
    return this.unseen.size > 0 || silent * 2 >= all ? silent : 0;
  }

  /** Had an event of this kind happened, the trace would show it: they were recorded, each with the fields it needs. */
  recorded(kind: number): boolean {
    return this.lacking[kind] === 0 && (this.seen[kind] > 0 || this.facts.armed?.has(kind) === true);
  }

  /** Something that happened may not be in the trace. */
  partial(): boolean {
    return (
      this.lacking.some((n) => n > 0) ||
      this.gaps.length > 0 ||
      this.torn.rets + this.torn.entries + this.torn.exits + this.torn.pages > 0 ||
      this.counts.claimed > 0 ||
      this.silentCpus() > 0 ||
      this.facts.unread > 0 ||
      this.facts.filtered !== undefined ||
      this.facts.damage !== undefined
    );
  }
}
