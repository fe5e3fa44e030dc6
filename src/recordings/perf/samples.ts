// Why: where the parts of a sample stand depends on the event's attr, and which attr that is stands in the sample.
import type { Kallsyms } from '../kallsyms.ts';
import type { PerfFile } from './file.ts';
import { tracepoints } from './file.ts';
import { type Attr, type IdLayout, idLayout, readSize, type SampleLayout, sampleLayout, TRACEPOINT } from './layout.ts';
import type { Records } from './records.ts';

/** A sample of another kind of event: cycles, the software clock. */
export const OTHER_SAMPLE = 'other';

export class Samples {
  /** of the first tracepoint's attr: where an id stands is the same in all of them */
  readonly first: SampleLayout;
  /** by the id that a sample carries */
  readonly #layouts = new Map<number, SampleLayout | typeof OTHER_SAMPLE>();
  /** of the other kinds of events */
  readonly #others = new Map<number, SampleLayout>();
  /** events of which the time stands elsewhere than in the first one, and what stands at the end of their other records */
  readonly #times = new Map<number, number>();
  readonly #tails = new Map<number, IdLayout>();
  /** of records that perf made up, which are of no event */
  readonly #tail: IdLayout;

  /** samples say of which event they are; else there is one event, or nobody knows */
  get hasIds(): boolean {
    return this.first.identifier >= 0 || this.first.id >= 0;
  }

  constructor(file: PerfFile) {
    this.first = sampleLayout(tracepoints(file)[0]);
    this.#tail = idLayout(file.attrs[0]);
    for (const attr of file.attrs) {
      this.#learnPlaces(attr);
      const layout = attr.type === TRACEPOINT ? sampleLayout(attr) : OTHER_SAMPLE;
      for (const id of attr.ids) {
        this.#layouts.set(id, layout);
        if (layout === OTHER_SAMPLE) this.#others.set(id, sampleLayout(attr));
      }
    }
  }

  #learnPlaces(attr: Attr): void {
    const { time } = sampleLayout(attr);
    const tail = idLayout(attr);
    const isUsual = tail.time === this.#tail.time && tail.cpu === this.#tail.cpu && tail.size === this.#tail.size;
    for (const id of attr.ids) {
      if (time !== this.first.time) this.#times.set(id, time);
      if (!isUsual) this.#tails.set(id, tail);
    }
  }

  /** Where its time stands, from behind the head of its record; -1: nowhere. */
  timeOf({ view, at, end, little }: Records): number {
    const { identifier, id, time } = this.first;
    if (this.#times.size === 0) return time;
    const place = at + 8 + Math.max(identifier, id);
    if (place < at + 8 || place + 8 > end) return time;
    return this.#times.get(Number(view.getBigUint64(place, little))) ?? time;
  }

  /** What stands at the end of a record that is no sample. */
  tailOf({ view, at, end, little }: Records): IdLayout {
    const { id } = this.#tail;
    if (this.#tails.size === 0 || id === 0 || end - id < at + 8) return this.#tail;
    return this.#tails.get(Number(view.getBigUint64(end - id, little))) ?? this.#tail;
  }

  /** undefined: it is of no event that the recording names */
  layoutOf({ view, at, end, little }: Records): SampleLayout | typeof OTHER_SAMPLE | undefined {
    const { identifier, id } = this.first;
    const place = identifier >= 0 ? identifier : id;
    if (place < 0) return this.first;
    if (at + 8 + place + 8 > end) return undefined;
    return this.#layouts.get(Number(view.getBigUint64(at + 8 + place, little)));
  }

  /** Whether a sample of another kind of event carries the data of a tracepoint, which its attr names: the attr's type is damaged. */
  isTracepoint(records: Records): boolean {
    const { view, at, end, little } = records;
    const { identifier, id } = this.first;
    const place = at + 8 + Math.max(identifier, id);
    if (place < at + 8 || place + 8 > end) return false;
    const layout = this.#others.get(Number(view.getBigUint64(place, little)));
    const raw = layout === undefined || layout.event === 0 ? -1 : rawAt(records, layout);
    if (raw < 0 || raw + 12 > end || view.getUint32(raw, little) < 8) return false;
    return view.getUint16(raw + 4, little) === layout?.event;
  }
}

/** Where the call chain is, or what stands behind it. */
function chainAt({ view, at, end, little }: Records, layout: SampleLayout): number {
  const place = at + 8 + layout.rest;
  return layout.read ? place + readSize(layout.readFormat, view, place, end, little) : place;
}

/** Where the u32 before the event's data is; -1: nowhere. */
export function rawAt(records: Records, layout: SampleLayout): number {
  const { view, end, little } = records;
  if (!layout.raw) return -1;
  let place = chainAt(records, layout);
  if (layout.callchain) {
    if (place + 8 > end) return -1;
    place += 8 + 8 * Number(view.getBigUint64(place, little));
  }
  return place + 4 <= end ? place : -1;
}

/** `get_arg_page+0x3e (ffffffff8e6e445e)` of a call chain; what perf puts between its parts is left out. */
export function stackOf(records: Records, layout: SampleLayout, kallsyms: Kallsyms | undefined): string[] {
  const { view, end, little } = records;
  const out: string[] = [];
  if (!layout.callchain) return out;
  let place = chainAt(records, layout);
  if (place + 8 > end) return out;
  const count = Number(view.getBigUint64(place, little));
  for (let i = 0; i < count && place + 16 <= end && out.length < 64; i++) {
    place += 8;
    const address = view.getBigUint64(place, little);
    // PERF_CONTEXT_*
    if (address >= 0xfffffffffffff001n) continue;
    const name = kallsyms?.name(Number(BigInt.asIntN(64, address)));
    out.push(name === undefined ? `\t${address.toString(16)}` : `\t${address.toString(16)} ${name}`);
  }
  return out;
}

/** The thread that a sample is of; where its event does not say, the data of the tracepoint behind `raw` do (common_pid). */
export function tidOf({ view, at, little }: Records, layout: SampleLayout, raw: number): number {
  return layout.tid < 0 ? view.getInt32(raw + 8, little) : view.getInt32(at + 8 + layout.tid + 4, little);
}

/** -1: the sample does not say. */
export const cpuOf = ({ view, at, little }: Records, layout: SampleLayout): number =>
  layout.cpu < 0 ? -1 : view.getInt32(at + 8 + layout.cpu, little);
