// The part of Perfetto's trace format that we write, with the field numbers Perfetto publishes:
// protos/perfetto/trace/trace.proto, trace_packet.proto, track_event/track_event.proto, track_descriptor.proto,
// process_descriptor.proto and debug_annotation.proto (https://github.com/google/perfetto). Nothing is interned: a
// reader without state between packets can follow, and gzip takes the repetition out.
import protobuf from 'protobufjs/light.js';

/** `TrackEvent.Type` */
export const SLICE_BEGIN = 1;
export const SLICE_END = 2;
export const INSTANT = 3;

/** `BuiltinClock` BUILTIN_CLOCK_BOOTTIME: a viewer's own time line, so that nothing has to be converted */
export const BOOTTIME = 6;

/** `TrackDescriptor.ChildTracksOrdering` */
export const EXPLICIT = 3;
/** `TrackDescriptor.SiblingMergeBehavior` SIBLING_MERGE_BEHAVIOR_NONE */
export const MERGE_NONE = 2;

/** `TracePacket.SequenceFlags` SEQ_INCREMENTAL_STATE_CLEARED */
export const STATE_CLEARED = 1;

const root = protobuf.Root.fromJSON({
  nested: {
    Trace: { fields: { packet: { rule: 'repeated', type: 'TracePacket', id: 1 } } },
    TracePacket: {
      oneofs: { data: { oneof: ['trackEvent', 'trackDescriptor'] } },
      fields: {
        timestamp: { type: 'uint64', id: 8 },
        trustedPacketSequenceId: { type: 'uint32', id: 10 },
        trackEvent: { type: 'TrackEvent', id: 11 },
        sequenceFlags: { type: 'uint32', id: 13 },
        timestampClockId: { type: 'uint32', id: 58 },
        trackDescriptor: { type: 'TrackDescriptor', id: 60 },
        firstPacketOnSequence: { type: 'bool', id: 87 },
      },
    },
    TrackDescriptor: {
      fields: {
        uuid: { type: 'uint64', id: 1 },
        name: { type: 'string', id: 2 },
        process: { type: 'ProcessDescriptor', id: 3 },
        parentUuid: { type: 'uint64', id: 5 },
        childOrdering: { type: 'uint32', id: 11 },
        siblingOrderRank: { type: 'int32', id: 12 },
        description: { type: 'string', id: 14 },
        siblingMergeBehavior: { type: 'uint32', id: 15 },
      },
    },
    ProcessDescriptor: {
      fields: { pid: { type: 'int32', id: 1 }, processName: { type: 'string', id: 6 } },
    },
    TrackEvent: {
      fields: {
        debugAnnotations: { rule: 'repeated', type: 'DebugAnnotation', id: 4 },
        type: { type: 'uint32', id: 9 },
        trackUuid: { type: 'uint64', id: 11 },
        categories: { rule: 'repeated', type: 'string', id: 22 },
        name: { type: 'string', id: 23 },
        flowIds: { rule: 'repeated', type: 'fixed64', id: 47, options: { packed: false } },
        terminatingFlowIds: { rule: 'repeated', type: 'fixed64', id: 48, options: { packed: false } },
      },
    },
    DebugAnnotation: {
      oneofs: { value: { oneof: ['intValue', 'stringValue'] } },
      fields: {
        intValue: { type: 'int64', id: 4 },
        stringValue: { type: 'string', id: 6 },
        name: { type: 'string', id: 10 },
      },
    },
  },
});

/** The whole file. Trace messages one behind the other are one Trace message. */
export const Trace = root.lookupType('Trace');
