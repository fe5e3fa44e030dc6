// Why: the samples of perf.data in the order of time, with the names of their tasks and what was lost. A tracepoint's
// sample carries the event as the ring buffer would hold it, so its values are read as those of trace.dat.
import { latin1 } from '../bytes.ts';
import type { RecordedEvent, Recording, RecordingHead, ShownEvent } from '../contract.ts';
import { Decoder, type Payload } from '../decode.ts';
import type { Kallsyms } from '../kallsyms.ts';
import { contextOf, printArguments, printedTime } from '../print.ts';
import { outside, type PerfFile, tracepoints } from './file.ts';
import {
  type IdLayout,
  idLayout,
  RecordType,
  readSize,
  type SampleLayout,
  sampleLayout,
  TRACEPOINT,
} from './layout.ts';
import { Order } from './order.ts';
import { type RecordRange, Records } from './records.ts';
import { isInShape } from './shape.ts';

/** Records between two looks at the clock. */
const AT_ONCE = 16384;
const MOST_BAD = 5;
/** Places that are kept for showing events; beyond them the recording is read again. */
const MOST_PLACES = 1 << 23;

/** A sample of another kind of event: cycles, the software clock. */
const OTHER = 'other';

/** One file of records, in the order of time. */
class Stream {
  readonly records: Records;
  readonly order = new Order();
  ended = false;
  /** samples came since the last round */
  open = false;
  /** samples came */
  sampled = false;

  constructor(range: RecordRange, little: boolean) {
    this.records = new Records(range, little);
  }
}

export class PerfRecording implements Recording {
  readonly head: RecordingHead;
  readonly size: number | undefined;
  readonly bad: { index: number; reason: string }[] = [];
  badCount = 0;
  damage: string | undefined;
  readonly #file: PerfFile;
  readonly #ranges: readonly RecordRange[];
  readonly #streams: Stream[];
  /** by the id that a sample carries */
  readonly #layouts = new Map<number, SampleLayout | typeof OTHER>();
  /** of the first tracepoint's attr: where an id stands is the same in all of them */
  readonly #layout: SampleLayout;
  readonly #ids: IdLayout;
  readonly #kallsyms: Kallsyms | undefined;
  readonly #decoders: (Decoder | undefined)[] = [];
  readonly #comms = new Map<number, string>();
  readonly #origin: { hi: number; lo: number };
  readonly #payload: Payload = { buf: new Uint8Array(0), view: new DataView(new ArrayBuffer(0)), start: 0, end: 0 };
  readonly #nameWidth: number;
  #decoder: Decoder | undefined;
  #index = 0;
  #left = 0;
  #lost = 0;
  #lostSamples = 0;
  #finished = false;
  /** places in the file, by index; of several files the number of the file is in `#placeOf` */
  #places = new Float64Array(1 << 12);
  #of = new Uint16Array(1 << 12);

  constructor(file: PerfFile, ranges: readonly RecordRange[], kallsyms: Kallsyms | undefined) {
    this.#file = file;
    this.#ranges = ranges;
    this.#streams = ranges.map((range) => new Stream(range, file.little));
    const events = tracepoints(file);
    this.#layout = sampleLayout(events[0]);
    this.#ids = idLayout(events[0]);
    for (const attr of file.attrs) {
      const layout = attr.type === TRACEPOINT ? sampleLayout(attr) : OTHER;
      for (const id of attr.ids) this.#layouts.set(id, layout);
    }
    this.#kallsyms = kallsyms;
    const first = firstTime(ranges, file.little, this.#layout);
    const seconds = first / 1_000_000_000n;
    const origin = seconds * 1_000_000_000n;
    this.#origin = { hi: Number(origin >> 32n), lo: Number(origin & 0xffffffffn) };
    this.#nameWidth = Math.max(
      0,
      ...[...(file.meta?.formats.values() ?? [])]
        .filter((f) => f.system !== 'ftrace')
        .map((f) => f.system.length + f.name.length + 1),
    );
    this.size = file.data.bytes.size;
    this.damage = file.damage.length === 0 ? undefined : `perf.data: ${file.damage.join('; ')}`;
    this.head = {
      format: 'perf.data',
      variant: [file.piped ? 'pipe' : '', ranges.length > 1 ? `${ranges.length} files` : ''].filter(Boolean).join(', '),
      kernel: file.release,
      clock: 'perf',
      timeUnit: this.#layout.time < 0 ? 'none' : 'ns',
      timeDigits: this.#layout.time < 0 ? 0 : 9,
      timeBase: Number(seconds),
      cpus: file.cpus,
    };
  }

  get position(): number {
    const [{ start, end }] = this.#ranges;
    return Math.floor(((this.#streams[0].records.next - start) / Math.max(1, end - start)) * (this.size ?? 0));
  }

  fill(): boolean {
    this.#left = AT_ONCE;
    if (!this.#finished) return true;
    const damage = new Set([...this.#file.damage, ...this.#streams.flatMap(({ records }) => records.damage ?? [])]);
    this.damage = damage.size === 0 ? undefined : `perf.data: ${[...damage].join('; ')}`;
    return false;
  }

  next(out: RecordedEvent): boolean {
    while (this.#left > 0 && !this.#finished) {
      this.#left--;
      const stream = this.#nextStream();
      if (stream === undefined) {
        this.#finished = true;
        return this.#lostAtEnd(out);
      }
      if (this.#give(stream, out)) return true;
    }
    return false;
  }

  argumentsText(): string {
    const decoder = this.#decoder;
    return decoder === undefined
      ? ''
      : printArguments(decoder.format, this.#payload, this.#file.little, this.#kallsyms);
  }

  show(places: readonly number[]): ShownEvent[] {
    const out: ShownEvent[] = [];
    for (const place of [...places].sort((a, b) => a - b)) {
      if (place > this.#index || place < 1 || place > MOST_PLACES) continue;
      const { records } = this.#streams[this.#of[place]];
      const back = records.next;
      if (records.read(this.#places[place]) && records.type === RecordType.Sample) {
        const shown = this.#shown(place, records);
        if (shown !== undefined) out.push(shown);
      }
      records.next = back;
    }
    return out;
  }

  close(): void {
    for (const { bytes } of this.#ranges) if (bytes !== this.#file.data.bytes) bytes.close();
    this.#file.data.bytes.close();
  }

  /** The stream whose turn it is; its order stands at the record. */
  #nextStream(): Stream | undefined {
    const streams = this.#streams;
    if (streams.length === 1) return this.#advance(streams[0]) ? streams[0] : undefined;
    let best: Stream | undefined;
    for (const stream of streams) {
      if (!this.#waits.has(stream)) {
        if (!this.#advance(stream)) continue;
        this.#waits.add(stream);
      }
      if (best === undefined || stream.order.time < best.order.time) best = stream;
    }
    if (best !== undefined) this.#waits.delete(best);
    return best;
  }
  readonly #waits = new Set<Stream>();

  /** Bring the next record's turn about: read until a round is full. */
  #advance(stream: Stream): boolean {
    const { order, records } = stream;
    while (!order.take()) {
      if (stream.ended) return false;
      this.#readRound(stream, records);
    }
    return true;
  }

  #readRound(stream: Stream, records: Records): void {
    const { order } = stream;
    const { time } = this.#layout;
    while (records.step()) {
      switch (records.type) {
        case RecordType.Sample:
          stream.open = true;
          stream.sampled = true;
          order.put(time < 0 ? 0 : this.#time(records, records.at + 8 + time), records.place);
          break;
        case RecordType.Lost:
        case RecordType.LostSamples:
        case RecordType.Comm:
        case RecordType.Fork: {
          if (!this.#isInShape(stream, records)) break;
          const { time: back } = this.#ids;
          const known = back > 0 && records.end - back >= records.at + 8;
          const hi = known ? records.view.getUint32(records.end - back + (records.little ? 4 : 0), records.little) : 0;
          const ts = known ? this.#time(records, records.end - back) : Number.NaN;
          // tasks that were there before have no time
          if (!known || (hi === 0 && ts < -1e9) || ts < -3600e9) this.#aside(records);
          else order.put(ts, records.place);
          break;
        }
        case RecordType.FinishedRound:
          if (!this.#isInShape(stream, records)) break;
          stream.open = false;
          order.round();
          return;
        default:
          if (this.#isInShape(stream, records)) records.skip(outside(records));
      }
    }
    stream.ended = true;
    order.finish();
    // a stream does not say how long it is, but perf ends it with a round
    if (this.#file.piped && stream.open) records.damage ??= 'the stream is cut: it ends within a round';
  }

  /** A record that is not what its type says may have been a sample. */
  #isInShape({ sampled }: Stream, records: Records): boolean {
    if (isInShape(records, this.#ids, this.#layout.readFormat, this.#file.piped && !sampled)) return true;
    this.#isBad(`a record of kind ${records.type} is damaged, or of a kind that is not known`);
    return false;
  }

  #time({ view, little }: Records, at: number): number {
    const hi = view.getUint32(little ? at + 4 : at, little);
    const lo = view.getUint32(little ? at : at + 4, little);
    return (hi - this.#origin.hi) * 4294967296 + (lo - this.#origin.lo);
  }

  /** A record without a time. */
  #aside(records: Records): void {
    if (records.type === RecordType.LostSamples) this.#lostSamples += this.#count(records, 8);
    else if (records.type === RecordType.Lost) this.#lostSamples += this.#count(records, 16);
    else this.#task(records);
  }

  #count({ view, at, end, little }: Records, offset: number): number {
    return at + offset + 8 <= end ? Number(view.getBigUint64(at + offset, little)) : 0;
  }

  /** COMM: u32 pid, u32 tid, name. FORK: u32 pid, ppid, tid, ptid: a child has its parent's name until it takes another. */
  #task({ type, view, buf, at, end, little }: Records): void {
    if (at + 24 > end) return;
    if (type === RecordType.Fork) {
      const comm = this.#comms.get(view.getInt32(at + 20, little));
      if (comm !== undefined) this.#setComm(view.getInt32(at + 16, little), comm);
      return;
    }
    let stop = at + 16;
    while (stop < end && stop < at + 32 && buf[stop] !== 0) stop++;
    this.#setComm(view.getInt32(at + 12, little), latin1(buf.subarray(at + 16, stop)));
  }

  /** Task ids end at 4 million (PID_MAX_LIMIT). */
  #setComm(tid: number, comm: string): void {
    if (this.#comms.size < 1 << 22) this.#comms.set(tid, comm);
  }

  /** Give the record whose turn it is. False: it is no event. */
  #give(stream: Stream, out: RecordedEvent): boolean {
    const { records, order } = stream;
    const back = records.next;
    const there = records.read(order.place);
    records.next = back;
    if (!there) return false;
    const { type } = records;
    if (type === RecordType.Sample) return this.#sample(stream, records, order.time, out);
    if (type === RecordType.Comm || type === RecordType.Fork) {
      this.#task(records);
      return false;
    }
    const lost = this.#count(records, type === RecordType.Lost ? 16 : 8);
    if (lost === 0) return false;
    if (type === RecordType.LostSamples) {
      this.#lostSamples += lost;
      return false;
    }
    this.#lost += lost;
    const { cpu } = this.#ids;
    const at = records.end - cpu;
    this.#fillLost(out, lost, order.time, cpu > 0 && at > records.at ? records.view.getInt32(at, records.little) : -1);
    return true;
  }

  #fillLost(out: RecordedEvent, lost: number, ts: number, cpu: number): void {
    out.index = ++this.#index;
    out.place = this.#index;
    this.#keep(0, 0);
    out.lost = lost;
    out.ts = ts;
    out.cpu = cpu;
  }

  /** perf counts what was lost at its end too; what has not been said before is said then. */
  #lostAtEnd(out: RecordedEvent): boolean {
    const rest = this.#lostSamples - this.#lost;
    if (!(rest > 0)) return false;
    this.#fillLost(out, rest, out.ts, -1);
    return true;
  }

  #sample(stream: Stream, records: Records, ts: number, out: RecordedEvent): boolean {
    const { buf, view, at, end, little } = records;
    const layout = this.#layoutOf(records);
    if (layout === undefined) return this.#isBad('the sample is of no event that the recording names');
    if (layout === OTHER) return false;
    const raw = this.#rawAt(records, layout);
    if (raw < 0) return this.#isBad('the sample has no data of its event (record with -R)');
    const size = view.getUint32(raw, little);
    const start = raw + 4;
    if (size < 8 || start + size > end) return this.#isBad('the data of the sample are cut');
    if (layout.rawLast && start + size !== end) return this.#isBad('the sample is longer than its parts');
    const id = view.getUint16(start, little);
    const decoder = this.#decoders[id] ?? this.#learn(id);
    if (decoder === undefined) return this.#isBad('no format in the recording describes this event');
    const payload = this.#payload;
    payload.buf = buf;
    payload.view = view;
    payload.start = start;
    payload.end = start + size;
    this.#decoder = decoder;
    const body = at + 8;
    const tid = layout.tid < 0 ? view.getInt32(start + 4, little) : view.getInt32(body + layout.tid + 4, little);
    out.index = ++this.#index;
    out.place = this.#index;
    this.#keep(records.place, this.#streams.indexOf(stream));
    out.lost = 0;
    out.ts = layout.time < 0 ? Number.NaN : ts;
    out.cpu = layout.cpu < 0 ? -1 : view.getInt32(body + layout.cpu, little);
    out.pid = tid;
    out.tgid = layout.tid < 0 ? -1 : view.getInt32(body + layout.tid, little);
    out.context = contextOf(buf[start + 2]);
    out.comm = this.#comm(tid);
    decoder.decode(payload, out);
    return true;
  }

  #comm(tid: number): string {
    return this.#comms.get(tid) ?? (tid === 0 ? 'swapper' : `:${tid}`);
  }

  #layoutOf({ view, at, end, little }: Records): SampleLayout | typeof OTHER | undefined {
    const { identifier, id } = this.#layout;
    const place = identifier >= 0 ? identifier : id;
    if (place < 0) return this.#layout;
    if (at + 8 + place + 8 > end) return undefined;
    return this.#layouts.get(Number(view.getBigUint64(at + 8 + place, little)));
  }

  /** Where the u32 before the event's data is; -1: nowhere. */
  #rawAt({ view, at, end, little }: Records, layout: SampleLayout): number {
    if (!layout.raw) return -1;
    let place = at + 8 + layout.rest;
    if (layout.read) place += readSize(layout.readFormat, view, place, end, little);
    if (layout.callchain) {
      if (place + 8 > end) return -1;
      place += 8 + 8 * Number(view.getBigUint64(place, little));
    }
    return place + 4 <= end ? place : -1;
  }

  #learn(id: number): Decoder | undefined {
    const format = this.#file.meta?.formats.get(id);
    if (format === undefined) return undefined;
    const decoder = new Decoder(format, this.#file.little, this.#kallsyms);
    this.#decoders[id] = decoder;
    return decoder;
  }

  #isBad(reason: string): boolean {
    this.#index++;
    this.#keep(0, 0);
    this.badCount++;
    if (this.bad.length < MOST_BAD) this.bad.push({ index: this.#index, reason });
    return false;
  }

  #keep(place: number, of: number): void {
    const index = this.#index;
    if (index > MOST_PLACES) return;
    if (index >= this.#places.length) {
      const places = new Float64Array(this.#places.length * 2);
      places.set(this.#places);
      this.#places = places;
      const files = new Uint16Array(places.length);
      files.set(this.#of);
      this.#of = files;
    }
    this.#places[index] = place;
    this.#of[index] = of;
  }

  /** As perf script prints it. */
  #shown(place: number, records: Records): ShownEvent | undefined {
    const { buf, view, at, end, little } = records;
    const layout = this.#layoutOf(records);
    if (layout === undefined || layout === OTHER) return undefined;
    const raw = this.#rawAt(records, layout);
    if (raw < 0) return undefined;
    const start = raw + 4;
    const decoder = this.#decoders[view.getUint16(start, little)];
    if (decoder === undefined) return undefined;
    const { format } = decoder;
    const body = at + 8;
    const tid = layout.tid < 0 ? view.getInt32(start + 4, little) : view.getInt32(body + layout.tid + 4, little);
    const comm = this.#commAt.get(place) ?? this.#comm(tid);
    const cpu = layout.cpu < 0 ? '' : `[${String(view.getInt32(body + layout.cpu, little)).padStart(3, '0')}] `;
    const time =
      layout.time < 0
        ? ''
        : `${printedTime(Math.floor(this.#time(records, body + layout.time) / 1000) * 1000, 'ns', this.head.timeBase, 6).padStart(12)}: `;
    const payload = { buf, view, start, end: Math.min(end, start + view.getUint32(raw, little)) };
    const text = [
      `${comm.padStart(16)} ${String(tid).padStart(7)} ${cpu}${time}`,
      `${`${format.system}:${format.name}`.padStart(this.#nameWidth)}: `,
      printArguments(format, payload, little, this.#kallsyms),
    ].join('');
    return { place, text, comm, pid: tid, stack: this.#stack(records, layout), at: String(records.place) };
  }
  readonly #commAt = new Map<number, string>();

  /** `get_arg_page+0x3e (ffffffff8e6e445e)` of a call chain; what perf puts between its parts is left out. */
  #stack({ view, at, end, little }: Records, layout: SampleLayout): string[] {
    const out: string[] = [];
    if (!layout.callchain) return out;
    let place = at + 8 + layout.rest;
    if (layout.read) place += readSize(layout.readFormat, view, place, end, little);
    if (place + 8 > end) return out;
    const count = Number(view.getBigUint64(place, little));
    for (let i = 0; i < count && place + 16 <= end && out.length < 64; i++) {
      place += 8;
      const address = view.getBigUint64(place, little);
      // PERF_CONTEXT_*
      if (address >= 0xfffffffffffff001n) continue;
      const name = this.#kallsyms?.name(Number(BigInt.asIntN(64, address)));
      out.push(name === undefined ? `\t${address.toString(16)}` : `\t${address.toString(16)} ${name}`);
    }
    return out;
  }
}

/** Samples that are looked at for the first time of all. */
const LOOKED_AT = 200_000;

/** The earliest time of the first rounds. */
function firstTime(ranges: readonly RecordRange[], little: boolean, { time }: SampleLayout): bigint {
  let first: bigint | undefined;
  if (time < 0) return 0n;
  for (const range of ranges) {
    const records = new Records(range, little);
    let rounds = 0;
    for (let i = 0; i < LOOKED_AT && rounds < 2 && records.step(); ) {
      if (records.type === RecordType.FinishedRound && first !== undefined) rounds++;
      if (records.type !== RecordType.Sample) {
        records.skip(outside(records));
        continue;
      }
      i++;
      const at = records.at + 8 + time;
      if (at + 8 > records.end) continue;
      const ts = records.view.getBigUint64(at, little);
      if (first === undefined || ts < first) first = ts;
    }
  }
  return first ?? 0n;
}
