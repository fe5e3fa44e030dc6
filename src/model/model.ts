// The centre of the replay: the pins, on top of the page tables (mapping.ts) and of mms, tasks and pages
// (identities.ts). The effects of kernel events are in the files beside this one.
import { Kind } from '../vocabulary/kinds.ts';
import { Slot } from '../vocabulary/record.ts';
import type { At } from './at.ts';
import { crowd } from './crowd.ts';
import type { Gap } from './facts.ts';
import { FolioPins } from './folio-pins.ts';
import { Folios } from './folios.ts';
import type { Task, Unmapped } from './frames.ts';
import { Held } from './held.ts';
import { addPin, drop, dropPin } from './lists.ts';
import { Mapping } from './mapping.ts';
import { Ordered } from './ordered.ts';
import type { PageId } from './page-table.ts';
import type { PinKind, ReleasedBy } from './pin.ts';
import type { Io, Mm, Pin } from './state.ts';
import { Strays } from './strays.ts';

/**
 * Maximum number of pages tracked without a line of their own: at once a gigantic page, or the longest buffer that io_uring
 * pins by one call (SZ_1G), with some more, and huge pages throughout the trace.
 */
const CLAIMS = (1 << 18) + (1 << 14);
const CLAIMS_PER_LINE = 32;

/** FOLL_GET references without an owner that are followed at once. */
const UNOWNED = 1 << 14;

/**
 * A page whose pin ended in a pipe. tee() and splice() between pipes leave no line: tee() gives the page to a second
 * pipe, whose release comes later, and splice() moves it, so that another pipe than the first releases it.
 */
export interface Piped {
  /** it became writable for somebody since */
  reused: boolean;
}

export class Model extends Mapping {
  readonly pinsByFolio = new FolioPins();
  readonly ios = new Map<number, Io>();
  /** bios whose own part is over, by address; see bioEnd() */
  readonly chained = new Map<number, { left: number; parent: number; status: number }>();
  /** live pins of calls whose mm is not known yet, by thread */
  readonly withoutMm = new Map<number, Set<Pin>>();
  readonly gaps: Gap[] = [];
  /** tasks that were forked and have not been seen since */
  readonly unseen = new Set<number>();
  readonly folios = new Folios();
  /** returns of write faults have VM_FAULT_WRITE in this trace (up to v6.1): a return without it has changed nothing */
  saysWrite = false;
  /**
   * pages that were added to the swap cache, whose next unmapping is for swap (5.10 has one function for swap and for
   * migration); false: a swap fault has mapped it since, and what it writes, or a full swap, may have taken it out again
   * (folio_free_swap(), which has no line)
   */
  readonly swapCache = new Ordered<boolean>();
  /**
   * write faults on a page that fork or KSM shares and somebody pins, of which no line says how they ended: do_wp_page()
   * keeps such a page, for a write or to unshare it, only when nobody has a reference, so the line of the new page is
   * missing, or that of a release. Which of them is known as soon as another line shows that the pin was still held
   * (heldSince()), or that its page was free.
   */
  readonly unexplained = new Map<Pin, At>();
  /** pinned pages that were unmapped, before it is known whether for swap or for migration, by address space and vpn */
  readonly unmapped = new Map<Mm, Map<number, Unmapped[]>>();
  /** tasks that are unmapping a large folio */
  readonly walking = new Set<Task>();
  /** the newest tasks that are releasing pages */
  readonly releasing = new Set<Task>();
  /** the newest pages that a pipe released; see Piped */
  readonly piped = new Ordered<Piped>();
  /** pages that no line has pinned, and the pipe that they were put into; see pipes.ts */
  readonly pipedUnpinned = new Map<PageId, number>();
  /** folios that memfd_pin_folios() has pinned, and how many of these references are not released; see of-file.ts */
  readonly ofFile = new Map<PageId, number>();
  /** maximum number of pages in a hugetlb page, if that is less than a PMD maps */
  hugetlbPages = Number.POSITIVE_INFINITY;
  /** number of address spaces searched so far for one that maps a page */
  mmsSearched = 0;
  /** number of calls whose flags use the numbers up to v6.2, and since v6.3 (FOLL_GET, FOLL_PIN, FOLL_LONGTERM) */
  readonly foll = { old: 0, new: 0 };
  /** GUP functions whose returns are recorded, by function index */
  readonly returning = new Uint8Array(4096);
  /** address spaces whose last task has exited and whose end has not been seen, and since when */
  readonly abandoned = new Map<Mm, At>();
  /** calls whose return may be printed for another task */
  readonly strays = new Strays();
  /** all live pins */
  readonly held = new Held();
  /** callers by symbol index, for those that never keep a page */
  isTransientCaller: (symbol: number, kind: PinKind) => boolean = () => false;
  #claims = 0;
  /**
   * Number of live FOLL_GET references newer than the pin #considered. Most of those that no bio and no pipe takes over go
   * back by an inlined put_page(), which leaves no line: on 5.10 each exec and each read over 9p leaves some, for ever.
   */
  #references = 0;
  #considered = -1;

  /** Reset: earlier state is not valid for what follows (another boot, another time). */
  restart(): void {
    for (const pin of this.held) {
      // neither released nor lost: unknown
      pin.state = 'orphan';
      pin.unsure = { at: this.at() };
    }
    this.counts.cut += this.held.size;
    this.held.clear();
    this.forgetIdentities();
    this.#references = 0;
    for (const known of [this.pinsByPage, this.pinsByFolio, this.ios, this.chained]) known.clear();
    for (const known of [this.withoutMm, this.abandoned, this.folios]) known.clear();
    for (const known of [this.unseen, this.swapCache, this.unmapped, this.piped, this.pipedUnpinned]) known.clear();
    this.unexplained.clear();
    this.walking.clear();
    this.releasing.clear();
    this.ofFile.clear();
    this.unseenReads.clear();
    this.forgetAway();
    this.strays.clear();
  }

  /** pages of a hugetlb page, of one larger than a PMD those under each of its PMDs */
  get hugetlbSpan(): number {
    return Math.min(this.hugetlbPages, this.machine.pmdPages);
  }

  /**
   * A hugetlb page is aligned to its size; an address not aligned to a PMD means a smaller size (64K and 32M on arm64).
   */
  learnHugetlb(vpn: number): void {
    while (vpn > 0 && vpn % this.hugetlbSpan !== 0) this.hugetlbPages = this.hugetlbSpan / 2;
  }

  /** Maximum number of pages of one mapping event; a line with a larger number is counted. */
  believed(pages: number): number {
    if (pages <= this.machine.pmdPages) return pages;
    this.counts.claimed++;
    return this.machine.pmdPages;
  }

  /** Whether to track a page that no line of its own shows; false if there are too many for the number of lines. */
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
    if (pin.hold !== undefined) this.pinsByFolio.add(pin.hold.folio, pin);
    this.attach(pin);
    if (pin.call.kind === 'GET' && ++this.#references > UNOWNED) this.#giveUp();
  }

  /** Follow the oldest quarter of the references that nobody owns no further; the newer ones say as much. */
  #giveUp(): void {
    for (const pin of this.held) {
      if (pin.call.kind !== 'GET' || pin.id <= this.#considered) continue;
      this.#considered = pin.id;
      this.#references--;
      if (pin.owner === undefined) this.close(pin, this.at(), 'given up');
      if (this.#references <= (UNOWNED / 4) * 3) break;
    }
  }

  /** Add a pin to its address space, as soon as that is known. */
  attach(pin: Pin): void {
    if (pin.mm !== undefined) addPin(pin.mm, pin);
    else {
      this.counts.withoutMm++;
      const { pid } = pin.call.at;
      this.withoutMm.set(pid, (this.withoutMm.get(pid) ?? new Set()).add(pin));
    }
  }

  /** A pin ends. */
  close(pin: Pin, at: At, by: ReleasedBy): void {
    const presumed = by === 'unseen' || by === 'over' || by === 'given up';
    if (pin.state === 'released') return;
    if (this.unexplained.size > 0) {
      if (presumed) this.unexplained.delete(pin);
      else this.heldSince(pin);
    }
    this.settleMigration(pin, this.recorded(Kind.anonRmap));
    this.forget(pin);
    pin.state = 'released';
    if (pin.hold !== undefined) pin.hold.open--;
    pin.releasedAt = at;
    pin.presumed = presumed;
    this.counts.released++;
    if (presumed) this.counts.presumed++;
    else this.step([pin], 'release', at);
    const forks = pin.mm?.forks;
    if (forks !== undefined)
      for (const f of forks) f.released = (f.released ?? new Set()).add(this.folios.headOf(pin.page));
    this.emit('release', { pin, at, presumed, by });
  }

  /** A line shows that a pin was held until now: what only its end could explain has no explanation. */
  heldSince(pin: Pin): void {
    const at = this.unexplained.get(pin);
    if (at === undefined) return;
    this.unexplained.delete(pin);
    this.tear('entries', at);
  }

  /** The pin turned out to be a short-lived reference that has long ended. */
  dismiss(pin: Pin): void {
    this.forget(pin);
    pin.state = 'released';
    if (pin.hold !== undefined) pin.hold.open--;
    pin.owner = 'transient';
    this.counts.pins--;
    this.counts.transient++;
  }

  /** The address space of a pin ended; the reference may still exist, but no mapping can change under it. */
  orphan(pin: Pin): void {
    if (pin.state !== 'held') return;
    this.settleMigration(pin, this.migrating.size > 0 && this.#isReturning(pin));
    if (pin.mm !== undefined) dropPin(pin.mm, pin);
    pin.state = 'orphan';
    this.counts.orphaned++;
  }

  /** remove_migration_pte() has been entered, and the line of what it maps is the next one of its task. */
  #isReturning({ mm }: Pin): boolean {
    for (const t of this.tasks.values()) if (t.previous === Kind.migrateIn && t.migrateIn?.mm === mm) return true;
    return false;
  }

  forget(pin: Pin): void {
    if (this.held.delete(pin) && pin.call.kind === 'GET' && pin.id > this.#considered) this.#references--;
    drop(this.pinsByPage, pin.page, pin);
    if (pin.hold !== undefined) this.pinsByFolio.delete(pin.hold.folio, pin);
    if (pin.mm !== undefined) dropPin(pin.mm, pin);
    else {
      const { pid } = pin.call.at;
      const same = this.withoutMm.get(pid);
      same?.delete(pin);
      if (same?.size === 0) this.withoutMm.delete(pid);
    }
  }

  /** The page was newly allocated, so all earlier pins on it have ended, whether their release was recorded or not. */
  reallocated(page: PageId, pages: number): void {
    this.folios.forget(page, pages);
    if (this.ofFile.size > 0) this.ofFile.delete(page);
    if (this.swapCache.size > 0) this.swapCache.deleteIn(page, page + pages);
    if (this.piped.size > 0) this.piped.deleteIn(page, page + pages);
    if (!this.unseenReads.none) this.unseenReads.forget(page, pages);
    for (const pin of this.pinsOf(page, pages).slice()) this.close(pin, this.at(), 'unseen');
  }

  /** The pages were free at some time after a place: pins taken before it have ended, whether this was recorded or not. */
  endBefore(page: PageId, pages: number, order: number): void {
    for (const pin of this.pinsOf(page, pages).slice())
      if (pin.call.at.order < order) this.close(pin, this.at(), 'unseen');
  }

  /** This page, or another of its folio, whose references are counted together, is known to be pinned. */
  isHeld(page: PageId): boolean {
    return this.pinsByPage.has(page) || this.pinsByFolio.has(this.folios.headOf(page));
  }

  /**
   * A CPU without events was either idle or not recorded (tracing_cpumask, per_cpu/, trace-cmd -M). If there are tasks
   * that were forked and never seen again, or half of the CPUs have no events, it was not recorded. Without a header the
   * CPUs are those up to the highest that has events.
   */
  silentCpus(): number {
    let seen = 0;
    for (const c of this.cpus) seen += c;
    const { cpus = this.cpus.findLastIndex(Boolean) + 1, recordedCpus = 0 } = this.facts;
    if (recordedCpus >= (this.facts.cpus ?? 1)) return 0;
    const silent = cpus - seen;
    if (silent <= 0 || seen === 0) return 0;
    return this.unseen.size > 0 || silent * 2 >= cpus ? silent : 0;
  }

  /**
   * An event of this kind would be in the trace if it had happened: such events were recorded, each with the fields it
   * needs.
   */
  recorded(kind: number): boolean {
    if (this.lacking[kind] > 0) return false;
    return this.seen[kind] > 0 || this.ahead.has(kind) || this.facts.armed?.has(kind) === true;
  }

  /** records of kinds that are not recorded any more; `seen` is without them */
  stopped = 0;

  /** From here on these kinds are not recorded. That they were seen does not show that they would be in the trace. */
  stopRecording(kinds: ReadonlySet<number>): void {
    for (const kind of kinds) {
      this.stopped += this.seen[kind];
      this.seen[kind] = 0;
    }
    this.ahead = new Set([...this.ahead].filter((kind) => !kinds.has(kind)));
  }

  /** Events may be missing from the trace. */
  partial(): boolean {
    return (
      this.lacking.some((n) => n > 0) ||
      this.gaps.length > 0 ||
      this.torn.rets + this.torn.entries + this.torn.steps + this.torn.exits + this.torn.pages + this.torn.absurd > 0 ||
      this.counts.claimed > 0 ||
      (this.facts.cpus !== undefined && this.silentCpus() > 0) ||
      this.facts.unread > 0 ||
      this.facts.filtered !== undefined ||
      this.facts.damage !== undefined
    );
  }
}
