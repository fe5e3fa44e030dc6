// Why: trace.dat and the raw pages of trace_pipe_raw contain the same data: pages per CPU, and formats. This merges
// them into one sequence of events. The number and place of an event follow from its position in the sequence, so that
// it can be shown again without being kept.

import type { Recorded } from '../parsers/formats/head.ts';
import { contextOfBits } from '../parsers/formats/task-columns.ts';
import { isBystander } from './armed.ts';
import type { Bytes } from './bytes.ts';
import type { RecordedEvent, Recording, RecordingHead, ShownEvent } from './contract.ts';
import type { CpuStat } from './cpu-stats.ts';
import type { CpuStream } from './cpu-stream.ts';
import { addressAt, Decoder } from './decode.ts';
import { type EventFormat, type Field, fixedSize } from './format.ts';
import type { Kallsyms } from './kallsyms.ts';
import { Merge } from './merge.ts';
import { contextWord, printArguments, printedTime } from './print.ts';

export interface RingParts {
  head: RecordingHead;
  little: boolean;
  formats: ReadonlyMap<number, EventFormat>;
  kallsyms: Kallsyms | undefined;
  /** task names and processes by thread */
  comms: ReadonlyMap<number, string>;
  tgids: ReadonlyMap<number, number>;
  /** one per CPU, sorted by CPU */
  streams: readonly CpuStream[];
  stats: readonly CpuStat[];
  /** enabled events, if more than the tasks of one program were recorded */
  armed?: Recorded | undefined;
  /** known damage, one sentence each */
  damage: readonly string[];
  /** the file; undefined for a directory */
  bytes: Bytes | undefined;
  close(): void;
}

/** Number of events returned by one {@link RingRecording.fill}. */
const AT_ONCE = 16384;
const MOST_BAD = 5;

/** Events of the tracers themselves, among the recorded ones: stacks, messages; others are calls and latencies. */
const STACKS = new Set(['kernel_stack', 'user_stack']);
const MARKERS = new Set(['print', 'bprint', 'bputs', 'raw_data']);

/** How events of a format are processed. */
const Fate = { Event: 0, Stack: 1, Other: 2 } as const;

interface Known {
  decoder: Decoder;
  fate: number;
  /** bytes of its fields; NaN if some have a variable length */
  size: number;
}

/**
 * Bytes of the smallest event. An event longer than its fields by at least this much contains another one; alignment
 * adds less.
 */
const OTHER_EVENT = 12;

export class RingRecording implements Recording {
  readonly head: RecordingHead;
  readonly size: number | undefined;
  readonly bad: { index: number; reason: string }[] = [];
  badCount = 0;
  damage: string | undefined;
  readonly #parts: RingParts;
  readonly #merge: Merge;
  /** by number of the event; V8 would make a hash table of an array with gaps */
  readonly #known: (Known | undefined)[] = new Array(1 << 16).fill(undefined);
  readonly #typeAt: Field;
  readonly #pidAt: Field;
  /** `common_flags`, of one byte */
  readonly #flagsAt: number | undefined;
  /** stream of the current event, or of the next one after a loss */
  #stream: CpuStream | undefined;
  #current: Known | undefined;
  #index = 0;
  #left = 0;
  #ended = false;
  /** an event of a task outside of the recorded program was seen */
  #bystander = false;
  /** losses so far, by CPU; NaN if some had no number */
  readonly #lost = new Map<number, number>();
  /** events of any kind so far, by CPU */
  readonly #met: number[] = [];
  #rest: CpuStat[] = [];

  constructor(parts: RingParts) {
    this.#parts = parts;
    this.head = parts.head;
    const { armed } = parts;
    if (armed !== undefined)
      this.head.recorded = { ...armed, armed: [...armed.armed], tracepoints: [...armed.tracepoints] };
    this.size = parts.bytes?.size;
    this.#merge = new Merge(parts.streams);
    const [first] = parts.formats.values();
    const common = (name: string, offset: number, size: number): Field =>
      first?.common.find((f) => f.name === name && f.size === size) ?? {
        name,
        type: '',
        offset,
        size,
        signed: false,
        array: 'no',
        element: size,
      };
    this.#typeAt = common('common_type', 0, 2);
    this.#pidAt = common('common_pid', 4, 4);
    this.#flagsAt = first?.common.find((f) => f.name === 'common_flags' && f.size === 1)?.offset;
    this.damage = parts.damage.length === 0 ? undefined : parts.damage.join('; ');
  }

  get position(): number {
    const { size } = this;
    if (size === undefined) return 0;
    if (this.#ended) return size;
    return Math.min(
      size,
      this.#parts.streams.reduce((sum, { pages }) => sum + pages.consumed, 0),
    );
  }

  fill(): boolean {
    this.#left = AT_ONCE;
    if (this.#ended && this.#rest.length === 0) {
      this.#sayDamage();
      return false;
    }
    return true;
  }

  next(out: RecordedEvent): boolean {
    while (this.#left > 0) {
      this.#left--;
      const stream = this.#stream ?? this.#advance();
      if (stream === undefined) return this.#remainder(out);
      if (stream.lost !== 0 && this.#stream === undefined) {
        this.#stream = stream;
        this.#fillLost(out, stream.cpu, stream.lost, stream.ts);
        return true;
      }
      this.#stream = undefined;
      if (this.#fillEvent(out, stream)) return true;
    }
    return false;
  }

  argumentsText({ bytes }: RecordedEvent): string {
    const known = this.#current;
    return known === undefined
      ? ''
      : printArguments(known.decoder.format, bytes, this.#parts.little, this.#parts.kallsyms);
  }

  show(places: readonly number[]): ShownEvent[] {
    const out: ShownEvent[] = [];
    const before = this.#ended ? undefined : this.#merge.count;
    for (const place of [...places].sort((a, b) => a - b)) {
      const stream = this.#merge.at(Math.floor(place / 2));
      if (stream !== undefined) out.push(this.#shown(place, stream));
    }
    if (before !== undefined && before > 0) this.#merge.at(before);
    return out;
  }

  close(): void {
    this.#parts.close();
  }

  #advance(): CpuStream | undefined {
    if (this.#ended) return undefined;
    const stream = this.#merge.next();
    if (stream !== undefined) return stream;
    this.#ended = true;
    // losses after the last event of a CPU, and further ones known from the counters
    for (const { cpu, lost } of this.#merge.ended) {
      this.#rest.push({ cpu, lost });
      this.#count(cpu, lost);
    }
    for (const { cpu, lost, kept = 0 } of this.#parts.stats) {
      const seen = this.#lost.get(cpu) ?? 0;
      // events kept by the kernel that are not in the file: pages are missing or cannot be read
      const gone = Math.max(0, kept - (this.#met[cpu] ?? 0));
      if (lost > seen || gone > 0) this.#rest.push({ cpu, lost: Math.max(0, lost - seen) + gone });
    }
    return undefined;
  }

  /** Losses that are not followed by an event. */
  #remainder(out: RecordedEvent): boolean {
    const rest = this.#rest.shift();
    if (rest === undefined) return false;
    this.#fillLost(out, rest.cpu, rest.lost, out.ts);
    return true;
  }

  #count(cpu: number, lost: number): void {
    this.#lost.set(cpu, (this.#lost.get(cpu) ?? 0) + (lost < 0 ? Number.NaN : lost));
  }

  #fillLost(out: RecordedEvent, cpu: number, lost: number, ts: number): void {
    if (!this.#ended) this.#count(cpu, lost);
    out.index = ++this.#index;
    // events have even places, losses odd ones
    out.place = this.#ended ? 2 * (this.#merge.count + this.#index) + 1 : 2 * this.#merge.count - 1;
    out.lost = lost < 0 ? Number.NaN : lost;
    out.cpu = cpu;
    out.ts = ts;
  }

  #fillEvent(out: RecordedEvent, stream: CpuStream): boolean {
    const { page } = stream;
    const { buf, view, start, end } = page;
    const { little } = this.#parts;
    this.#met[stream.cpu] = (this.#met[stream.cpu] ?? 0) + 1;
    const typeAt = start + this.#typeAt.offset;
    const pidAt = start + this.#pidAt.offset;
    if (typeAt + 2 > end || pidAt + 4 > end) return this.#isBad('the event is shorter than its header');
    const id = view.getUint16(typeAt, little);
    const known = this.#known[id] ?? this.#learn(id);
    if (known === undefined) return this.#isBad('no format in the recording describes this event');
    if (known.fate !== Fate.Event) return false;
    const beyond = end - start - known.size;
    if (beyond < 0 || beyond >= OTHER_EVENT) return this.#isBad('the event does not have the length its format gives');
    const { bytes } = out;
    bytes.buf = buf;
    bytes.view = view;
    bytes.start = start;
    bytes.end = end;
    this.#current = known;
    const pid = view.getInt32(pidAt, little);
    out.index = ++this.#index;
    out.place = 2 * this.#merge.count;
    out.lost = 0;
    out.ts = stream.ts;
    out.cpu = stream.cpu;
    if (pid !== out.pid || out.comm === '') {
      out.pid = pid;
      out.tgid = this.#parts.tgids.get(pid) ?? -1;
      out.comm = this.#comm(pid);
      this.#bystander ||= isBystander(pid, out.comm);
    }
    out.context = this.#flagsAt === undefined ? -1 : contextOfBits(buf[start + this.#flagsAt]);
    out.type = known.decoder.typeOf(bytes);
    return true;
  }

  #comm(pid: number): string {
    return this.#parts.comms.get(pid) ?? (pid === 0 ? '<idle>' : '<...>');
  }

  #learn(id: number): Known | undefined {
    const format = this.#parts.formats.get(id);
    if (format === undefined) return undefined;
    const { name, system } = format;
    const fate = system !== 'ftrace' || MARKERS.has(name) ? Fate.Event : STACKS.has(name) ? Fate.Stack : Fate.Other;
    const size = MARKERS.has(name) ? Number.NaN : fixedSize(format);
    const known = { decoder: new Decoder(format, this.#parts.little, this.#parts.kallsyms), fate, size };
    this.#known[id] = known;
    return known;
  }

  #isBad(reason: string): boolean {
    this.#index++;
    this.badCount++;
    if (this.bad.length < MOST_BAD) this.bad.push({ index: this.#index, reason });
    return false;
  }

  #sayDamage(): void {
    // if only tasks of one program were seen, it is unknown whether others were recorded
    const { recorded } = this.head;
    const { armed } = this.#parts;
    if (armed !== undefined && recorded !== undefined && !this.#bystander) {
      recorded.armed = recorded.armed.filter((probe) => !armed.armed.includes(probe));
      recorded.tracepoints = recorded.tracepoints.filter((name) => !armed.tracepoints.includes(name));
    }
    const all = [...this.#parts.damage, ...new Set(this.#parts.streams.flatMap(({ damage }) => damage ?? []))];
    this.damage = all.length === 0 ? undefined : all.join('; ');
  }

  /** The current event of the stream as printed by `trace-cmd report`, and the stack after it. */
  #shown(place: number, stream: CpuStream): ShownEvent {
    const { cpu, ts, pages } = stream;
    const { buf, view, start, end } = stream.page;
    const { little, kallsyms } = this.#parts;
    const payload = { buf, view, start, end };
    const short = start + this.#pidAt.offset + 4 > end;
    const pid = short ? -1 : view.getInt32(start + this.#pidAt.offset, little);
    const known = short
      ? undefined
      : (this.#known[view.getUint16(start + this.#typeAt.offset, little)] ??
        this.#learn(view.getUint16(start + this.#typeAt.offset, little)));
    const { timeUnit, timeBase } = this.head;
    const format = known?.decoder.format;
    const context = contextWord(buf[start + 2], buf[start + 3]);
    const time = printedTime(ts, timeUnit, timeBase, 6).padStart(timeUnit === 'ns' ? 13 : 12);
    const at = { ...pages.place(start), length: end - start };
    const text = [
      `${this.#comm(pid).padStart(16)}-${String(pid).padEnd(5)} [${String(cpu).padStart(3, '0')}] ${context}${time}: `,
      `${`${format?.name ?? '?'}:`.padEnd(21)} `,
      format === undefined ? '' : printArguments(format, payload, little, kallsyms),
    ].join('');
    return { place, text, comm: this.#comm(pid), pid, stack: this.#stackBehind(stream.cpu), at };
  }

  /** Functions of the stack recorded with an event, which is the next event of its CPU. */
  #stackBehind(cpu: number): string[] {
    const { little, kallsyms } = this.#parts;
    const out: string[] = [];
    for (let i = 0; i < 64; i++) {
      const stream = this.#merge.next();
      if (stream === undefined) break;
      if (stream.cpu !== cpu) continue;
      const { view, start, end } = stream.page;
      if (start + 8 > end) break;
      const format = this.#parts.formats.get(view.getUint16(start + this.#typeAt.offset, little));
      if (format?.system !== 'ftrace' || format.name !== 'kernel_stack') break;
      const caller = format.fields.find((f) => f.name === 'caller');
      if (caller === undefined) break;
      const size = caller.element === 4 ? 4 : 8;
      for (let at = start + caller.offset; at + size <= end && out.length < 64; at += size) {
        const address = addressAt(view, at, size, little);
        if (address === -1 || address === 0) break;
        out.push(stackLine(address, kallsyms));
      }
      break;
    }
    return out;
  }
}

/** `=> get_arg_page (ffffffff93851d63)`, as trace-cmd prints it. */
function stackLine(address: number, kallsyms: Kallsyms | undefined): string {
  const hex = BigInt.asUintN(64, BigInt(address)).toString(16);
  const name = kallsyms?.find(address)?.name;
  return name === undefined ? `=> ${hex}` : `=> ${name} (${hex})`;
}
