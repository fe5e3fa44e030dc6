// Why: perf.data has no checksums. A record whose type was damaged is a record of another kind, and a sample that became
// a record nobody reads would be lost without a sign. But each kind has its size, and its strings end where they should,
// so a record that is not what its type says can be told.
// Sources: include/uapi/linux/perf_event.h, tools/lib/perf/include/perf/event.h of 6.12; 22 and 84 are newer, unverified.
import { type IdLayout, RecordType, readSize } from './layout.ts';
import type { Records } from './records.ts';

interface Shape {
  /** up to its last part, without an id */
  bytes: number;
  /**
   * The last part; undefined: none. A string up to a whole number of 8 bytes, counters, what TIME_CONV has in newer
   * files, any bytes, or as many elements (of so many bytes) as the number before them says.
   */
  last?: 'string' | 'counters' | 'cycles' | 'bytes' | number[];
  /** the greatest number that its first part can be: what it is about */
  upTo?: number;
  /** it has not the id that samples have too: perf's own records */
  id?: false;
}

const USER = { id: false } as const;

const SHAPES: Record<number, Shape | undefined> = {
  1: { bytes: 40, last: 'string' }, // MMAP
  2: { bytes: 24 }, // LOST
  3: { bytes: 16, last: 'string' }, // COMM
  4: { bytes: 32 }, // EXIT
  5: { bytes: 32 }, // THROTTLE
  6: { bytes: 32 }, // UNTHROTTLE
  7: { bytes: 32 }, // FORK
  8: { bytes: 16, last: 'counters' }, // READ
  10: { bytes: 72, last: 'string' }, // MMAP2
  11: { bytes: 32 }, // AUX
  12: { bytes: 16 }, // ITRACE_START
  13: { bytes: 16 }, // LOST_SAMPLES
  14: { bytes: 8 }, // SWITCH
  15: { bytes: 16 }, // SWITCH_CPU_WIDE
  16: { bytes: 24, last: [16] }, // NAMESPACES
  17: { bytes: 24, last: 'string' }, // KSYMBOL
  18: { bytes: 24 }, // BPF_EVENT
  19: { bytes: 16, last: 'string' }, // CGROUP
  20: { bytes: 20, last: 'bytes' }, // TEXT_POKE
  21: { bytes: 16 }, // AUX_OUTPUT_HW_ID
  22: { bytes: 24, last: [8] }, // CALLCHAIN_DEFERRED
  67: { bytes: 36, last: 'bytes', ...USER }, // BUILD_ID
  68: { bytes: 8, ...USER }, // FINISHED_ROUND
  69: { bytes: 16, last: [32, 48], ...USER }, // ID_INDEX: newer ones say the guest
  70: { bytes: 16, last: 'bytes', upTo: 63, ...USER }, // AUXTRACE_INFO
  71: { bytes: 48, ...USER }, // AUXTRACE
  72: { bytes: 48, last: 'bytes', upTo: 1, ...USER }, // AUXTRACE_ERROR
  73: { bytes: 16, last: [24], ...USER }, // THREAD_MAP
  74: { bytes: 12, last: 'bytes', upTo: 2, ...USER }, // CPU_MAP
  75: { bytes: 16, last: [16], ...USER }, // STAT_CONFIG
  76: { bytes: 48, ...USER }, // STAT
  77: { bytes: 24, ...USER }, // STAT_ROUND
  78: { bytes: 24, last: 'bytes', upTo: 3, ...USER }, // EVENT_UPDATE
  79: { bytes: 32, last: 'cycles', ...USER }, // TIME_CONV
  82: { bytes: 8, ...USER }, // FINISHED_INIT
  84: { bytes: 32, last: [320] }, // BPF_METADATA
};

/** What describes a stream: it comes before the first sample, and in no file. */
const DESCRIBES = new Set<number>([64, 65, RecordType.TracingData, RecordType.Feature]);

/**
 * Whether a record that is no sample is what its type says.
 * @param readFormat what counters are read with a sample, as its attr has it
 * @param describing it stands where a stream describes itself
 */
export function isInShape(records: Records, ids: IdLayout, readFormat: number, describing: boolean): boolean {
  const { type, at, end, view, little } = records;
  if (DESCRIBES.has(type)) return describing;
  const shape = SHAPES[type];
  if (shape === undefined) return false;
  const from = at + shape.bytes;
  const to = shape.id === false ? end : end - ids.size;
  if (to < from) return false;
  // it is of 2, 4 or 8 bytes, which begin with the same two in one order only
  if (shape.upTo !== undefined && little && view.getUint16(at + 8, true) > shape.upTo) return false;
  const size = to - from;
  switch (shape.last) {
    case undefined:
      return size === 0;
    case 'bytes':
      // which cannot be told from those of a sample
      return true;
    case 'cycles':
      return size === 0 || size === 24;
    case 'string':
      return isString(records, from, to);
    case 'counters':
      return size === readSize(readFormat, view, from, end, little);
    default: {
      const count = Number(view.getBigUint64(from - 8, little));
      return shape.last.some((each) => each * count === size);
    }
  }
}

/** One string that fills the room up to a whole number of 8 bytes. What is behind its end was not always cleaned. */
function isString({ buf }: Records, from: number, to: number): boolean {
  const end = buf.subarray(from, to).indexOf(0);
  return end >= 0 && ((end + 1 + 7) & ~7) === ((to - from + 7) & ~7);
}
