// Why: record types of perf.data, and the positions of the parts of a sample. A sample has the parts requested by its
// attr, in a fixed order; those before the first part of variable length have fixed positions. Source:
// include/uapi/linux/perf_event.h of 6.12, tools/lib/perf/include/perf/event.h.
import type { Cursor } from '../bytes.ts';

export const RecordType = {
  Lost: 2,
  Comm: 3,
  Exit: 4,
  Fork: 7,
  Sample: 9,
  LostSamples: 13,
  HeaderAttr: 64,
  TracingData: 66,
  FinishedRound: 68,
  AuxTrace: 71,
  Feature: 80,
  Compressed: 81,
  Compressed2: 83,
} as const;

/** Bits of sample_type. */
const Bit = {
  Ip: 1 << 0,
  Tid: 1 << 1,
  Time: 1 << 2,
  Addr: 1 << 3,
  Read: 1 << 4,
  Callchain: 1 << 5,
  Id: 1 << 6,
  Cpu: 1 << 7,
  Period: 1 << 8,
  StreamId: 1 << 9,
  Raw: 1 << 10,
  Identifier: 1 << 16,
} as const;

/** Bits of the parts before the data of the event, and the bit of the data. */
const UP_TO_RAW = (Bit.Raw << 1) - 1 + Bit.Identifier;

/** The relevant part of a perf_event_attr. */
export interface Attr {
  type: number;
  config: number;
  sampleType: number;
  readFormat: number;
  sampleIdAll: boolean;
  /** every event is a sample, not one in N */
  each: boolean;
  /** what the kernel leaves out, in words; undefined: nothing */
  narrow: string | undefined;
  ids: number[];
}

export const TRACEPOINT = 2;

/** The smallest attr: PERF_ATTR_SIZE_VER0. */
const SMALLEST = 64;
const SAMPLE_ID_ALL = 18;
/** `:u`, `:G`, the term `overwrite`: perf_tp_event_match(), kernel/events/core.c */
const NARROW = [
  [5, 'events only in user mode (:u), where the kernel has none'],
  [19, 'events only in guests (:G)'],
  [27, 'a ring that overwrites its oldest events'],
] as const;
/** the period is a number of samples per second */
const FREQUENCY = 10;

/** Read an attr, and move the cursor after it; of a longer attr, only the known part is read. */
export function readAttr(cursor: Cursor, size: number | undefined): Attr {
  const from = cursor.at;
  const type = cursor.u32();
  const own = cursor.u32();
  const config = cursor.u64();
  const period = cursor.u64();
  const sampleType = cursor.u64();
  const readFormat = cursor.u64();
  // bit fields have the opposite order on a machine of the other byte order
  const flags = [cursor.u8(), cursor.u8(), cursor.u8(), cursor.u8()];
  const has = (bit: number) => (flags[bit >> 3] & (cursor.little ? 1 << (bit & 7) : 0x80 >> (bit & 7))) !== 0;
  const length = Math.max(SMALLEST, size ?? own);
  cursor.skip(from + length - cursor.at);
  const each = period === 1 && !has(FREQUENCY);
  const narrow = NARROW.find(([bit]) => has(bit))?.[1];
  return { type, config, sampleType, readFormat, sampleIdAll: has(SAMPLE_ID_ALL), each, narrow, ids: [] };
}

/** Offsets of the parts of a sample, after the header of the record; -1: it has no such part. */
export interface SampleLayout {
  /** id of its event, with which the data of the event also begin */
  event: number;
  identifier: number;
  tid: number;
  time: number;
  id: number;
  cpu: number;
  /** offset of the first part of variable length */
  rest: number;
  read: boolean;
  readFormat: number;
  callchain: boolean;
  raw: boolean;
  /** the event's data are the last part */
  rawLast: boolean;
}

export function sampleLayout({ config, sampleType, readFormat }: Attr): SampleLayout {
  let at = 0;
  const part = (bit: number): number => {
    if ((sampleType & bit) === 0) return -1;
    at += 8;
    return at - 8;
  };
  const identifier = part(Bit.Identifier);
  part(Bit.Ip);
  const tid = part(Bit.Tid);
  const time = part(Bit.Time);
  part(Bit.Addr);
  const id = part(Bit.Id);
  part(Bit.StreamId);
  const cpu = part(Bit.Cpu);
  part(Bit.Period);
  return {
    event: config,
    identifier,
    tid,
    time,
    id,
    cpu,
    rest: at,
    read: (sampleType & Bit.Read) !== 0,
    readFormat,
    callchain: (sampleType & Bit.Callchain) !== 0,
    raw: (sampleType & Bit.Raw) !== 0,
    rawLast: (sampleType & ~UP_TO_RAW) === 0,
  };
}

/** The same for the sample id at the end of all other records, counted back from the end; 0: it has none. */
export interface IdLayout {
  time: number;
  cpu: number;
  /** id of its event: the identifier if there is one, which has the same position in all records */
  id: number;
  size: number;
}

export function idLayout({ sampleType, sampleIdAll }: Attr): IdLayout {
  const parts = [Bit.Tid, Bit.Time, Bit.Id, Bit.StreamId, Bit.Cpu, Bit.Identifier].filter(
    (bit) => sampleIdAll && (sampleType & bit) !== 0,
  );
  const back = (bit: number): number =>
    parts.includes(bit as never) ? 8 * (parts.length - parts.indexOf(bit as never)) : 0;
  const id = back(Bit.Identifier) || back(Bit.Id);
  return { time: back(Bit.Time), cpu: back(Bit.Cpu), id, size: 8 * parts.length };
}

const Format = { Enabled: 1, Running: 2, Id: 4, Group: 8, Lost: 16 } as const;

/** Bytes of the READ part at `at`. */
export function readSize(format: number, view: DataView, at: number, end: number, little: boolean): number {
  const has = (bit: number) => ((format & bit) === 0 ? 0 : 1);
  const times = has(Format.Enabled) + has(Format.Running);
  const each = 1 + has(Format.Id) + has(Format.Lost);
  if (has(Format.Group) === 0) return 8 * (times + each);
  if (at + 8 > end) return end - at;
  return 8 * (1 + times + each * Number(view.getBigUint64(at, little)));
}
