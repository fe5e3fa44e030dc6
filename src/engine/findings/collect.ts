// Runs the rules: passes the transitions of the replay to each of them, collects their reports, and merges all reports
// about the same drift into one finding.

import type { Finding } from '../../contract/finding.ts';
import { INSUFFICIENT_EVIDENCE } from '../../contract/report.ts';
import type { At } from '../../model/at.ts';
import type { Model } from '../../model/model.ts';
import type { Drift, Step } from '../../model/state.ts';
import type { Rule } from '../../rules/contract.ts';
import { isAt, type Words } from '../reading/words.ts';
import type { RuleFailure } from '../running/observe.ts';
import { failureText, type RuleOptions, RunRules } from '../running/run-rules.ts';
import { holds } from './contradiction.ts';
import { type Draft, draftOf, type EvidenceStep, type Group, type HarmReport, harmOf } from './drafts.ts';
import { evidenceOf } from './evidence-steps.ts';
import { FindingWriter } from './finding-writer.ts';
import { NoteQuota } from './note-quota.ts';

/** The reports about one drift. */
interface Story {
  readonly drafts: Draft[];
  readonly harm: HarmReport[];
  /** the note, if it is one whatever harm is reported later */
  note?: Draft;
  /** it was reported in full, and nothing more is expected */
  retired?: boolean;
}

/** The subject of a finding: a drift, or a report without one. */
export type About = Drift | Draft;

export const aboutOf = ({ group }: Tale): About => group.drift ?? group.main;

/** The reports of one finding, and the steps that prove it in trace order. */
export interface Tale {
  group: Group;
  steps: readonly (Step | EvidenceStep)[];
}

export class Collector {
  /** the reports of each finding, the most specific first */
  readonly told = new Map<Finding, readonly Draft[]>();
  readonly undecided = new Map<string, string[]>();
  /** rules that threw, by id: the first time */
  readonly failures = new Map<string, RuleFailure>();
  readonly #model: Model;
  readonly #notes = new NoteQuota();
  readonly #stories = new Map<Drift, Story>();
  /** stories that were only counted; they are freed with their drifts */
  readonly #aside = new WeakMap<Drift, Story>();
  /** drafts without a drift */
  readonly #alone: Draft[] = [];
  #reports = 0;
  /** subjects of reports since the last call; undefined: not needed */
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
          // its results are unknown, so nothing is clean
          if (!this.failures.has(failure.rule)) this.failures.set(failure.rule, failure);
          this.#undecided(failure.rule, failureText(failure));
          if (failure.rule !== INSUFFICIENT_EVIDENCE)
            this.#undecided(INSUFFICIENT_EVIDENCE, `${failure.rule} failed, so its results are missing`);
        },
      },
      options,
    );
  }

  /** Number of notes that were counted but not kept, by rule. */
  get notKept(): ReadonlyMap<string, number> {
    return this.#notes.over;
  }

  /** Enables {@link changed} during the trace. */
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

  /** The findings changed since the last call. */
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

  /** All findings that are reported in full and not forgotten. */
  tales(): readonly Tale[] {
    return this.#tell();
  }

  /** It was reported, and nothing more is expected: free it. A later report recreates it. */
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

  /** Byte offsets of all lines quoted in findings. */
  offsets(): number[] {
    return this.#tell().flatMap((tale) => Collector.places(tale).map((at) => at.offset));
  }

  /** Places of all lines quoted in a finding. */
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

  /** One finding, as far as known during the trace. */
  write({ group, steps }: Tale, words: Words, over: boolean): Finding {
    const writer = new FindingWriter(this.#model, words, over);
    // all others are looked at only where it matters: a watch writes each finding as it comes
    if (group.main.report.pin?.unsure !== undefined) writer.weigh(this.#groups());
    return writer.write(group, steps, 0);
  }

  #groups(): Group[] {
    return this.#tell().map(({ group }) => group);
  }

  /** @param trace index of the trace in the report */
  findings(trace: number, words: Words): Finding[] {
    const writer = new FindingWriter(this.#model, words);
    writer.weigh(this.#groups());
    const told = this.#tell().map(({ group, steps }) => ({ g: group, f: writer.write(group, steps, trace) }));
    if (writer.blind)
      this.#undecided(
        INSUFFICIENT_EVIDENCE,
        'a pinned page was replaced and no unmapping is recorded (unmap_page_range, unmap_vmas), so it is not known ' +
          'whether the process unmapped it itself',
      );
    if (writer.unsure)
      this.#undecided(
        INSUFFICIENT_EVIDENCE,
        'no line tells whether a pin of these findings was among those released before',
      );
    return told
      .sort((a, b) => (a.f.evidence.at(-1)?.line ?? 0) - (b.f.evidence.at(-1)?.line ?? 0))
      .map(({ g, f }, i) => {
        const finding = { ...f, n: i + 1 };
        this.told.set(finding, [g.main, ...g.also]);
        return finding;
      });
  }

  /** Called twice: for the places of the lines, and when the lines are available. */
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

  /** Drafts about the same drift form one group, under the rule that no other in it overrides. */
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
      // another rule reports the same about the drift of this pin: link it there
      const told = byPin.get(d.report.pin)?.find((g) => (g.main.rule.meta.overrides ?? []).includes(d.rule.meta.id));
      if (told !== undefined) told.also.push(d);
      else groups.push({ main: d, also: [], drift: undefined, harm: [] });
    }
    return groups;
  }
}

const isNote = ({ report }: Draft): boolean => report.severity === 'note' && report.promise === undefined;

/** The task that owns the pin; if there is none, the task in which it happened. */
const taskOf = ({ report }: Draft): number => (report.pin?.call.at ?? report.about?.at ?? report.at)?.pid ?? Number.NaN;

/** The rule that no other overrides. */
function mainOf(drafts: readonly Draft[]): Draft {
  const overridden = new Set(drafts.flatMap((d) => d.rule.meta.overrides ?? []));
  return drafts.find((d) => !overridden.has(d.rule.meta.id)) ?? drafts[0];
}
