// A trace for ui.perfetto.dev, in Perfetto's own format: the pinned pages on a timeline, with arrows from each pin to
// its drift and to the harm.
import type { CheckReport, DetailedReport } from '../contract/report.ts';
import type { Notes } from './perfetto/notes.ts';
import {
  BOOTTIME,
  EXPLICIT,
  INSTANT,
  MERGE_NONE,
  SLICE_BEGIN,
  SLICE_END,
  STATE_CLEARED,
  Trace,
} from './perfetto/schema.ts';
import { type Begin, type Drawn, draw, type Instant, type Track } from './perfetto/tracks.ts';
import type { Reporter } from './reporter.ts';

/** Packets of one writer; any number that is not 0. */
const SEQUENCE = 1;
/** Packets encoded in one go. */
const BATCH = 4096;

export const perfetto: Reporter = {
  render: (report: CheckReport) => encode({ report, pins: [] }),
  renderDetailed: (detailed) => encode(detailed),
};

function encode(detailed: DetailedReport): Uint8Array {
  const parts: Uint8Array[] = [];
  let packet: object[] = [];
  const flush = () => {
    parts.push(Trace.encode({ packet }).finish());
    packet = [];
  };
  let first = true;
  for (const drawn of draw(detailed)) {
    packet.push({
      ...packetOf(drawn),
      ...(first ? { firstPacketOnSequence: true, sequenceFlags: STATE_CLEARED } : {}),
    });
    first = false;
    if (packet.length === BATCH) flush();
  }
  flush();
  return Buffer.concat(parts);
}

function packetOf(drawn: Drawn): object {
  const base = { trustedPacketSequenceId: SEQUENCE };
  switch (drawn.kind) {
    case 'track':
      return { ...base, trackDescriptor: descriptorOf(drawn) };
    case 'begin':
      return { ...base, ...timed(drawn.time), trackEvent: eventOf(drawn, SLICE_BEGIN) };
    case 'instant':
      return { ...base, ...timed(drawn.time), trackEvent: eventOf(drawn, INSTANT) };
    case 'end':
      return { ...base, ...timed(drawn.time), trackEvent: { type: SLICE_END, trackUuid: drawn.track } };
  }
}

const timed = (time: number) => ({ timestamp: time, timestampClockId: BOOTTIME });

function descriptorOf({ id, parent, name, process, description }: Track): object {
  return {
    uuid: id,
    ...(parent === undefined ? { childOrdering: EXPLICIT } : { parentUuid: parent, siblingOrderRank: id }),
    ...(process === undefined ? { name } : { name, process: { pid: process.pid, processName: process.name } }),
    ...(description === undefined ? {} : { description }),
    // Lanes of a page have names of their own, and two pages may have the same name in two traces.
    siblingMergeBehavior: MERGE_NONE,
  };
}

function eventOf(drawn: Begin | Instant, type: number): object {
  return {
    type,
    trackUuid: drawn.track,
    name: drawn.name,
    categories: [drawn.category],
    ...(drawn.flows === undefined ? {} : { flowIds: drawn.flows }),
    ...('ends' in drawn && drawn.ends !== undefined ? { terminatingFlowIds: drawn.ends } : {}),
    debugAnnotations: annotations(drawn.notes ?? []),
  };
}

function annotations(notes: Notes): object[] {
  return notes.flatMap(([name, value]) => {
    if (value === undefined) return [];
    return [typeof value === 'number' ? { name, intValue: value } : { name, stringValue: value }];
  });
}
