// The content of a trace for viewers, before encoding: a process track per address space, a track per pinned page with
// slices for what its address mapped, the I/O on it, the drift as an instant, and flows from the pin over its cause to
// the harm. perfetto.ts and chrome.ts encode the same tracks.
import type { Finding } from '../../contract/finding.ts';
import type { DetailedReport, PinLife, TraceInfo } from '../../contract/report.ts';
import { grouped } from '../../util/count.ts';
import { clean } from '../shared/format.ts';
import { choosePins, lives, mappingSpans, partingIndex, uses } from '../shared/lifeline.ts';
import { stepKind } from '../shared/steps.ts';
import { titleOf } from '../shared/title.ts';
import { formatWords, kernelWords, pathWords } from '../shared/words.ts';
import { type Clock, clockOf } from './clock.ts';
import { findingNotes, mappingName, type Notes, pageName, pinName, pinNotes, stepNotes } from './notes.ts';

export interface Track {
  kind: 'track';
  /** unique in the file, from 1 */
  id: number;
  parent?: number | undefined;
  name: string;
  /** this is the track of a process; each pid at most once */
  process?: { pid: number; name: string } | undefined;
  description?: string | undefined;
}

export interface Begin {
  kind: 'begin';
  track: number;
  time: number;
  name: string;
  category: 'pin' | 'mapping' | 'use' | 'finding';
  notes?: Notes | undefined;
  flows?: number[] | undefined;
}

export interface End {
  kind: 'end';
  track: number;
  time: number;
}

export interface Instant extends Omit<Begin, 'kind' | 'category'> {
  kind: 'instant';
  category: 'drift' | 'harm' | 'step';
  /** flows that end here */
  ends?: number[] | undefined;
}

export type Drawn = Track | Begin | End | Instant;

/** Viewers cannot handle more; the relevant ones are kept. */
const PINS_DRAWN = 20_000;

/** Tracks come before their content; the content of a track is ordered and nested. */
export function draw(detailed: DetailedReport, most: number = PINS_DRAWN): Generator<Drawn> {
  return new Drawing(detailed).all(most);
}

class Drawing {
  #drawn: Drawn[] = [];
  readonly #detailed: DetailedReport;
  readonly #report: DetailedReport['report'];
  readonly #findings: ReadonlyMap<number, Finding>;
  readonly #processes = new Map<string, number>();
  readonly #pids = new Set<number>();
  readonly #lanes = new Map<string, { track: number; end: number }[]>();
  #tracks = 0;

  constructor(detailed: DetailedReport) {
    this.#detailed = detailed;
    this.#report = detailed.report;
    this.#findings = new Map(detailed.report.findings.map((finding) => [finding.n, finding]));
  }

  *all(most: number): Generator<Drawn> {
    const every = lives(this.#detailed);
    const chosen = choosePins(every, most);
    for (const [i, trace] of this.#report.traces.entries()) {
      this.#overview(trace, i, every.length - chosen.length);
      yield* this.#take();
    }
    const clocks = this.#report.traces.map(clockOf);
    for (const pin of chosen.toSorted((a, b) => (a.from ?? 0) - (b.from ?? 0))) {
      const clock = clocks[pin.trace];
      if (clock !== undefined) {
        this.#pin(pin, clock);
        yield* this.#take();
      }
    }
  }

  #take(): Drawn[] {
    const taken = this.#drawn;
    this.#drawn = [];
    return taken;
  }

  /** The findings of one trace, each as a slice with its steps. */
  #overview(trace: TraceInfo, index: number, left: number): void {
    const clock = clockOf(trace);
    const name = ['findings', this.#report.traces.length > 1 ? `of ${pathWords(trace)}` : '', clock.remark];
    const about = [
      pathWords(trace),
      formatWords(trace),
      kernelWords(trace),
      `clock ${clean(trace.clock ?? 'not named')}`,
    ];
    if (left > 0) about.push(`${grouped(left)} pins that were not held longer than the others are omitted`);
    const parent = this.#track({ name: name.filter(Boolean).join(' '), description: about.join('; ') });
    for (const finding of this.#report.findings.filter((one) => one.trace === index)) {
      const times = clock.order(finding.evidence);
      const track = this.#track({ name: `${finding.n} ${clean(finding.rule)}`, parent });
      const first = times[0] ?? 0;
      this.#drawn.push({
        kind: 'begin',
        track,
        time: first,
        name: titleOf(finding),
        category: 'finding',
        notes: findingNotes(finding),
        flows: [finding.n],
      });
      for (const [i, step] of finding.evidence.entries()) {
        const time = times[i] ?? first;
        this.#drawn.push({
          kind: 'instant',
          track,
          time,
          name: clean(step.role),
          category: 'step',
          notes: stepNotes(step),
        });
      }
      this.#drawn.push({ kind: 'end', track, time: times.at(-1) ?? first });
    }
  }

  #pin(pin: PinLife, clock: Clock): void {
    const finding = pin.finding === undefined ? undefined : this.#findings.get(pin.finding);
    const steps = clock.order(pin.steps);
    const from = clock.at(pin.from, pin.line) ?? steps[0] ?? 0;
    const to = Math.max(
      from,
      pin.to ?? (pin.state === 'held' || pin.state === 'orphan' ? clock.end : steps.at(-1)) ?? from,
    );
    const inside = (i: number | undefined) => Math.min(to, Math.max(from, (i === undefined ? to : steps[i]) ?? from));
    const page = this.#page(pin);
    const track = this.#lane(page.key, page.name, page.parent, from, to);
    const roles = pin.steps.map((step) => step.role);
    const parting = partingIndex(pin.steps, finding);
    const flows = finding === undefined ? undefined : [finding.n];

    this.#drawn.push({
      kind: 'begin',
      track,
      time: from,
      name: pinName(pin),
      category: 'pin',
      notes: pinNotes(pin),
      flows,
    });
    const spans = mappingSpans(roles, parting);
    for (const [i, span] of spans.entries()) {
      const step = pin.steps[span.step];
      const start = i === 0 ? from : inside(span.step);
      if (span.step === parting && step !== undefined) {
        const notes = stepNotes(finding?.evidence.find(({ line }) => line === step.line) ?? step);
        this.#drawn.push({
          kind: 'instant',
          track,
          time: start,
          name: `drift: ${clean(step.what)}`,
          category: 'drift',
          notes,
          flows,
        });
      }
      this.#drawn.push({
        kind: 'begin',
        track,
        time: start,
        name: mappingName(span.mapping, pin, finding),
        category: 'mapping',
      });
      this.#drawn.push({ kind: 'end', track, time: i + 1 < spans.length ? inside(spans[i + 1]?.step) : to });
    }
    this.#drawn.push({ kind: 'end', track, time: to });
    this.#uses(pin, roles, track, inside);
    if (finding !== undefined) this.#harm(finding, clock, track);
  }

  #uses(pin: PinLife, roles: readonly string[], parent: number, inside: (i: number | undefined) => number): void {
    for (const use of uses(roles)) {
      const step = pin.steps[use.to ?? use.from];
      const [start, end] = [inside(use.from), inside(use.to)];
      const track = this.#lane(`${parent} use`, clean(pin.owner === 'pipe' ? 'pipe' : 'i/o'), parent, start, end);
      const notes = step === undefined ? undefined : stepNotes(step);
      this.#drawn.push({
        kind: 'begin',
        track,
        time: start,
        name: clean(step?.what ?? 'in use'),
        category: 'use',
        notes,
      });
      this.#drawn.push({ kind: 'end', track, time: end });
    }
  }

  #harm(finding: Finding, clock: Clock, parent: number): void {
    const i = finding.evidence.findLastIndex((step) => stepKind(step.role) === 'harm');
    const step = finding.evidence[i];
    if (step === undefined || finding.harm.length === 0) return;
    const time = clock.order(finding.evidence)[i] ?? 0;
    const track = this.#lane(`${parent} harm`, 'harm', parent, time, time);
    this.#drawn.push({
      kind: 'instant',
      track,
      time,
      name: finding.harm.join(', '),
      category: 'harm',
      notes: stepNotes(step),
      ends: [finding.n],
    });
  }

  /** The track for the pins of one page of one address space. */
  #page(pin: PinLife): { key: string; name: string; parent: number } {
    const process = `${pin.trace} ${pin.tgid ?? pin.pid ?? ''} ${pin.mm ?? ''}`;
    let parent = this.#processes.get(process);
    if (parent === undefined) {
      const pid = pin.tgid ?? pin.pid;
      const comm = clean(pin.comm ?? '');
      const space = pin.mm === undefined ? '' : `mm ${clean(pin.mm)}`;
      const name = [comm, pid ?? '', space].filter((part) => part !== '').join(' ') || 'unknown task';
      // A viewer identifies a process by its pid: another address space or trace with the same pid is a plain track.
      const own = pid !== undefined && pid > 0 && !this.#pids.has(pid);
      if (own) this.#pids.add(pid);
      parent = this.#track({ name, process: own ? { pid, name: comm } : undefined, description: space || undefined });
      this.#processes.set(process, parent);
    }
    const place = pin.address === undefined ? 'address not shown' : clean(pin.address);
    const page = pageName(pin);
    return { key: `${parent} ${place} ${page}`, name: `${place} = ${page}`, parent };
  }

  /** A track under `parent` that is free from `from` on: slices on a track must nest. */
  #lane(key: string, name: string, parent: number, from: number, to: number): number {
    const lanes = this.#lanes.get(key) ?? [];
    this.#lanes.set(key, lanes);
    let lane = lanes.find(({ end }) => end <= from);
    if (lane === undefined) {
      lane = {
        track: this.#track({ name: lanes.length === 0 ? name : `${name} (${lanes.length + 1})`, parent }),
        end: to,
      };
      lanes.push(lane);
    }
    lane.end = to;
    return lane.track;
  }

  #track(parts: Omit<Track, 'kind' | 'id'>): number {
    this.#tracks += 1;
    this.#drawn.push({ kind: 'track', id: this.#tracks, ...parts });
    return this.#tracks;
  }
}
