// Rules at work: hands each of them the replay's transitions, gathers what they report, and makes one finding
// out of all that speak about the same drift.
import type { Model } from '../model/model.ts';
import type { Drift, Step } from '../model/state.ts';
import type { Rule } from '../rules/contract.ts';
import type { Finding } from '../rules/finding.ts';
import { type Draft, draftOf, type EvidenceStep, type HarmReport, harmOf } from './drafts.ts';
import { FindingWriter, type Group } from './finding-writer.ts';
import { failureWords, type RuleOptions, RunRules } from './run-rules.ts';
import { isAt, type Words } from './words.ts';

/** The rule whose verdict decides whether the whole is clean. */
export const DECIDING = 'insufficient-evidence';

/** Of notes that nothing but a missing line speaks for, so many are kept per rule; the others are counted. */
const MOST_NOTES = 400;

/** Reports that are one finding, and the steps that prove it in the order of the trace. */
interface Tale {
  group: Group;
  steps: readonly (Step | EvidenceStep)[];
}

export class Collector {
  /** notes of low confidence that were counted and not kept, by rule */
  readonly notKept = new Map<string, number>();
  readonly #notes = new Map<string, number>();
  /** the reports behind each finding, the most specific first */
  readonly told = new Map<Finding, readonly Draft[]>();
  readonly undecided = new Map<string, string[]>();
  readonly #model: Model;
  readonly #drafts: Draft[] = [];
  readonly #harm = new Map<Drift, HarmReport[]>();
  #tales: { of: number; list: readonly Tale[] } | undefined;

  constructor(model: Model, rules: readonly Rule[], options: RuleOptions = {}) {
    this.#model = model;
    new RunRules(
      model,
      rules,
      {
        report: (rule, report) => this.#keep({ rule, report: draftOf(report) }),
        harm: (_rule, report) => {
          const harm = harmOf(report);
          const list = this.#harm.get(harm.drift);
          if (list === undefined) this.#harm.set(harm.drift, [harm]);
          else list.push(harm);
        },
        undecided: (rule, reason) => this.#undecided(rule.meta.id, reason),
        failed: (failure) => {
          // what it would have said is not known, so nothing is clean
          this.#undecided(failure.rule, failureWords(failure));
          this.#undecided(DECIDING, `${failure.rule}: ${failureWords(failure)}`);
        },
      },
      options,
    );
  }

  #keep(d: Draft): void {
    const { id } = d.rule.meta;
    if (d.report.severity === 'note' && d.report.doubts?.some((doubt) => doubt.cap === 'low')) {
      const n = (this.#notes.get(id) ?? 0) + 1;
      this.#notes.set(id, n);
      if (n > MOST_NOTES) {
        this.notKept.set(id, n - MOST_NOTES);
        return;
      }
    }
    this.#drafts.push(d);
  }

  #undecided(id: string, reason: string): void {
    const list = this.undecided.get(id);
    if (list === undefined) this.undecided.set(id, [reason]);
    else if (!list.includes(reason)) list.push(reason);
  }

  /** Byte offsets of all lines the findings quote. */
  offsets(): number[] {
    const out: number[] = [];
    for (const { group, steps } of this.#tell()) {
      for (const s of steps) out.push(s.at.offset);
      for (const v of Object.values(group.main.report.data ?? {})) if (isAt(v)) out.push(v.offset);
    }
    return out;
  }

  /** @param trace index of the trace in the report */
  findings(trace: number, words: Words): Finding[] {
    const writer = new FindingWriter(this.#model, words);
    return this.#tell()
      .map(({ group, steps }) => ({ g: group, f: writer.write(group, steps, trace) }))
      .sort((a, b) => (a.f.evidence.at(-1)?.line ?? 0) - (b.f.evidence.at(-1)?.line ?? 0))
      .map(({ g, f }, i) => {
        const finding = { ...f, n: i + 1 };
        this.told.set(finding, [g.main, ...g.also]);
        return finding;
      });
  }

  /** Asked for twice: for the places of the lines, and when they are there. */
  #tell(): readonly Tale[] {
    if (this.#tales?.of !== this.#drafts.length) {
      const list = this.#group().map((group) => ({ group, steps: this.#steps(group) }));
      this.#tales = { of: this.#drafts.length, list };
    }
    return this.#tales.list;
  }

  /** Drafts about the same drift are one group, under the rule nobody in it overrides. */
  #group(): readonly Group[] {
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
    const byPin = new Map<unknown, Group[]>();
    for (const g of groups) {
      const list = byPin.get(g.drift?.pin);
      if (list === undefined) byPin.set(g.drift?.pin, [g]);
      else list.push(g);
    }
    for (const d of alone) {
      // the same story told by a rule about the drift of this pin: link it there
      const told = byPin.get(d.report.pin)?.find((g) => (g.main.rule.meta.overrides ?? []).includes(d.rule.meta.id));
      if (told !== undefined) told.also.push(d);
      else groups.push({ main: d, also: [], drift: undefined, harm: [] });
    }
    return groups;
  }

  #steps(g: Group): (Step | EvidenceStep)[] {
    const { report } = g.main;
    const { pin, drift } = report;
    const first = (role: Step['role']) => pin?.steps.find((s) => s.role === role) ?? [];
    const steps: (Step | EvidenceStep)[] = [first('grab'), first('pin')].flat();
    for (const d of [g.main, ...g.also]) steps.push(...(d.report.path ?? []));
    if (drift !== undefined && pin !== undefined) {
      if (drift.fault !== undefined) steps.push({ role: 'wp fault', at: drift.fault, page: pin.page } as Step);
      steps.push({
        role: drift.via === 'cow' ? 'copy' : drift.via === 'fault' ? 'map' : drift.via,
        at: drift.at,
        page: drift.page,
      } as Step);
      const submit = pin.steps.find((s) => s.role === 'i/o submit');
      if (submit !== undefined) steps.push(submit);
      for (const h of g.harm) steps.push(...(h.path ?? []));
      if (pin.releasedAt !== undefined && !pin.presumed && pin.releasedAt.line > drift.at.line)
        steps.push({ role: 'release', at: pin.releasedAt, page: pin.page });
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
