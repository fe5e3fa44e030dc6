// The Perfetto trace, read back with the library that wrote it: tracks, slices, instants and flows are where a viewer
// expects them. Field numbers are checked against the bytes, since a wrong number reads back just as well.
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/contract/finding.ts';
import type { DetailedReport } from '../../src/contract/report.ts';
import { BOOTTIME, INSTANT, SLICE_BEGIN, SLICE_END, Trace } from '../../src/report/perfetto/schema.ts';
import { draw } from '../../src/report/perfetto/tracks.ts';
import { perfetto } from '../../src/report/perfetto.ts';
import { titleOf } from '../../src/report/shared/title.ts';
import { hostileLife, manyLives, odirectLife } from './lives.ts';
import { cleanReport, HOSTILE, odirect } from './samples.ts';

interface Event {
  type: number;
  trackUuid: number;
  name?: string;
  categories?: string[];
  flowIds?: number[];
  terminatingFlowIds?: number[];
  debugAnnotations?: { name: string; stringValue?: string; intValue?: number }[];
}

interface Track {
  uuid: number;
  parentUuid?: number;
  name: string;
  description?: string;
  process?: { pid: number; processName: string };
}

interface Packet {
  timestamp?: number;
  timestampClockId?: number;
  trustedPacketSequenceId: number;
  sequenceFlags?: number;
  trackEvent?: Event;
  trackDescriptor?: Track;
}

function bytesOf(detailed: DetailedReport): Uint8Array {
  const bytes = perfetto.renderDetailed?.(detailed, {});
  if (!(bytes instanceof Uint8Array)) throw new Error('a Perfetto trace is bytes');
  return bytes;
}

function read(bytes: Uint8Array): Packet[] {
  return (Trace.toObject(Trace.decode(bytes), { longs: Number }) as { packet: Packet[] }).packet;
}

const packetsOf = (detailed: DetailedReport): Packet[] => read(bytesOf(detailed));

const tracksOf = (packets: readonly Packet[]): Track[] =>
  packets.flatMap(({ trackDescriptor }) => (trackDescriptor === undefined ? [] : [trackDescriptor]));

interface Timed extends Event {
  time: number;
}

const eventsOf = (packets: readonly Packet[]): Timed[] =>
  packets.flatMap(({ timestamp, trackEvent }) =>
    trackEvent === undefined ? [] : [{ ...trackEvent, time: timestamp ?? Number.NaN }],
  );

const note = (event: Event | undefined, name: string) => {
  const found = event?.debugAnnotations?.find((one) => one.name === name);
  return found?.stringValue ?? found?.intValue;
};

describe('the 5.10 story', () => {
  const packets = packetsOf(odirectLife());
  const tracks = tracksOf(packets);
  const events = eventsOf(packets);
  const named = (name: string) => tracks.find((track) => track.name.startsWith(name));

  it('has a track for the process and below it one for the pinned page, with its I/O and the harm', () => {
    const process = named('scn 157');
    expect(process?.process).toEqual({ pid: 157, processName: 'scn' });
    expect(process?.name).toBe('scn 157 mm 0xffffa08d01063300');
    const page = named('0x7f02b2792000 = pfn 0x7fb7d');
    expect(page?.parentUuid).toBe(process?.uuid);
    expect(named('i/o')?.parentUuid).toBe(page?.uuid);
    expect(named('harm')?.parentUuid).toBe(page?.uuid);
  });

  it('shows what the address mapped as slices within the pin', () => {
    const page = named('0x7f02b2792000')?.uuid;
    const slices = nested(events.filter((event) => event.trackUuid === page));
    expect(slices).toEqual([
      { name: 'pinned by get_user_pages_fast for write', depth: 0, from: 385_083_000, to: 1_193_600_000 },
      { name: 'mapped pfn 0x7fb7d', depth: 1, from: 385_083_000, to: 539_985_000 },
      { name: 'swapped: not present, entry for pfn 0x7fb7d', depth: 1, from: 539_985_000, to: 546_504_000 },
      { name: 'mapped pfn 0x7fb7d', depth: 1, from: 546_504_000, to: 546_834_000 },
      { name: 'mapped another page: pfn 0x7fb6a', depth: 1, from: 546_834_000, to: 1_193_600_000 },
    ]);
  });

  it('marks the drift, with its trace line', () => {
    const drift = events.find((event) => event.categories?.includes('drift'));
    expect(drift).toMatchObject({ type: INSTANT, time: 546_834_000, name: 'drift: pfn 0x7fb7d -> 0x7fb6a' });
    expect(note(drift, 'line')).toBe(648);
    expect(note(drift, 'text')).toBe(odirect().findings[0]?.evidence[3]?.text);
    expect(note(drift, 'task')).toBe('scn-157');
  });

  it('leads from the finding over the pin and the drift to the harm', () => {
    const flow = events.filter((event) => event.flowIds?.includes(1) || event.terminatingFlowIds?.includes(1));
    expect(flow.map(({ categories, name }) => [categories?.[0], name])).toEqual([
      ['finding', titleOf(odirect().findings[0] as Finding)],
      ['pin', 'pinned by get_user_pages_fast for write'],
      ['drift', 'drift: pfn 0x7fb7d -> 0x7fb6a'],
      ['harm', 'lost-dma-write'],
    ]);
    expect(flow.map(({ time }) => time)).toEqual(flow.map(({ time }) => time).toSorted((a, b) => a - b));
    expect(flow.at(-1)?.terminatingFlowIds).toEqual([1]);
  });

  it('describes the pin: addresses, flags, line', () => {
    const pin = events.find((event) => event.categories?.includes('pin'));
    expect(note(pin, 'vaddr')).toBe('0x7f02b2792000');
    expect(note(pin, 'pfn')).toBe('0x7fb7d');
    expect(note(pin, 'flags')).toBe('FOLL_GET|FOLL_WRITE');
    expect(note(pin, 'line')).toBe(331);
  });

  it('names the clock, the sequence, and every track once', () => {
    expect(packets.every((packet) => packet.trustedPacketSequenceId === 1)).toBe(true);
    expect(packets[0]).toMatchObject({ firstPacketOnSequence: true, sequenceFlags: 1 });
    expect(packets.filter((packet) => packet.trackEvent).every((packet) => packet.timestampClockId === BOOTTIME)).toBe(
      true,
    );
    expect(new Set(tracks.map((track) => track.uuid)).size).toBe(tracks.length);
    expect(tracks[0]?.description).toContain('clock local');
  });

  it('uses the field numbers of protos/perfetto/trace', () => {
    const [packet] = fields(bytesOf(odirectLife()));
    expect(packet?.field).toBe(1);
    const numbers = fields(bytesOf(odirectLife())).map((one) => fields(one.bytes));
    const event = numbers.find((all) => all.some(({ field }) => field === 11));
    // TracePacket: timestamp 8, trusted_packet_sequence_id 10, track_event 11, timestamp_clock_id 58
    expect(event?.map(({ field }) => field)).toEqual([8, 10, 11, 58]);
    // TrackEvent: debug_annotations 4, type 9, track_uuid 11, categories 22, name 23, flow_ids 47 (fixed64)
    const inner = fields(event?.find(({ field }) => field === 11)?.bytes ?? new Uint8Array());
    expect([...new Set(inner.map(({ field }) => field))]).toEqual([4, 9, 11, 22, 23, 47]);
    expect(inner.find(({ field }) => field === 47)?.wire).toBe(1);
    // DebugAnnotation: string_value 6, name 10
    expect(fields(inner[0]?.bytes ?? new Uint8Array()).map(({ field }) => field)).toEqual([6, 10]);
    // TracePacket: track_descriptor 60; TrackDescriptor: uuid 1, name 2, parent_uuid 5, ...
    const track = numbers
      .flatMap((all) => all.filter(({ field }) => field === 60))
      .map(({ bytes }) => fields(bytes).map(({ field }) => field));
    expect(track[0]).toEqual([1, 2, 11, 14, 15]);
    expect(track[1]).toEqual([1, 2, 5, 12, 15]);
  });
});

describe('any report', () => {
  it.each([
    ['hostile', hostileLife()],
    ['many', manyLives(2000, 40)],
    ['clean', { report: cleanReport(), pins: [] }],
    ['findings only', { report: odirect(), pins: [] }],
  ])('%s: slices nest and are in order on every track', (_, detailed) => {
    const events = eventsOf(packetsOf(detailed));
    for (const all of groups(events).values()) {
      expect(all.map(({ time }) => time)).toEqual(all.map(({ time }) => time).toSorted((a, b) => a - b));
      nested(all);
    }
  });

  it('ticks are labelled as ticks, and line numbers where there are no times', () => {
    const detailed = odirectLife();
    const [trace] = detailed.report.traces;
    if (trace === undefined) throw new Error('the sample has a trace');
    const first = (timeUnit: 'ticks' | 'none') =>
      tracksOf(packetsOf({ ...detailed, report: { ...detailed.report, traces: [{ ...trace, timeUnit }] } }))[0]?.name;
    expect(first('ticks')).toBe('findings (1 ns is a tick of the clock)');
    expect(first('none')).toBe('findings (no times: 1 ns is a line)');
  });

  it('task names stay text', () => {
    const packets = packetsOf(hostileLife());
    const all = JSON.stringify(packets);
    expect(all).not.toContain(HOSTILE.slice(0, 4));
    expect(all).not.toMatch(/\\u001b|\u202e|\u200b/);
    expect(all).toContain('<script>alert(1)</script>');
  });

  it('two address spaces with one pid: only one is that process', () => {
    const detailed = odirectLife();
    const [pin] = detailed.pins;
    if (pin === undefined) throw new Error('the sample has a pin');
    const other = { ...pin, mm: '0xffffa08d01069999', finding: undefined };
    const tracks = tracksOf(packetsOf({ ...detailed, pins: [pin, other] }));
    expect(tracks.filter((track) => track.process !== undefined)).toHaveLength(1);
    expect(tracks.filter((track) => track.name.startsWith('scn 157'))).toHaveLength(2);
  });

  it('two pins of one page at the same time are on two tracks', () => {
    const detailed = odirectLife();
    const [pin] = detailed.pins;
    if (pin === undefined) throw new Error('the sample has a pin');
    const other = { ...pin, from: 400_000_000, finding: undefined };
    const names = tracksOf(packetsOf({ ...detailed, pins: [pin, other] })).map((track) => track.name);
    expect(names).toContain('0x7f02b2792000 = pfn 0x7fb7d (2)');
  });

  it('of too many pins the least interesting are omitted, which is stated', () => {
    const drawn = [...draw(manyLives(600, 3), 100)];
    expect(drawn.filter((one) => one.kind === 'begin' && one.category === 'pin')).toHaveLength(100);
    expect(drawn[0]).toMatchObject({ kind: 'track', description: expect.stringContaining('500 pins') });
  });

  it('the same report gives the same bytes', () => {
    expect(Buffer.compare(bytesOf(hostileLife()), bytesOf(hostileLife()))).toBe(0);
  });
});

interface Slice {
  name: string;
  depth: number;
  from: number;
  to: number;
}

/** Slices of one track, outermost first; throws where they do not nest. */
function nested(events: readonly Timed[]): Slice[] {
  const slices: Slice[] = [];
  const open: Slice[] = [];
  for (const event of events) {
    if (event.type === SLICE_BEGIN) {
      const slice = { name: event.name ?? '', depth: open.length, from: event.time, to: Number.NaN };
      open.push(slice);
      slices.push(slice);
    } else if (event.type === SLICE_END) {
      const slice = open.pop();
      if (slice === undefined) throw new Error('an end without a begin');
      slice.to = event.time;
    }
  }
  if (open.length > 0) throw new Error(`${open.length} slices without an end`);
  return slices;
}

function groups(events: readonly Timed[]): Map<number, Timed[]> {
  const all = new Map<number, Timed[]>();
  for (const event of events) all.set(event.trackUuid, [...(all.get(event.trackUuid) ?? []), event]);
  return all;
}

interface Field {
  field: number;
  wire: number;
  bytes: Uint8Array;
}

/** The fields of a message as they are on the wire, known to nobody's schema. */
function fields(bytes: Uint8Array): Field[] {
  const all: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at] ?? 0;
      at += 1;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const wire = key % 8;
    const size = wire === 2 ? varint() : wire === 1 ? 8 : 0;
    const start = at;
    if (wire === 0) varint();
    at += size;
    all.push({ field: Math.floor(key / 8), wire, bytes: bytes.subarray(start, at) });
  }
  return all;
}
