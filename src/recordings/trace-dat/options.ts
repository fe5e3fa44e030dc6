// Why: the options of a trace.dat describe the recording: clock, kernel, corrections of the time, counters per CPU, the
// buffers. Ids up to 14 are the same in v6 and v7.
// Source: trace-cmd 3.3, lib/trace-cmd/trace-input.c, handle_options().
import { Cursor, latin1, MemoryBytes } from '../bytes.ts';
import { type CpuStat, readCpuStats } from '../cpu-stats.ts';

export const Option = {
  Done: 0,
  Date: 1,
  CpuStat: 2,
  Buffer: 3,
  TraceClock: 4,
  Uname: 5,
  Offset: 7,
  CpuCount: 8,
  Version: 9,
  TimeShift: 12,
  Tsc2Nsec: 14,
  HeaderInfo: 16,
  FtraceEvents: 17,
  EventFormats: 18,
  Kallsyms: 19,
  Printk: 20,
  Cmdlines: 21,
  BufferText: 22,
} as const;

/** Per-CPU data of one buffer: the top one, or an instance. */
export interface BufferInfo {
  /** empty: the top buffer */
  name: string;
  offset: number;
  clock?: string;
  pageSize?: number;
  cpus: { cpu: number; offset: number; size: number }[];
  /** upper limit of the end of its last CPU's data, at most a page too large; undefined: unknown */
  end?: number;
  /** the buffer contains the text of the `trace` file (latency tracers) */
  text: boolean;
}

export interface Sample {
  time: bigint;
  offset: bigint;
  scaling: bigint;
  fraction: bigint;
}

/** Conversion of recorded times to displayed times. */
export interface TimeOptions {
  /** ns to add: DATE and OFFSET */
  add: bigint;
  tsc?: { mult: bigint; shift: bigint };
  /** per CPU, for a guest that was synchronised with its host */
  shifts?: { interpolate: boolean; cpus: Sample[][] };
}

export interface Options {
  time: TimeOptions;
  clock?: string;
  uname?: string;
  /** of trace-cmd */
  version?: string;
  cpus?: number;
  /** v6: the clock follows the table of CPUs */
  clockFollows: boolean;
  /** counters by the name of the buffer, empty for the top one */
  stats: Map<string, CpuStat[]>;
  /** buffer of the next counters: `Buffer: NAME` precedes those of an instance */
  statsOf: string;
  buffers: BufferInfo[];
  /** v7: positions of sections by their id */
  sections: Map<number, number>;
}

export const noOptions = (): Options => ({
  time: { add: 0n },
  clockFollows: false,
  stats: new Map(),
  statsOf: '',
  buffers: [],
  sections: new Map(),
});

const INTERPOLATE = 1;

/** Process one option. */
export function readOption(id: number, value: Uint8Array, little: boolean, sectioned: boolean, out: Options): void {
  const cursor = new Cursor(new MemoryBytes(value), little);
  const text = () =>
    latin1(value)
      .replace(/\0[\s\S]*$/, '')
      .trim();
  switch (id) {
    case Option.Date:
      out.time.add += integer(text()) * 1000n;
      break;
    case Option.Offset:
      out.time.add += integer(text());
      break;
    case Option.CpuStat: {
      out.statsOf = /^\s*Buffer: *(\S[^\n\0]*)/.exec(latin1(value))?.[1] ?? out.statsOf;
      const known = out.stats.get(out.statsOf) ?? [];
      out.stats.set(out.statsOf, [...known, ...readCpuStats(latin1(value))]);
      break;
    }
    case Option.TraceClock:
      out.clockFollows = true;
      out.clock ??= chosenClock(text());
      break;
    case Option.Uname:
      out.uname = text();
      break;
    case Option.Version:
      out.version = text();
      break;
    case Option.CpuCount:
      out.cpus = cursor.u32();
      break;
    case Option.TimeShift:
      if (value.length >= 16) out.time.shifts = readShifts(cursor);
      break;
    case Option.Tsc2Nsec: {
      const tsc = { mult: BigInt(cursor.u32()), shift: BigInt(cursor.u32()) };
      if (tsc.mult > 0n && tsc.shift <= 32n) out.time.tsc = tsc;
      break;
    }
    case Option.Buffer:
    case Option.BufferText:
      out.buffers.push(readBuffer(cursor, sectioned, id === Option.BufferText));
      break;
    default:
      if (sectioned && id >= 15 && value.length >= 8) out.sections.set(id, cursor.u64());
  }
}

/** `local global [mono] boot` */
export const chosenClock = (text: string): string | undefined => /\[(\S+?)\]/.exec(text)?.[1];

/** As parsed by strtoll(): `0x5f3`, `-12`; 0 if it is not a number. */
function integer(text: string): bigint {
  const m = /^([+-]?)(0x[0-9a-f]+|\d+)/i.exec(text);
  if (m === null) return 0n;
  return m[1] === '-' ? -BigInt(m[2]) : BigInt(m[2]);
}

/** u64 offset, name\0; in v7 then clock\0, u32 page size, u32 count, {u32 cpu, u64 offset, u64 size}. */
function readBuffer(cursor: Cursor, sectioned: boolean, text: boolean): BufferInfo {
  const out: BufferInfo = { offset: cursor.u64(), name: cursor.string(), cpus: [], text };
  if (!sectioned) return out;
  out.clock = cursor.string();
  if (text) return out;
  out.pageSize = cursor.u32();
  for (let n = cursor.u32(); n > 0; n--) out.cpus.push({ cpu: cursor.u32(), offset: cursor.u64(), size: cursor.u64() });
  return out;
}

/** u64 trace id, u32 flags, u32 CPUs, per CPU: u32 count, times, offsets, scalings; then fractions per CPU. */
function readShifts(cursor: Cursor): TimeOptions['shifts'] {
  cursor.big();
  const flags = cursor.u32();
  const cpus: Sample[][] = [];
  for (let n = cursor.u32(); n > 0; n--) {
    const count = cursor.u32();
    const list = () => Array.from({ length: Math.min(count, cursor.left / 8) }, () => BigInt.asIntN(64, cursor.big()));
    const [times, offsets, scalings] = [list(), list(), list()];
    cpus.push(times.map((time, i) => ({ time, offset: offsets[i] ?? 0n, scaling: scalings[i] ?? 1n, fraction: 0n })));
  }
  for (const samples of cpus) for (const sample of samples) if (cursor.left >= 8) sample.fraction = cursor.big() & 63n;
  return { interpolate: (flags & INTERPOLATE) !== 0, cpus };
}
