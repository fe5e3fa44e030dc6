// The page tables, and the coherence check that runs whenever an address gets a page.

import { Slot } from '../vocabulary/record.ts';
import { type At, SKEW_NS } from './at.ts';
import { Identities } from './identities.ts';
import { joined, NO_PINS } from './lists.ts';
import { type Change, NO_CHANGE } from './meanwhile.ts';
import { Ordered } from './ordered.ts';
import { isOvertaken, overtakes } from './overtaken.ts';
import { entryBits, entryOf, entryPage, type PageId, Pte } from './page-table.ts';
import { type DriftVia, isZapped, type StepRole } from './pin.ts';
import { type Drift, type Mm, MOST_STEPS, type Pin, type PinCall, Step, type StepDetails } from './state.ts';
import { Suspended } from './suspended.ts';
import { UnseenReads } from './unseen-reads.ts';

/** Address spaces that are searched for one that maps a page. */
const MOST_MMS = 4096;
/** Newest changes that are kept of an address space in which a GUP call does not return: more than a PMD has pages. */
const MOST_CHANGES = 640;
/** Address spaces of which it is remembered that migration unmapped pinned pages. */
const MOST_AWAY = 4096;
/** Pages of an address space of which it is remembered that KSM replaced them at an unknown address. */
const MOST_MERGED = 1 << 16;

export class Mapping extends Identities {
  /** live pins by page */
  readonly pinsByPage = new Ordered<Pin[]>();
  /** live pins whose anonymous page migration has unmapped, and whether it has begun to map a page there again */
  readonly migrating = new Map<Pin, boolean>();
  readonly counts = {
    pins: 0,
    transient: 0,
    released: 0,
    presumed: 0,
    orphaned: 0,
    withoutMm: 0,
    calls: 0,
    drifts: 0,
    unmatched: 0,
    /** pages returned by calls that had begun before the trace */
    begun: 0,
    /** pins held at the point where another capture begins */
    cut: 0,
    /** pages released that no line names */
    untold: 0,
    /** pages that a second pipe released, and that had become writable in between */
    teed: 0,
    /** write faults on pinned hugetlb pages that another process mapped too, of which no line shows how they ended */
    outcomes: 0,
    /** pinned pages that migration unmapped, and of which no line shows what was mapped back */
    vanished: 0,
    /** mappings that fork copied with device-exclusive entries in them, as far as known: it has to restore them first */
    exclusiveForks: 0,
    /** pages held by FOLL_PIN that were unmapped, and may have been in the swap cache: for swap, or as memory failed */
    unmapped: 0,
    /** anonymous pages pinned for writing that appeared at another address of their address space */
    strayed: 0,
    /** anonymous pages that were replaced or unmapped while a device read into them, and that no line has pinned */
    unseenReads: 0,
    /** pages that are only counted in lines, too many for the length of the trace: they are not tracked */
    claimed: 0,
  };

  readonly unseenReads = new UnseenReads();
  readonly #suspended = new Suspended();
  /** pages that KSM replaced at an address that no line shows, and what is mapped there instead */
  readonly #merged = new WeakMap<Mm, Map<PageId, PageId>>();
  /** addresses whose page migration unmapped while it was pinned, and that map nothing since */
  readonly #away = new Map<Mm, Set<number>>();

  /** Live pins expected at an address. */
  pinsAt(mm: Mm, vpn: number): readonly Pin[] {
    return mm.pins.size === 0 ? NO_PINS : (mm.pins.get(vpn) ?? NO_PINS);
  }

  /** Live pins expected in a range of pages. */
  pinsIn(mm: Mm, from: number, to: number): readonly Pin[] {
    if (mm.pins.size === 0) return NO_PINS;
    return to - from === 1 ? (mm.pins.get(from)?.slice() ?? NO_PINS) : joined(mm.pins.valuesIn(from, to));
  }

  /** Live pins of a run of pages. */
  pinsOf(page: PageId, pages: number): readonly Pin[] {
    if (this.pinsByPage.size === 0) return NO_PINS;
    return pages === 1 ? (this.pinsByPage.get(page) ?? NO_PINS) : joined(this.pinsByPage.valuesIn(page, page + pages));
  }

  /** An address gets a page: the entry is set and every pin there is checked (the one invariant). */
  install(mm: Mm, vpn: number, page: PageId, pages: number, bits: number, via: DriftVia, fault?: At): void {
    const entry = entryOf(page, Pte.Present | bits);
    // what a line shows where an unmapping is under way may have been mapped since before it: that is no change
    if (mm.meanwhile !== undefined && (via !== 'observed' || !mm.isGoing(vpn)))
      this.during(mm, vpn, vpn + pages, { page, via, fault, isShared: (bits & Pte.Shared) !== 0 });
    if (this.#away.size > 0) this.returned(mm, vpn, vpn + pages);
    if (!this.unseenReads.none && via !== 'observed')
      for (let i = 0; i < pages; i++) this.#leaves(mm, vpn + i, page + i);
    // no fault, KSM or khugepaged overtakes them: they hold the mmap lock
    const overtaken = via === 'migrate' && isOvertaken(mm);
    if (pages >= this.machine.pmdPages) {
      const head = vpn - (vpn % this.machine.pmdPages);
      const old = overtaken ? entryPage(mm.entry(head) ?? Number.NaN) : Number.NaN;
      mm.pmds.set(head / this.machine.pmdPages, entry);
      mm.ptes.deleteRange(head, head + this.machine.pmdPages);
      if (overtaken) overtakes(mm, head, old, this.machine.pmdPages);
      if (mm.pins.size > 0) {
        for (const pin of this.pinsIn(mm, head, head + this.machine.pmdPages))
          this.test(pin, page + (pin.where - head), via, fault);
      }
      return;
    }
    for (let i = 0; i < pages; i++) {
      const old = overtaken ? entryPage(mm.entry(vpn + i) ?? Number.NaN) : Number.NaN;
      mm.ptes.set(vpn + i, entry + i * 64);
      if (overtaken) overtakes(mm, vpn + i, old);
      if (mm.pins.size > 0) {
        const pins = mm.pins.get(vpn + i);
        if (pins !== undefined) for (const pin of pins.slice()) this.test(pin, page + i, via, fault);
      }
    }
  }

  /**
   * An address no longer names its page: if a device reads into that, somebody has a pin that is not in the trace. What
   * reclaim unmapped before the read began is free, and read into for another use.
   */
  #leaves(mm: Mm, vpn: number, page?: PageId): void {
    const entry = mm.entry(vpn);
    if (entry === undefined || (entryBits(entry) & Pte.Anon) === 0 || entryPage(entry) === page) return;
    const isOut = (entryBits(entry) & Pte.STATE) === Pte.Swap;
    const at = isOut ? this.#suspended.when(mm, vpn) : Number.POSITIVE_INFINITY;
    if (this.unseenReads.has(entryPage(entry), at)) this.counts.unseenReads++;
  }

  /** Forget what is mapped in a range. */
  clear(mm: Mm, from: number, to: number): void {
    if (!this.unseenReads.none) for (const vpn of mm.ptes.pagesIn(from, to)) this.#leaves(mm, vpn);
    if (this.#away.size > 0) this.returned(mm, from, to);
    this.#splitEdges(mm, from, to);
    mm.ptes.deleteRange(from, to);
    const [first, end] = [Math.ceil(from / this.machine.pmdPages), Math.floor(to / this.machine.pmdPages)];
    if (mm.hasPmds) mm.pmds.deleteRange(first, end);
    if (end > first) mm.hugetlb?.deleteIn(first, end);
  }

  /** The mappings of a range are moved by `shift` pages (move_page_tables()). */
  shift(mm: Mm, from: number, to: number, shift: number): void {
    const { ptes, pmds } = mm;
    this.#splitEdges(mm, from, to);
    const first = Math.ceil(from / this.machine.pmdPages);
    const end = Math.floor(to / this.machine.pmdPages);
    // a PMD is moved as a whole if both places are aligned
    if (shift % this.machine.pmdPages !== 0) for (const p of pmds.pagesIn(first, end)) this.split(mm, p);
    // nothing is mapped at the new place, even if the trace has not shown that
    if (from + shift >= to || to + shift <= from) this.clear(mm, from + shift, to + shift);
    ptes.move(from, to, shift);
    if (shift % this.machine.pmdPages === 0) pmds.move(first, end, shift / this.machine.pmdPages);
    mm.moveMarks(from, to, shift);
    const away = this.#away.get(mm);
    if (away !== undefined) this.#away.set(mm, new Set([...away].map((v) => (v >= from && v < to ? v + shift : v))));
  }

  /** A PMD mapping becomes PTEs of the same pages, if it is known to be anonymous (see splitEntries()). */
  split(mm: Mm, pmd: number): void {
    const entry = mm.pmds.at(pmd);
    mm.pmds.delete(pmd);
    if (Number.isNaN(entry) || (entryBits(entry) & Pte.Anon) === 0) return;
    for (let i = 0; i < this.machine.pmdPages; i++) {
      const v = pmd * this.machine.pmdPages + i;
      if (!mm.ptes.has(v)) mm.ptes.set(v, entry + i * 64);
    }
  }

  /** Only whole PMD mappings are removed with a range; those that extend beyond it are split. */
  #splitEdges(mm: Mm, from: number, to: number): void {
    if (!mm.hasPmds) return;
    if (from % this.machine.pmdPages !== 0) this.split(mm, Math.floor(from / this.machine.pmdPages));
    if (to % this.machine.pmdPages !== 0) this.split(mm, Math.floor(to / this.machine.pmdPages));
  }

  /** The entry stays and names the same page, but is no longer present. */
  suspend(mm: Mm, vpn: number, page: PageId, state: number, away?: Change['away']): void {
    const entry = mm.entry(vpn);
    const bits = entry === undefined ? 0 : entryBits(entry);
    const known = entry !== undefined && (bits & Pte.STATE) === Pte.Present ? entryPage(entry) : page;
    if (mm.meanwhile !== undefined) this.during(mm, vpn, vpn + 1, { away });
    this.#suspended.push(mm, vpn, this.row[this.o + Slot.TS]);
    const kind = state === Pte.Migration ? Pte.Anon | Pte.File : Pte.Anon;
    mm.ptes.set(vpn, entryOf(!Number.isNaN(known) ? known : page, state | (bits & kind)));
    if (state === Pte.DevExclusive) mm.markExclusive(vpn);
    else if (isOvertaken(mm)) overtakes(mm, vpn, known);
  }

  /**
   * GUP was given a page through an entry that is not present: a line that mapped it again is missing, unless the entry
   * was cleared while the call ran, as far as the clocks of two CPUs tell. For reading it may also be the zero page, which
   * has no line, where another one was: MADV_FREE drops what is swapped out (madvise_free_pte_range()), and what it has
   * marked reclaim discards (try_to_unmap_one()); neither leaves a line.
   */
  pinnedThrough(mm: Mm, vpn: number, { at: call, write }: PinCall, page: PageId): void {
    if (write === false && page !== entryPage(mm.entry(vpn) ?? Number.NaN)) return;
    const since = this.#suspended.when(mm, vpn);
    if (!(since >= call.ts - SKEW_NS)) this.tear('entries');
  }

  /** Page mapped at an address; NaN if not present or unknown. */
  mapped(mm: Mm, vpn: number): PageId {
    const entry = mm.entry(vpn);
    return entry !== undefined && (entryBits(entry) & Pte.STATE) === Pte.Present ? entryPage(entry) : Number.NaN;
  }

  /**
   * A pin ends; if its page was migrated, a line should have shown what is mapped since, unless migration has not come to
   * that yet, or what was left of the page there has been unmapped.
   * @param mayFollow remove_migration_pte() may be about to map it
   */
  settleMigration(pin: Pin, mayFollow: boolean): void {
    const hasBegun = this.migrating.size === 0 ? undefined : this.migrating.get(pin);
    if (hasBegun === undefined) return;
    this.migrating.delete(pin);
    if ((entryBits(pin.mm?.entry(pin.where) ?? 0) & Pte.STATE) === Pte.None) return;
    if (hasBegun && !mayFollow) this.counts.vanished++;
    else if (pin.mm !== undefined && this.#away.size < MOST_AWAY) {
      const away = this.#away.get(pin.mm) ?? new Set();
      this.#away.set(pin.mm, away.add(pin.where));
    }
  }

  /** Something is mapped in a range, or it is unmapped: migration has not lost it. */
  returned(mm: Mm, from: number, to: number): void {
    const away = this.#away.get(mm);
    if (away === undefined) return;
    if (to - from < away.size) for (let vpn = from; vpn < to; vpn++) away.delete(vpn);
    else for (const vpn of away) if (vpn >= from && vpn < to) away.delete(vpn);
    if (away.size === 0) this.#away.delete(mm);
  }

  protected forgetAway(): void {
    this.#away.clear();
  }

  /** Pages that migration has unmapped while they were pinned, and that no line shows mapped again by the end. */
  settleAway(mm?: Mm): void {
    for (const [at, away] of this.#away) {
      if (mm !== undefined && at !== mm) continue;
      this.counts.vanished += away.size;
      this.#away.delete(at);
    }
  }

  /** Another address space maps the page at the same address, as after fork; also true if there are too many to search. */
  isMappedElsewhere(mm: Mm, vpn: number, page: PageId): boolean {
    if (this.mmCount > MOST_MMS) return true;
    for (const other of this.mms.values())
      if (other !== mm && !other.dead && this.mapped(other, vpn) === page) return true;
    return false;
  }

  /**
   * The anonymous page is still mapped at the address where it was pinned for writing, and so is not of KSM: it was moved
   * from there, or unmapped.
   */
  isPinnedElsewhere(mm: Mm, page: PageId): boolean {
    if (this.pinsByPage.size === 0) return false;
    const isThere = (p: Pin): boolean => (p.entryBits & Pte.Anon) !== 0 && this.mapped(mm, p.where) === page;
    return this.pinsByPage.get(page)?.some((p) => p.mm === mm && p.call.write === true && isThere(p)) === true;
  }

  /** A range changes while GUP calls that have grabbed pages are under way in its address space. */
  during(mm: Mm, start: number, end: number, what: Partial<Omit<Change, 'start' | 'end' | 'at' | 'was'>>): void {
    const changes = mm.meanwhile?.changes;
    if (changes === undefined) return;
    if (changes.length === 2 * MOST_CHANGES) changes.splice(0, MOST_CHANGES);
    changes.push({ ...NO_CHANGE, start, end, at: this.at(), was: mm.entry(start), ...what });
  }

  /** The coherence check: does the address map the pinned page? */
  test(pin: Pin, page: PageId, via: DriftVia, fault?: At, at = this.at()): void {
    if (this.migrating.size > 0) this.migrating.delete(pin);
    if (!pin.live || Number.isNaN(pin.page)) return;
    if (page === pin.page) {
      if (via === 'observed') this.#seenAgain(pin, at);
      if (pin.drift !== undefined && pin.drift.healedAt === undefined) {
        pin.drift.healedAt = at;
        this.emit('heal', { drift: pin.drift, at });
        pin.drift = undefined;
      }
      return;
    }
    if (pin.drift !== undefined) return;
    // it was unmapped after all, later than the line says that saw it mapped, or that it was grabbed under
    const { grabAt, isGoing, spared } = pin;
    if (spared !== undefined && !pin.steps.some(({ role }) => role === 'zap')) {
      const wasGoing = isGoing || (grabAt !== undefined && spared.at.order < grabAt.order);
      // khugepaged fills up what is empty
      if (via === 'fault' || (wasGoing && (via === 'observed' || via === 'collapse'))) pin.steps.splice(-1, 0, spared);
    }
    const drift: Drift = { id: this.nextId(), pin, via, at, fault, page, where: pin.where, before: pin.steps.slice() };
    pin.drift = drift;
    pin.drifts++;
    this.counts.drifts++;
    this.emit('drift', { drift });
  }

  /**
   * A line shows the page where unmap_page_range() was called for the range. A fault may have mapped a page of a file again.
   * Nothing brings an anonymous one back: the call left it there. It unmaps what a file maps (unmap_mapping_range() with
   * even_cows = 0, for a hole punched into the file, a direct write to it), but not the copies that a private mapping has
   * of it (zap_pte_range(), mm/memory.c).
   */
  #seenAgain(pin: Pin, at: At): void {
    if (!isZapped(pin)) return;
    const i = pin.steps.findLastIndex(({ role }) => role === 'zap');
    if ((pin.entryBits & Pte.Anon) !== 0) {
      [pin.spared] = pin.steps.splice(i, 1);
      pin.isGoing = pin.mm?.isGoing(pin.where) === true;
    } else if (pin.mm?.isUntouched(pin.where) !== true) this.step([pin], 'observed', at, pin.page);
  }

  /** KSM maps another page where `page` was: no line shows the address. */
  mergedSomewhere(mm: Mm, page: PageId, kpage: PageId): void {
    const merged = this.#merged.get(mm) ?? new Map<PageId, PageId>();
    if (merged.size < MOST_MERGED) this.#merged.set(mm, merged.set(page, kpage));
  }

  /**
   * A line names a page where another was known: lines are missing, unless KSM put it there, or fork may not have copied the
   * mapping, which it does only if there are anonymous pages in it (vma_needs_copy()).
   */
  contradicts(mm: Mm, vpn: number, named: PageId): void {
    const entry = mm.entry(vpn);
    if (entry === undefined || (entryBits(entry) & Pte.STATE) !== Pte.Present) return;
    const mayBeEmpty = mm.parent !== undefined && (entryBits(entry) & (Pte.Shared | Pte.Anon)) === Pte.Shared;
    if (!mayBeEmpty && !mm.isGoing(vpn) && this.#merged.get(mm)?.get(entryPage(entry)) !== named) this.tear('entries');
  }

  step(pins: readonly Pin[], role: StepRole, at: At, page?: PageId, more?: StepDetails): void {
    for (const pin of pins) if (pin.steps.length < MOST_STEPS) pin.steps.push(new Step(role, at, page, more));
  }
}
