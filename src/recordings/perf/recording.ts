// Why: returns the samples of perf.data in order of time, with task names and losses. The sample of a tracepoint
// contains the event in the format of the ring buffer, so its values are decoded like those of trace.dat.
import { OF_PIPE, ofFiles } from '../../parsers/formats/head.ts';
import { contextOfBits } from '../../parsers/formats/task-columns.ts';
import type { RecordedEvent, Recording, RecordingHead, RecordPlace, ShownEvent } from '../contract.ts';
import { Decoder } from '../decode.ts';
import type { Kallsyms } from '../kallsyms.ts';
import { printArguments, printedTime } from '../print.ts';
import { Comms } from './comms.ts';
import { outside, type PerfFile } from './file.ts';
import { RecordType, type SampleLayout } from './layout.ts';
import { Places } from './places.ts';
import type { RecordRange, Records } from './records.ts';
import { callChain, cpuOf, OTHER_SAMPLE, rawAt, SAME_HIT, Samples, tidOf } from './samples.ts';
import { recordedBy, workloadOf } from './scope.ts';
import { isInShape } from './shape.ts';
import { earliestTime, Stream, Turns } from './stream.ts';
import type { Workload } from './workload.ts';

/** Number of records processed by one {@link PerfRecording.fill}. */
const AT_ONCE = 16384;
const MOST_BAD = 5;

export class PerfRecording implements Recording {
  readonly head: RecordingHead;
  readonly size: number | undefined;
  readonly bad: { index: number; reason: string }[] = [];
  badCount = 0;
  damage: string | undefined;
  readonly #file: PerfFile;
  readonly #ranges: readonly RecordRange[];
  readonly #streams: Stream[];
  readonly #turns: Turns;
  readonly #samples: Samples;
  /** of the attr of the first tracepoint; the position of the id is the same in all */
  readonly #layout: SampleLayout;
  readonly #kallsyms: Kallsyms | undefined;
  /** by number of the event; V8 would make a hash table of an array with gaps */
  readonly #decoders: (Decoder | undefined)[] = new Array(1 << 16).fill(undefined);
  readonly #comms = new Comms();
  readonly #workload: Workload | undefined;
  readonly #origin: { hi: number; lo: number };
  readonly #nameWidth: number;
  #decoder: Decoder | undefined;
  #index = 0;
  #left = 0;
  #lost = 0;
  #lostSamples = 0;
  #finished = false;
  readonly #places = new Places();

  constructor(file: PerfFile, ranges: readonly RecordRange[], kallsyms: Kallsyms | undefined) {
    this.#file = file;
    this.#ranges = ranges;
    this.#streams = ranges.map((range) => new Stream(range, file.little));
    this.#turns = new Turns(this.#streams, (stream) => this.#advance(stream));
    this.#samples = new Samples(file);
    this.#workload = workloadOf(file);
    this.#layout = this.#samples.first;
    this.#kallsyms = kallsyms;
    const first = earliestTime(ranges, file.little, this.#samples);
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
      variant: [file.piped ? OF_PIPE : '', ranges.length > 1 ? ofFiles(ranges.length) : ''].filter(Boolean).join(', '),
      kernel: file.release,
      clock: 'perf',
      timeUnit: this.#layout.time < 0 ? 'none' : 'ns',
      timeDigits: this.#layout.time < 0 ? 0 : 9,
      timeBase: Number(seconds),
      cpus: file.cpus,
      machine: file.machine,
      ...recordedBy(file),
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
      const stream = this.#turns.next();
      if (stream === undefined) {
        this.#finished = true;
        return this.#lostAtEnd(out);
      }
      if (this.#give(stream, out)) return true;
    }
    return false;
  }

  argumentsText({ bytes }: RecordedEvent): string {
    const decoder = this.#decoder;
    return decoder === undefined ? '' : printArguments(decoder.format, bytes, this.#file.little, this.#kallsyms);
  }

  show(places: readonly number[]): ShownEvent[] {
    const out: ShownEvent[] = [];
    for (const place of [...places].sort((a, b) => a - b)) {
      const known = place > this.#index ? undefined : this.#places.at(place);
      if (known === undefined) continue;
      const { records } = this.#streams[known.of];
      const back = records.next;
      if (records.read(known.place) && records.type === RecordType.Sample) {
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

  /** Read until a round is complete, so that its records can be returned. */
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
    while (records.step()) {
      this.#workload?.see(records);
      switch (records.type) {
        case RecordType.Sample: {
          stream.open = true;
          stream.sampled = true;
          const time = this.#samples.timeOf(records);
          order.put(time < 0 ? 0 : this.#time(records, records.at + 8 + time), records.place);
          break;
        }
        case RecordType.Lost:
        case RecordType.LostSamples:
        case RecordType.Comm:
        case RecordType.Fork: {
          if (!this.#isInShape(stream, records)) break;
          const { time: back } = this.#samples.tailOf(records);
          const known = back > 0 && records.end - back >= records.at + 8;
          const hi = known ? records.view.getUint32(records.end - back + (records.little ? 4 : 0), records.little) : 0;
          const ts = known ? this.#time(records, records.end - back) : Number.NaN;
          // records of tasks that existed before the recording have no time
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
    // the length of a stream is unknown, but perf ends it with a round
    if (this.#file.piped && stream.open) records.damage ??= 'the stream is truncated: it ends within a round';
    records.damage ??= this.#workload?.missing;
  }

  /** A record that does not match its type may be a damaged sample. */
  #isInShape({ sampled }: Stream, records: Records): boolean {
    if (isInShape(records, this.#samples.tailOf(records), this.#layout.readFormat, this.#file.piped && !sampled))
      return true;
    this.#isBad(`a record of kind ${records.type} is damaged or of an unknown kind`);
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
    else this.#comms.learn(records);
  }

  #count({ view, at, end, little }: Records, offset: number): number {
    return at + offset + 8 <= end ? Number(view.getBigUint64(at + offset, little)) : 0;
  }

  /** Return the next record. False: it is not an event. */
  #give(stream: Stream, out: RecordedEvent): boolean {
    const { records, order } = stream;
    const back = records.next;
    const there = records.read(order.place);
    records.next = back;
    if (!there) return false;
    const { type } = records;
    if (type === RecordType.Sample) return this.#sample(stream, records, order.time, out);
    if (type === RecordType.Comm || type === RecordType.Fork) {
      this.#comms.learn(records);
      return false;
    }
    const lost = this.#count(records, type === RecordType.Lost ? 16 : 8);
    if (lost === 0) return false;
    if (type === RecordType.LostSamples) {
      this.#lostSamples += lost;
      return false;
    }
    this.#lost += lost;
    const { cpu } = this.#samples.tailOf(records);
    const at = records.end - cpu;
    this.#fillLost(out, lost, order.time, cpu > 0 && at > records.at ? records.view.getInt32(at, records.little) : -1);
    return true;
  }

  #fillLost(out: RecordedEvent, lost: number, ts: number, cpu: number): void {
    out.index = ++this.#index;
    out.place = this.#index;
    this.#places.keep(this.#index, 0, 0);
    out.lost = lost;
    out.ts = ts;
    out.cpu = cpu;
  }

  /** perf also writes the number of losses at the end; those not reported before are reported then. */
  #lostAtEnd(out: RecordedEvent): boolean {
    const rest = this.#lostSamples - this.#lost;
    if (!(rest > 0)) return false;
    this.#fillLost(out, rest, out.ts, -1);
    return true;
  }

  #sample(stream: Stream, records: Records, ts: number, out: RecordedEvent): boolean {
    const { buf, view, at, end, little } = records;
    const layout = this.#samples.layoutOf(records);
    if (layout === undefined) return this.#isBad('the sample belongs to no event of the recording');
    if (layout === SAME_HIT) return false;
    if (layout === OTHER_SAMPLE)
      return this.#samples.isTracepoint(records) && this.#isBad('the sample is of a tracepoint, but its attr is not');
    const raw = rawAt(records, layout);
    if (raw < 0) return this.#isBad('the sample has no raw data of its event (record with -R)');
    const size = view.getUint32(raw, little);
    const start = raw + 4;
    if (size < 8 || start + size > end) return this.#isBad('the data of the sample are truncated');
    if (layout.rawLast && start + size !== end) return this.#isBad('the sample is longer than its fields');
    const id = view.getUint16(start, little);
    if (id !== layout.event && this.#samples.hasIds)
      return this.#isBad('the data of the sample belong to another event');
    const decoder = this.#decoders[id] ?? this.#learn(id);
    if (decoder === undefined) return this.#isBad('no format in the recording describes this event');
    const { bytes } = out;
    bytes.buf = buf;
    bytes.view = view;
    bytes.start = start;
    bytes.end = start + size;
    this.#decoder = decoder;
    const body = at + 8;
    const tid = tidOf(records, layout, raw);
    out.index = ++this.#index;
    out.place = this.#index;
    this.#places.keep(this.#index, records.place, this.#streams.indexOf(stream));
    out.lost = 0;
    out.ts = layout.time < 0 ? Number.NaN : ts;
    out.cpu = cpuOf(records, layout);
    out.pid = tid;
    out.tgid = layout.tid < 0 ? -1 : view.getInt32(body + layout.tid, little);
    out.context = contextOfBits(buf[start + 2]);
    out.comm = this.#comms.of(tid);
    out.type = decoder.typeOf(bytes);
    return true;
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
    this.#places.keep(this.#index, 0, 0);
    this.badCount++;
    if (this.bad.length < MOST_BAD) this.bad.push({ index: this.#index, reason });
    return false;
  }

  #placeOf({ place, range, at, end }: Records): RecordPlace {
    // compressed records were decompressed into a temporary file
    const isPacked = range.bytes !== this.#file.data.bytes && this.#ranges.length === 1;
    return { ...(isPacked ? { unpacked: place } : { offset: place }), length: end - at };
  }

  /** Whole microseconds, as perf script prints them. */
  #printedTime(ns: number): string {
    return `${printedTime(Math.floor(ns / 1000) * 1000, 'ns', this.head.timeBase, 6).padStart(12)}: `;
  }

  /** As perf script prints it. */
  #shown(place: number, records: Records): ShownEvent | undefined {
    const { buf, view, at, end, little } = records;
    const layout = this.#samples.layoutOf(records);
    if (typeof layout !== 'object') return undefined;
    const raw = rawAt(records, layout);
    if (raw < 0) return undefined;
    const start = raw + 4;
    const decoder = this.#decoders[view.getUint16(start, little)];
    if (decoder === undefined) return undefined;
    const { format } = decoder;
    const tid = tidOf(records, layout, raw);
    const comm = this.#comms.of(tid);
    const cpu = layout.cpu < 0 ? '' : `[${String(cpuOf(records, layout)).padStart(3, '0')}] `;
    const time = layout.time < 0 ? '' : this.#printedTime(this.#time(records, at + 8 + layout.time));
    const payload = { buf, view, start, end: Math.min(end, start + view.getUint32(raw, little)) };
    const text = [
      `${comm.padStart(16)} ${String(tid).padStart(7)} ${cpu}${time}`,
      `${`${format.system}:${format.name}`.padStart(this.#nameWidth)}: `,
      printArguments(format, payload, little, this.#kallsyms),
    ].join('');
    const stack = callChain(records, layout, this.#kallsyms);
    return { place, text, comm, pid: tid, stack, at: this.#placeOf(records) };
  }
}
