// Rules at work: hands each of them the replay's transitions, gathers what they report, and makes one finding
// out of all that speak about the same drift.

import type { Finding } from '../contract/finding.ts';
import { INSUFFICIENT_EVIDENCE } from '../contract/report.ts';
import type { At } from '../model/at.ts';
import type { Model } from '../model/model.ts';
import type { Drift, Step } from '../model/state.ts';
import type { Rule } from '../rules/contract.ts';
import { holds } from './contradiction.ts';
import { type Draft, draftOf, type EvidenceStep, type Group, type HarmReport, harmOf } from './drafts.ts';
import { evidenceOf } from './evidence-steps.ts';
import { FindingWriter } from './finding-writer.ts';
import { NoteQuota } from './note-quota.ts';
import type { RuleFailure } from './observe.ts';
import { failureWords, type RuleOptions, RunRules } from './run-rules.ts';
import { isAt, type Words } from './words.ts';

/** What is said about one drift. */
interface Story {
  readonly drafts: Draft[];
  readonly harm: HarmReport[];
  /** the note it is, where it is one whatever else will be said about harm */
  note?: Draft;
  /** it was told whole, and waits for nothing */
  retired?: boolean;
}

/** What a finding is about: a drift, or a report about none. */
export type About = Drift | Draft;

export const aboutOf = ({ group }: Tale): About => group.drift ?? group.main;

/** Reports that are one finding, and the steps that prove it in the order of the trace. */
export interface Tale {
  group: Group;
  steps: readonly (Step | EvidenceStep)[];
}

export class Collector {
  /** the reports behind each finding, the most specific first */
  readonly told = new Map<Finding, readonly Draft[]>();
  readonly undecided = new Map<string, string[]>();
  /** rules that threw, by id: the first time */
  readonly failures = new Map<string, RuleFailure>();
  readonly #model: Model;
  readonly #notes = new NoteQuota();
  readonly #stories = new Map<Drift, Story>();
  /** stories that were counted only; they go with their drifts */
  readonly #aside = new WeakMap<Drift, Story>();
  /** drafts about no drift */
  readonly #alone: Draft[] = [];
  #reports = 0;
  /** what was reported about since somebody asked; undefined: nobody will */
  #changed: Set<About> | undefined;
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
          this.#storyOf(harm.drift).harm.push(harm);
          this.touch(harm.drift);
        },
        undecided: (rule, reason) => this.#undecided(rule.meta.id, reason),
        failed: (failure) => {
          // what it would have said is not known, so nothing is clean
          if (!this.failures.has(failure.rule)) this.failures.set(failure.rule, failure);
          this.#undecided(failure.rule, failureWords(failure));
          if (failure.rule !== INSUFFICIENT_EVIDENCE)
            this.#undecided(INSUFFICIENT_EVIDENCE, `${failure.rule} failed, so its results are missing`);
        },
      },
      options,
    );
  }

  /** Notes that were counted and not kept, by rule. */
  get notKept(): ReadonlyMap<string, number> {
    return this.#notes.over;
  }

  /** Somebody will ask for what has changed, while the trace goes on. */
  follow(): void {
    this.#changed = new Set();
  }

  /** There is something new about this drift. */
  touch(drift: Drift): void {
    this.#reports++;
    this.#changed?.add(drift);
    const story = this.#aside.get(drift);
    if (story?.retired !== true) return;
    story.retired = false;
    this.#stories.set(drift, story);
  }

  /** What was reported about since this was asked last. */
  changed(): Tale[] {
    const changed = this.#changed;
    if (changed === undefined || changed.size === 0) return [];
    const tales = this.#tell().filter((tale) => {
      const { drift, main, also } = tale.group;
      return [drift, main, ...also].some((one) => one !== undefined && changed.has(one));
    });
    changed.clear();
    return tales;
  }

  /** All that is told and not forgotten. */
  tales(): readonly Tale[] {
    return this.#tell();
  }

  /** It was told, and nothing more is expected: keep nothing of it. What is reported yet brings it back. */
  forget(tale: Tale): void {
    const { drift, main, also } = tale.group;
    for (const d of [main, ...also]) {
      const at = this.#alone.indexOf(d);
      if (at >= 0) this.#alone.splice(at, 1);
    }
    const story = drift && this.#stories.get(drift);
    if (drift !== undefined && story !== undefined) {
      this.#stories.delete(drift);
      story.retired = true;
      this.#aside.set(drift, story);
    }
    const note = story?.note ?? (drift === undefined && isNote(main) ? main : undefined);
    if (note !== undefined) this.#notes.giveBack(note.rule.meta.id, taskOf(note), false);
    this.#reports++;
  }

  #keep(d: Draft): void {
    const { drift } = d.report;
    if (drift === undefined) this.#reports++;
    else this.touch(drift);
    this.#changed?.add(drift ?? d);
    if (drift === undefined) {
      if (!isNote(d) || this.#notes.take(d.rule.meta.id, taskOf(d))) this.#alone.push(d);
      return;
    }
    const story = this.#storyOf(drift);
    story.drafts.push(d);
    const main = mainOf(story.drafts);
    const note = main.report.selfInflicted === true ? main : undefined;
    if (note === story.note) return;
    if (story.note !== undefined)
      this.#notes.giveBack(story.note.rule.meta.id, taskOf(story.note), !this.#stories.has(drift));
    story.note = note;
    if (note === undefined || this.#notes.take(note.rule.meta.id, taskOf(note))) this.#stories.set(drift, story);
    else {
      this.#stories.delete(drift);
      this.#aside.set(drift, story);
    }
  }

  #storyOf(drift: Drift): Story {
    const known = this.#stories.get(drift) ?? this.#aside.get(drift);
    if (known !== undefined) return known;
    const story: Story = { drafts: [], harm: [] };
    this.#stories.set(drift, story);
    return story;
  }

  #undecided(id: string, reason: string): void {
    const list = this.undecided.get(id);
    if (list === undefined) this.undecided.set(id, [reason]);
    else if (!list.includes(reason)) list.push(reason);
  }

  /** Byte offsets of all lines the findings quote. */
  offsets(): number[] {
    return this.#tell().flatMap((tale) => Collector.places(tale).map((at) => at.offset));
  }

  /** Places of all lines that a finding quotes. */
  static places({ group, steps }: Tale): At[] {
    const data = Object.values(group.main.report.data ?? {}).filter(isAt);
    const { pin, about } = group.main.report;
    return [
      ...steps.map((s) => s.at),
      ...data,
      ...(pin === undefined ? [] : [pin.call.at]),
      ...(about ? [about.at] : []),
    ];
  }

  /** One finding, as far as it is known while the trace goes on. */
  write({ group, steps }: Tale, words: Words, over: boolean): Finding {
    return new FindingWriter(this.#model, words, over).write(group, steps, 0);
  }

  /** @param trace index of the trace in the report */
  findings(trace: number, words: Words): Finding[] {
    const writer = new FindingWriter(this.#model, words);
    const told = this.#tell().map(({ group, steps }) => ({ g: group, f: writer.write(group, steps, trace) }));
    if (writer.blind)
      this.#undecided(
        INSUFFICIENT_EVIDENCE,
        'a pinned page was replaced and no unmapping is recorded (unmap_page_range, unmap_vmas), so it is not known ' +
          'whether the process unmapped it itself',
      );
    return told
      .sort((a, b) => (a.f.evidence.at(-1)?.line ?? 0) - (b.f.evidence.at(-1)?.line ?? 0))
      .map(({ g, f }, i) => {
        const finding = { ...f, n: i + 1 };
        this.told.set(finding, [g.main, ...g.also]);
        return finding;
      });
  }

  /** Asked for twice: for the places of the lines, and when they are there. */
  #tell(): readonly Tale[] {
    if (this.#tales?.of !== this.#reports) {
      const list = this.#group()
        .filter((group) => this.#holds(group))
        .map((group) => ({ group, steps: evidenceOf(group) }));
      this.#tales = { of: this.#reports, list };
    }
    return this.#tales.list;
  }

  #holds(group: Group): boolean {
    if (holds(group)) return true;
    this.#undecided(
      INSUFFICIENT_EVIDENCE,
      `${group.main.rule.meta.id} reported something its own evidence contradicts; this is a bug in pindrift`,
    );
    return false;
  }

  /** Drafts about the same drift are one group, under the rule nobody in it overrides. */
  #group(): readonly Group[] {
    const groups: Group[] = [];
    for (const [drift, { drafts, harm }] of this.#stories) {
      if (drafts.length === 0) continue;
      const main = mainOf(drafts);
      groups.push({ main, also: drafts.filter((d) => d !== main), drift, harm });
    }
    const byPin = new Map<unknown, Group[]>();
    for (const g of groups) {
      const list = byPin.get(g.drift?.pin);
      if (list === undefined) byPin.set(g.drift?.pin, [g]);
      else list.push(g);
    }
    for (const d of this.#alone) {
      // the same story told by a rule about the drift of this pin: link it there
      const told = byPin.get(d.report.pin)?.find((g) => (g.main.rule.meta.overrides ?? []).includes(d.rule.meta.id));
      if (told !== undefined) told.also.push(d);
      else groups.push({ main: d, also: [], drift: undefined, harm: [] });
    }
    return groups;
  }
}

const isNote = ({ report }: Draft): boolean => report.severity === 'note' && report.promise === undefined;

/** The task whose pin it is about; where there is none, that in which it happened. */
const taskOf = ({ report }: Draft): number => (report.pin?.call.at ?? report.about?.at ?? report.at)?.pid ?? Number.NaN;

/** The one that nobody else overrides. */
function mainOf(drafts: readonly Draft[]): Draft {
  const overridden = new Set(drafts.flatMap((d) => d.rule.meta.overrides ?? []));
  return drafts.find((d) => !overridden.has(d.rule.meta.id)) ?? drafts[0];
}
