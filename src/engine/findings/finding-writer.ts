// Writes the finding from the reports of rules: severity by the promises of the kernel, confidence by the evidence,
// every step with its line.

import type { Confidence, Evidence, Finding, Harm, PinInfo, Severity } from '../../contract/finding.ts';
import { type At, SKEW_NS } from '../../model/at.ts';
import type { Model } from '../../model/model.ts';
import type { Drift, Pin, Step } from '../../model/state.ts';
import { Kind } from '../../vocabulary/kinds.ts';
import { hex } from '../../vocabulary/number.ts';
import { isAt, isMm, knownNumber, type Words } from '../reading/words.ts';
import type { Doubt, DraftValue, EvidenceStep, Group, Subject } from './drafts.ts';
import { driftOf } from './evidence-steps.ts';
import { fingerprint, formerFingerprint } from './fingerprint.ts';
import { fixesFor } from './fixes.ts';
import { isUnsure, oneOfSeveral } from './one-of-several.ts';
import { isNobodys, isOfNobody, isOver, wasDone } from './over.ts';
import { processOf } from './process-of.ts';

const LEVELS: readonly Confidence[] = ['certain', 'high', 'medium', 'low'];
const STRENGTH: readonly Severity[] = ['note', 'warning', 'error'];
const worse = (a: Severity, b: Severity): Severity => (STRENGTH.indexOf(a) >= STRENGTH.indexOf(b) ? a : b);
/** Kinds that show the release of a FOLL_PIN. */
const RELEASES = [Kind.putFolio, Kind.unpin, Kind.unpinPages, Kind.unpinFolio, Kind.unpinRange, Kind.bioRelease];
/** What shows that the pages of a bio are given back (bio_release_pages()). */
const OF_BIO = [Kind.bioEnd, Kind.bioRelease, Kind.bioCheckDirty, Kind.putFolio, Kind.unpinFolio];

export class FindingWriter {
  readonly #model: Model;
  readonly #words: Words;
  readonly #over: boolean;
  /** a page was replaced, and an unmapping by the process itself would not have been recorded */
  blind = false;
  /** pins that may have been released, but then another one was held to which the same happened */
  #oneOf: ReadonlySet<Pin> = new Set();
  /** something happened to a page, and a release that no line gives to a pin may have been that of its pin */
  unsure = false;

  /** @param over the trace has ended */
  constructor(model: Model, words: Words, over = true) {
    this.#model = model;
    this.#words = words;
    this.#over = over;
  }

  /** To be called before: what is known of all findings together. */
  weigh(groups: readonly Group[]): void {
    this.#oneOf = oneOfSeveral(this.#model, groups, (g) => this.#severity(g) !== 'note');
  }

  write(g: Group, steps: readonly (Step | EvidenceStep)[], trace: number): Finding {
    const { rule, report } = g.main;
    const { pin, drift } = report;
    const w = this.#words;
    const selfInflicted = report.selfInflicted === true;
    const harm = [...new Set<Harm>([...(report.harm ?? []), ...(selfInflicted ? [] : g.harm.map((h) => h.harm))])];
    const evidence = steps.map((s) => this.#evidence(s, pin));
    const values: Record<string, string> = {
      pinned: w.page(pin?.page ?? report.about?.page ?? Number.NaN),
      mapped: w.page(drift?.page ?? Number.NaN),
    };
    for (const [key, v] of Object.entries(report.data ?? {})) values[key] = this.#value(v);
    let message = fill(rule.meta.messages[report.messageId] ?? report.messageId, values);
    const seen = g.harm.find((h) => h.seen);
    if (!selfInflicted && seen !== undefined) message = `${message}; ${fill(seen.message, values)}`;
    const info = pin === undefined ? this.#subject(report.about) : this.#pin(pin);
    const doubts = this.#doubts(pin, drift, report.at, report.doubts ?? []);
    const severity = this.#severity(g);
    const unsure = pin !== undefined && isUnsure(pin, drift?.at ?? report.at) && !this.#oneOf.has(pin);
    this.unsure ||= unsure && severity !== 'note';
    const name = { rule: rule.meta.id, api: info.api, flags: info.flags };
    return {
      n: 0,
      rule: rule.meta.id,
      also: [...new Set(g.also.map((d) => d.rule.meta.id))],
      // an error must be certain, which it is not if lines are missing
      severity:
        unsure || (pin !== undefined && isOfNobody(pin))
          ? 'note'
          : severity === 'error' && doubts.some((d) => d.missing === true)
            ? 'warning'
            : severity,
      confidence: LEVELS[Math.max(0, ...doubts.map((d) => LEVELS.indexOf(d.cap)))],
      doubts: [...new Set(doubts.map((d) => d.because))],
      selfInflicted,
      harm,
      pin: info,
      process: pin === undefined ? undefined : processOf(pin, drift, w),
      mapping: drift === undefined ? undefined : this.#mapping(drift),
      cause: report.cause,
      evidence,
      message,
      why: rule.meta.why,
      fixedBy: fixesFor(rule.meta.fixedBy, {
        pin,
        caller: info.caller,
        by: report.by,
        showsDirectIo: w.era?.promises.odirectPins === true || this.#model.recorded(Kind.bioAdd),
        swpExclusiveSince: this.#model.machine.arch?.swpExclusiveSince,
      }),
      advice: report.advice ?? rule.meta.advice,
      // only roles: function names differ between kernels, the steps do not
      fingerprint: fingerprint({ ...name, path: driftOf(g) }),
      formerFingerprints: [
        formerFingerprint({ ...name, owner: pin?.owner, path: evidence.map(({ role }) => ({ role })), harm }),
      ],
      trace,
    };
  }

  #value(value: DraftValue): string {
    if (typeof value !== 'object') return String(value);
    if (isAt(value)) return this.#words.task(value);
    return isMm(value) ? hex(value.ptr) : this.#words.page(value.page);
  }

  #pin(pin: Pin): PinInfo {
    const w = this.#words;
    const { at } = pin.call;
    return {
      pid: knownNumber(at.pid),
      tgid: w.tgid(at),
      comm: w.line(at)?.comm || undefined,
      mm: pin.mm === undefined ? undefined : hex(pin.mm.ptr),
      address: Number.isFinite(pin.vpn) ? w.address(pin.vpn) : undefined,
      pfn: w.pfn(pin.page),
      page: w.pagePointer(pin.page),
      api: w.fn(pin.call.fn),
      caller: w.symbol(pin.call.caller),
      flags: w.flags(pin),
      time: knownNumber(pin.call.heldAt.ts),
    };
  }

  #mapping({ page, pin, where }: Drift): Finding['mapping'] {
    const w = this.#words;
    const address = where === pin.vpn ? undefined : w.address(where);
    return Number.isNaN(page) && address === undefined
      ? undefined
      : { pfn: w.pfn(page), page: w.pagePointer(page), address };
  }

  #subject(about: Subject | undefined): PinInfo {
    if (about === undefined) return { flags: [] };
    const w = this.#words;
    return {
      pid: knownNumber(about.at.pid),
      tgid: w.tgid(about.at),
      comm: w.line(about.at)?.comm || undefined,
      mm: hex(about.mm.ptr),
      address: w.address(about.vpn),
      pfn: w.pfn(about.page),
      page: w.pagePointer(about.page),
      api: w.fn(about.at.fn),
      flags: [],
      time: knownNumber(about.at.ts),
    };
  }

  #severity(g: Group): Severity {
    const { report } = g.main;
    if (report.selfInflicted === true) return 'note';
    if (g.drift !== undefined && this.#isOver(g.drift)) return 'note';
    let severity = report.severity;
    const era = this.#words.era;
    if (report.unlessPromised !== undefined && era?.promises[report.unlessPromised] === true) return 'note';
    if (report.promise !== undefined && era?.promises[report.promise] === true) severity = 'error';
    if (g.drift !== undefined && report.pin?.call.write === true) {
      severity = worse(severity, g.harm.length > 0 ? 'warning' : 'note');
      // the loss itself was observed: data are lost whatever the kernel promised
      if (g.harm.some((h) => h.seen)) severity = 'error';
    }
    // without the write fault it may also have been an unmapping that was not recorded
    const sure =
      g.drift === undefined ||
      (g.drift.via !== 'fault' &&
        g.drift.via !== 'observed' &&
        !(g.drift.via === 'cow' && g.drift.fault === undefined));
    // a bio releases its pages when it ends, and that line is missing
    const shows = RELEASES.some((k) => this.#model.seen[k] > 0);
    if (
      report.pin !== undefined &&
      !(shows && report.pin.call.kind === 'PIN') &&
      wasDone(report.pin, g.drift?.at ?? report.at)
    )
      return 'note';
    if (g.drift === undefined && report.pin !== undefined && this.#mayBeAnother(report.pin)) return 'note';
    if (!sure && severity !== 'note' && !this.#unmappingShows(report.pin)) {
      this.blind = true;
      return 'note';
    }
    return severity === 'error' && !sure ? 'warning' : severity;
  }

  /**
   * The end of a FOLL_GET reference need not be recorded. Where allocations are not recorded either, the page may have
   * been freed and allocated anew since, so nothing can be concluded from what another process does to it.
   */
  #mayBeAnother({ call, releasedAt, presumed }: Pin): boolean {
    return call.kind === 'GET' && (releasedAt === undefined || presumed) && !this.#model.recorded(Kind.newAnon);
  }

  #isOver(drift: Drift): boolean {
    return isOver(drift, this.#words.era?.promises.swapinWaits === true);
  }

  /**
   * Had the process given the range back itself, the trace would show it. Since v7.0 munmap() does that in a function of
   * its own; and pages of hugetlb go in one of theirs (__unmap_hugepage_range()).
   */
  #unmappingShows(pin: Pin | undefined): boolean {
    if (pin?.hugetlb === true) return false;
    const era = this.#words.era;
    const own = era?.munmapIsUnmapVmas === true;
    return this.#model.recorded(Kind.zap) && (!own || this.#model.recorded(Kind.unmapVmas));
  }

  #doubts(pin: Pin | undefined, drift: Drift | undefined, at: At | undefined, more: readonly Doubt[]): Doubt[] {
    if (pin !== undefined) return [...more, ...this.#pinDoubts(pin, drift, at)];
    if (this.#model.gaps.length > 0) return [...more, { cap: 'medium', because: 'events are missing from the trace' }];
    return [...more];
  }

  #pinDoubts(pin: Pin, drift: Drift | undefined, at: At | undefined): Doubt[] {
    const doubts: Doubt[] = [];
    const doubt = (cap: Confidence, because: string) => doubts.push({ cap, because });
    const missing = (cap: Confidence, because: string) => doubts.push({ cap, because, missing: true });
    const { gaps } = this.#model;
    const end = drift?.at.order ?? pin.releasedAt?.order ?? Number.POSITIVE_INFINITY;
    if (gaps.some((gap) => gap.at.order > pin.call.at.order && gap.at.order < end))
      missing('low', 'events were lost while the pin was held');
    else if (gaps.length > 0) doubt('medium', 'events were lost elsewhere in the trace');
    const { missed = [], missedKinds, unread } = this.#model.facts;
    const isOpen = pin.releasedAt === undefined || pin.presumed;
    if (isOpen && unread > 0)
      missing('medium', 'lines could not be read, and the release of the pin may be among them');
    else if (unread > 0) doubt('high', 'lines of the trace could not be read');
    if (isOpen && RELEASES.some((k) => missedKinds?.has(k) === true))
      missing('low', 'release probes missed hits, so the pin may have been released earlier');
    else if (missed.length > 0) doubt('medium', 'probes missed hits elsewhere in the trace');
    const { torn } = this.#model;
    if ((torn.first?.order ?? 0) <= end) {
      if (torn.rets + torn.entries + torn.steps > 0) missing('medium', 'lines are missing before this');
      if (torn.absurd + torn.pages > 0)
        missing('medium', 'a line before this has a number that no kernel prints there');
    }
    if (this.#model.lacking.some((n) => n > 0))
      missing('medium', 'events of this trace lack fields needed to reconstruct what happened');
    if (drift?.via === 'collapse' && !this.#unmappingShows(pin))
      doubt('medium', 'khugepaged also fills holes, and no unmapping is recorded');
    if (pin.pageFrom === 'mapping') missing('medium', 'the pinned page is inferred from the mapping; no grab names it');
    if (pin.pageFrom === 'unknown') missing('low', 'no event names the pinned page');
    // GUP-fast's second read of the entry, which is undone by a release
    if (pin.partedInCall && !this.#model.recorded(Kind.putFolio))
      missing('low', 'the address changed before the call returned, and a release of the page would not be visible');
    if (!pin.call.returned) missing('medium', 'the return of the GUP call was not recorded');
    if (drift !== undefined) {
      if (drift.via === 'observed') missing('medium', 'the event that mapped the other page was not recorded');
      if (this.#isOver(drift))
        doubt(
          'low',
          'the kernel does this only to a page without other references, so the reference, whose release is not recorded, had been dropped',
        );
      if (Number.isNaN(drift.page)) doubt('medium', 'the new page is not named');
      if (drift.via === 'cow' && drift.fault === undefined)
        doubt('high', 'the write fault around the copy was not recorded');
    }
    const { releasedAt } = pin;
    if (this.#oneOf.has(pin))
      missing(
        'medium',
        'one of several pins was released, and no line tells which; the same happened to the page of each',
      );
    else if (isUnsure(pin, drift?.at ?? at))
      missing('low', 'a release that may belong to this pin does not identify its pin');
    if (isOfNobody(pin)) missing('low', 'no event shows who took this reference, which may have been short-lived');
    if (releasedAt === undefined || pin.presumed) {
      if (pin.call.kind === 'GET' && !this.#givesBack(pin))
        doubts.push({
          cap: 'medium',
          because: 'the release of this FOLL_GET reference is not recorded, so its hold time is not known',
          // what another process does to the page is harmless once the reference is dropped
          missing: drift === undefined || isNobodys(pin),
        });
      else if (pin.presumed) missing('medium', 'the release was not recorded');
      else if (pin.owner === 'bio' && !OF_BIO.some((k) => this.#model.recorded(k)))
        missing('medium', 'neither the end of I/O nor a release by it is recorded in this trace');
      else if (!RELEASES.some((k) => this.#model.recorded(k)))
        missing('medium', 'no release is recorded in this trace, so the hold time of the pin is not known');
      else doubt('high', this.#over ? 'the pin is still held at the end of the trace' : 'the pin is still held');
    }
    if (
      drift !== undefined &&
      releasedAt !== undefined &&
      releasedAt.cpu !== drift.at.cpu &&
      this.#words.timeUnit === 'ns' &&
      Math.abs(releasedAt.ts - drift.at.ts) < SKEW_NS
    ) {
      doubt('low', 'the copy and the release are too close in time for the clocks of two CPUs to order');
    }
    return doubts;
  }

  /** A reference owned by a bio or a pipe is released by it, which is recorded. */
  #givesBack({ owner, presumed }: Pin): boolean {
    if (presumed) return false;
    return (
      (owner === 'bio' && this.#model.recorded(Kind.bioRelease)) ||
      (owner === 'pipe' && this.#model.recorded(Kind.pipeRelease))
    );
  }

  #evidence(step: Step | EvidenceStep, pin: Pin | undefined): Evidence {
    const { at } = step;
    const w = this.#words;
    const line = w.line(at);
    return {
      role: step.role,
      ...w.seenAt(at),
      what: 'what' in step ? step.what : w.what(step, pin),
      text: line?.text ?? '',
      ...(line?.record === undefined ? {} : { record: line.record }),
      stack: line !== undefined && line.stack.length > 0 ? line.stack : undefined,
      from: w.origin?.(at.line),
    };
  }
}

const fill = (text: string, values: Record<string, string>): string =>
  text.replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);
