// Rules at work: hands each of them the replay's transitions, gathers what they report, and makes one finding
// out of all that speak about the same drift.
import type { Model } from '../model/model.ts';
import type { At, Drift, Mm, PageId, Pin, Step } from '../model/state.ts';
import type { TransitionName } from '../model/transitions.ts';
import type { Doubt, EvidenceStep, HarmReport, Report, Rule } from '../rules/contract.ts';
import type { Confidence, Evidence, Finding, Harm, Severity } from '../rules/finding.ts';
import { FOLL_NEW, FOLL_OLD, follNames, type Era } from '../vocabulary/era.ts';
import { fnNameIn } from '../vocabulary/functions.ts';
import { fingerprint } from '../report/fingerprint.ts';
import type { EvidenceLine } from './evidence.ts';

interface Draft {
  rule: Rule;
  report: Report;
}

const LEVELS: readonly Confidence[] = ['certain', 'high', 'medium', 'low'];
const STRENGTH: readonly Severity[] = ['note', 'warning', 'error'];
const worse = (a: Severity, b: Severity): Severity => (STRENGTH.indexOf(a) >= STRENGTH.indexOf(b) ? a : b);
const ORDER_SKEW_NS = 10_000;

export class Collector {
  readonly undecided = new Map<string, string[]>();
  readonly #rules: readonly Rule[];
  readonly #model: Model;
  readonly #drafts: Draft[] = [];
  readonly #harm = new Map<Drift, HarmReport[]>();

  constructor(model: Model, rules: readonly Rule[]) {
    this.#model = model;
    this.#rules = rules;
    for (const rule of rules) {
      const handlers = rule.create({
        model,
        report: (report) => this.#drafts.push({ rule, report }),
        harm: (report) => {
          const list = this.#harm.get(report.drift);
          if (list === undefined) this.#harm.set(report.drift, [report]);
          else list.push(report);
        },
        undecided: (reason) => {
          const list = this.undecided.get(rule.meta.id);
          if (list === undefined) this.undecided.set(rule.meta.id, [reason]);
          else if (!list.includes(reason)) list.push(reason);
        },
      });
      for (const [name, handler] of Object.entries(handlers)) {
        if (handler !== undefined) model.on(name as TransitionName, handler as never);
      }
    }
  }

  /** Byte offsets of all lines the findings quote. */
  offsets(): number[] {
    const out: number[] = [];
    for (const f of this.#group()) {
      for (const s of this.#steps(f)) out.push(s.at.offset);
      for (const v of Object.values(f.main.report.data ?? {})) if (isAt(v)) out.push(v.offset);
    }
    return out;
  }

  /** @param trace index of the trace in the report */
  findings(trace: number, era: Era | undefined, symbols: readonly string[], lines: ReadonlyMap<number, EvidenceLine>, timeUnit: string): Finding[] {
    const writer = new FindingWriter(this.#model, era, symbols, lines, timeUnit);
    return this.#group()
      .map((g) => writer.write(g, this.#steps(g), trace))
      .sort((a, b) => (a.evidence.at(-1)?.line ?? 0) - (b.evidence.at(-1)?.line ?? 0))
      .map((f, i) => ({ ...f, n: i + 1 }));
  }

  /** Drafts about the same drift are one group, under the rule nobody in it overrides. */
  #group(): Group[] {
    const byDrift = new Map<Drift, Draft[]>();
    const alone: Draft[] = [];
    for (const d of this.#drafts) {
      if (d.report.drift === undefined) alone.push(d);
      else {
        const list = byDrift.get(d.report.drift);
        if (list === undefined) byDrift.set(d.report.drift, [d]);
        else list.push(d);
      }
    }
    const groups: Group[] = [];
    for (const [drift, drafts] of byDrift) {
      const overridden = new Set(drafts.flatMap((d) => d.rule.meta.overrides ?? []));
      const main = drafts.find((d) => !overridden.has(d.rule.meta.id)) ?? drafts[0];
      groups.push({ main, also: drafts.filter((d) => d !== main), drift, harm: this.#harm.get(drift) ?? [] });
    }
    for (const d of alone) {
      // the same story told by a rule about the drift of this pin: link it there
      const told = groups.find((g) => g.drift?.pin === d.report.pin && (g.main.rule.meta.overrides ?? []).includes(d.rule.meta.id));
      if (told !== undefined) told.also.push(d);
      else groups.push({ main: d, also: [], drift: undefined, harm: [] });
    }
    return groups;
  }

  #steps(g: Group): (Step | EvidenceStep)[] {
    const { report } = g.main;
    const { pin, drift } = report;
    const steps: (Step | EvidenceStep)[] = [...pin.steps.filter((s) => s.role === 'grab').slice(0, 1), ...pin.steps.filter((s) => s.role === 'pin').slice(0, 1)];
    for (const d of [g.main, ...g.also]) steps.push(...(d.report.path ?? []));
    if (drift !== undefined) {
      if (drift.fault !== undefined) steps.push({ role: 'wp fault', at: drift.fault, page: pin.page } as Step);
      steps.push({ role: drift.via === 'cow' ? 'copy' : drift.via === 'fault' ? 'map' : drift.via, at: drift.at, page: drift.page } as Step);
      const submit = pin.steps.find((s) => s.role === 'i/o submit');
      if (submit !== undefined) steps.push(submit);
      for (const h of g.harm) steps.push(...(h.path ?? []));
      if (pin.releasedAt !== undefined && !pin.presumed && pin.releasedAt.line > drift.at.line) steps.push({ role: 'release', at: pin.releasedAt, page: pin.page });
    }
    const seen = new Set<number>();
    return steps
      .filter((s) => {
        if (seen.has(s.at.line)) return false;
        seen.add(s.at.line);
        return true;
      })
      .sort((a, b) => a.at.line - b.at.line);
  }
}

interface Group {
  main: Draft;
  also: Draft[];
  drift: Drift | undefined;
  harm: HarmReport[];
}

const isAt = (v: unknown): v is At => typeof v === 'object' && v !== null && 'offset' in v;
const isMm = (v: unknown): v is Mm => typeof v === 'object' && v !== null && 'ptes' in v;
const hex = (n: number): string => (n < 0 ? `0x${BigInt.asUintN(64, BigInt(n)).toString(16)}` : `0x${n.toString(16)}`);

class FindingWriter {
  readonly #model: Model;
  readonly #era: Era | undefined;
  readonly #symbols: readonly string[];
  readonly #lines: ReadonlyMap<number, EvidenceLine>;
  readonly #timeUnit: string;

  constructor(model: Model, era: Era | undefined, symbols: readonly string[], lines: ReadonlyMap<number, EvidenceLine>, timeUnit: string) {
    this.#model = model;
    this.#era = era;
    this.#symbols = symbols;
    this.#lines = lines;
    this.#timeUnit = timeUnit;
  }

  write(g: Group, steps: (Step | EvidenceStep)[], trace: number): Finding {
    const { rule, report } = g.main;
    const { pin, drift } = report;
    const harm = [...new Set<Harm>([...(report.harm ?? []), ...(report.selfInflicted === true ? [] : g.harm.map((h) => h.harm))])];
    const evidence = steps.map((s) => this.#evidence(s, pin));
    const values: Record<string, string> = { pinned: this.#page(pin.page), mapped: drift === undefined ? '' : this.#page(drift.page) };
    for (const [key, v] of Object.entries(report.data ?? {})) values[key] = isAt(v) ? this.#task(v) : isMm(v) ? hex(v.ptr) : String(v);
    let message = fill(rule.meta.messages[report.messageId] ?? report.messageId, values);
    const seen = g.harm.find((h) => h.seen);
    if (report.selfInflicted !== true && seen !== undefined) message = `${message}; ${fill(seen.message, values)}`;
    const { confidence, doubts } = this.#confidence(pin, drift, report.doubts ?? []);
    const api = fnNameIn(pin.call.fn, this.#era?.name);
    const flags = this.#flags(pin);
    return {
      n: 0,
      rule: rule.meta.id,
      also: [...new Set(g.also.map((d) => d.rule.meta.id))],
      severity: this.#severity(g),
      confidence,
      doubts,
      selfInflicted: report.selfInflicted === true,
      harm,
      pin: {
        pid: known(pin.call.at.pid),
        tgid: known(pin.call.at.tgid) ?? this.#creator(pin.call.at),
        comm: this.#lines.get(pin.call.at.offset)?.comm || undefined,
        mm: pin.mm === undefined ? undefined : hex(pin.mm.ptr),
        address: Number.isFinite(pin.vpn) ? hex(pin.vpn * 4096) : undefined,
        pfn: this.#pfn(pin.page),
        page: pin.page === pin.page ? hex(pin.page * 64) : undefined,
        api,
        caller: pin.call.caller >= 0 ? this.#symbols[pin.call.caller] : undefined,
        flags,
        time: known(pin.call.heldAt.ts),
      },
      mapping: drift === undefined || drift.page !== drift.page ? undefined : { pfn: this.#pfn(drift.page), page: hex(drift.page * 64) },
      cause: report.cause,
      evidence,
      message,
      why: rule.meta.why,
      fixedBy: [...rule.meta.fixedBy],
      advice: rule.meta.advice,
      fingerprint: fingerprint({ rule: rule.meta.id, api, flags, path: evidence.map((e) => ({ role: e.role, fn: e.fn })), harm }),
      trace,
    };
  }

  #severity(g: Group): Severity {
    const { report } = g.main;
    if (report.selfInflicted === true) return 'note';
    let severity = report.severity;
    const promised = report.promise === undefined || this.#era === undefined ? undefined : this.#era.promises[report.promise];
    if (promised === true) severity = 'error';
    const pin = report.pin;
    if (g.drift !== undefined && pin.call.write) {
      severity = worse(severity, g.harm.length > 0 ? 'warning' : 'note');
      // the loss itself was seen: whatever the kernel promised, data are gone
      if (g.harm.some((h) => h.seen)) severity = 'error';
    }
    return severity;
  }

  #confidence(pin: Pin, drift: Drift | undefined, more: readonly Doubt[]): { confidence: Confidence; doubts: string[] } {
    const doubts: Doubt[] = [...more];
    const doubt = (cap: Confidence, because: string) => doubts.push({ cap, because });
    const m = this.#model;
    const end = drift?.at.line ?? pin.releasedAt?.line ?? Number.POSITIVE_INFINITY;
    const gaps = m.gaps.filter((gap) => gap.at.line > pin.call.at.line && gap.at.line < end).length;
    if (gaps > 0) doubt('low', 'events were lost while the pin was held');
    else if (m.gaps.length > 0) doubt('medium', 'the trace has lost events elsewhere');
    if (pin.pageFrom === 'mapping') doubt('medium', 'the pinned page is taken from the mapping, no grab names it');
    if (pin.pageFrom === 'unknown') doubt('low', 'no line names the pinned page');
    if (pin.call.ret !== pin.call.ret) doubt('medium', 'the return of the GUP call was not recorded');
    if (drift !== undefined) {
      if (drift.via === 'observed') doubt('medium', 'the event that put the other page there was not recorded');
      if (drift.page !== drift.page) doubt('medium', 'the new page is not named');
      if (drift.via === 'cow' && drift.fault === undefined) doubt('high', 'the write fault around the copy was not recorded');
    }
    if (pin.releasedAt === undefined || pin.presumed) {
      if (pin.call.kind === 'GET') doubt('medium', 'the release of this FOLL_GET reference leaves no line, so how long it was held is not known');
      else if (pin.presumed) doubt('medium', 'the release was not recorded');
      else doubt('high', 'the pin is still held at the end of the trace');
    }
    if (drift !== undefined && pin.releasedAt !== undefined && pin.releasedAt.cpu !== drift.at.cpu && Math.abs(pin.releasedAt.ts - drift.at.ts) < ORDER_SKEW_NS && this.#timeUnit === 'ns') {
      doubt('low', 'the copy and the release are closer than the clocks of two CPUs can tell');
    }
    const cap = Math.max(0, ...doubts.map((d) => LEVELS.indexOf(d.cap)));
    return { confidence: LEVELS[cap], doubts: [...new Set(doubts.map((d) => d.because))] };
  }

  #flags(pin: Pin): string[] {
    const { call } = pin;
    if (call.flags !== call.flags) return [];
    const layout = this.#era?.foll ?? ((call.flags & 0x10000) !== 0 && call.longterm ? FOLL_OLD : undefined);
    if (layout === undefined) {
      // undecided era: only what both layouts agree on
      return [`FOLL_${call.kind}`, ...(call.write ? ['FOLL_WRITE'] : []), ...(call.longterm ? ['FOLL_LONGTERM'] : [])];
    }
    const kind = layout[`FOLL_${call.kind}`];
    return follNames(call.flags | kind, layout === FOLL_NEW ? FOLL_NEW : FOLL_OLD);
  }

  #pfn(page: PageId): string | undefined {
    const pfn = this.#model.pfn(page);
    return pfn === undefined ? undefined : hex(pfn);
  }

  #page(page: PageId): string {
    if (page !== page) return 'another page';
    const pfn = this.#pfn(page);
    return pfn === undefined ? `page ${hex(page * 64)}` : `pfn ${pfn}`;
  }

  /** An io_uring worker carries its creator in its name: `iou-wrk-602`, `iou-sqp-602` (io_uring/io-wq.c). */
  #creator(at: At): number | undefined {
    const m = /^iou-(?:wrk|sqp)-(\d+)$/.exec(this.#lines.get(at.offset)?.comm ?? '');
    return m === null ? undefined : Number(m[1]);
  }

  #task(at: At): string {
    const line = this.#lines.get(at.offset);
    return `${line?.comm || '?'}[${at.pid >= 0 ? at.pid : '?'}]`;
  }

  #evidence(step: Step | EvidenceStep, pin: Pin): Evidence {
    const { at } = step;
    const line = this.#lines.get(at.offset);
    const comm = line?.comm ?? '';
    return {
      role: step.role,
      line: at.line,
      offset: at.offset,
      time: known(at.ts),
      cpu: known(at.cpu),
      pid: known(at.pid),
      task: at.pid >= 0 ? `${comm || '?'}-${at.pid}` : undefined,
      fn: fnNameIn(at.fn, this.#era?.name),
      what: 'what' in step ? step.what : this.#what(step, pin),
      text: line?.text ?? '',
      stack: line !== undefined && line.stack.length > 0 ? line.stack : undefined,
    };
  }

  #what(step: Step, pin: Pin): string {
    const page = this.#page(step.page ?? pin.page);
    switch (step.role) {
      case 'pin':
        return `${page}  ${this.#flags(pin).join('|')}`;
      case 'grab':
        return `reference on ${page}`;
      case 'map':
        return `${page} mapped`;
      case 'unmap':
        return `PTE -> swap entry of ${page}`;
      case 'swap-in':
        return `${page} mapped ${step.exclusive === true ? 'exclusive' : 'read-only'}`;
      case 'fork':
        return `${this.#page(pin.page)} shared with the child${step.child === undefined ? '' : `, mm ${hex(step.child.ptr)}`}`;
      case 'early copy':
        return `the child gets a copy, ${page}`;
      case 'wrprotect':
        return `read-only by ${step.wrprotect ?? 'protection'}`;
      case 'zap':
        return `${this.#page(pin.page)} unmapped`;
      case 'move':
        return 'mapping moved';
      case 'wp fault':
        return `write fault on ${page}`;
      case 'copy':
        return `${this.#page(pin.page)} -> ${page}`;
      case 'reuse':
        return `${page} made writable again`;
      case 'i/o submit':
      case 'i/o end':
        return `${step.io?.dir ?? 'I/O'} ${step.io?.bytes ?? '?'} bytes ${step.io?.dir === 'WRITE' ? 'from' : 'into'} ${this.#page(pin.page)}`;
      case 'release':
        return `${this.#page(pin.page)} given back`;
      default:
        return page;
    }
  }
}

const known = (n: number): number | undefined => (n >= 0 || n < 0 ? (n === -1 ? undefined : n) : undefined);
const fill = (text: string, values: Record<string, string>): string => text.replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);
