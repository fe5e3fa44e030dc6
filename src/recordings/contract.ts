// Why: a binary recording (trace.dat, perf.data, raw ring buffer pages) contains events that need no parsing. This is
// the interface implemented by its readers; the code after it (engine/reading/) does not depend on the format. Types
// only.
import type { RecordingFormat, TraceHead } from '../parsers/formats/head.ts';

/** Bytes that can be read at any position, repeatedly. */
export interface Bytes {
  readonly size: number;
  /** Fill `into` with the bytes at `at`. Returns their number. */
  readAt(into: Uint8Array, at: number): number;
  close(): void;
}

/** The input of a recording. */
export interface RecordingSource {
  /** as given by the user: a file, a directory of raw pages, `-` */
  readonly path: string;
  /** its bytes at any position; undefined for a pipe and for a directory */
  readonly bytes?: Bytes | undefined;
  /** kallsyms of that boot, for a recording without symbols */
  readonly symbols?: (() => Uint8Array) | undefined;
  /** a pipe: its bytes one after the other, from the first; 0 of them are the end, and there may never be one */
  readonly stream?: { read(into: Uint8Array): number | Promise<number> } | undefined;
}

/**
 * Open a recording. `index.ts` tries one format after the other.
 * @param head the first bytes (up to 64 KB); empty for a directory
 * @returns undefined if it has another format
 * @throws InputError if it has this format, but cannot be read
 */
export type OpenRecording = (input: RecordingSource, head: Uint8Array) => Promise<Recording | undefined>;

/** Facts from the beginning of the recording, with the same meaning as in a text's head. */
export type RecordingHead = Omit<TraceHead, 'format' | 'table'> & { format: RecordingFormat };

/**
 * A stream of events in time order. It may be endless, and can be abandoned at any point.
 *
 *     while (await recording.fill()) {
 *       while (recording.next(event)) ...
 *     }
 */
export interface Recording {
  readonly head: RecordingHead;
  /** bytes of the file; undefined for a pipe */
  readonly size: number | undefined;
  /** bytes read so far, in the same unit */
  readonly position: number;
  /** why it ends too early, known when {@link fill} has returned false; the part before has been delivered */
  readonly damage: string | undefined;
  /** records that could not be decoded so far, the first few of them with a reason; they are counted like bad lines */
  readonly bad: readonly { index: number; reason: string }[];
  /** number of records that could not be decoded so far */
  readonly badCount: number;
  /** Read more. False: the end. */
  fill(): boolean | Promise<boolean>;
  /** Advance to the next event or loss; false: call {@link fill} first. */
  next(out: RecordedEvent): boolean;
  /** Arguments of the current event, as printed by the kernel: `(do_wp_page+0x0/0x470) mm=0xffff9af7ffe48440`. */
  argumentsText(event: RecordedEvent): string;
  /**
   * Print events again, by their {@link RecordedEvent.place}. A pipe may have forgotten them: those are missing in the
   * result.
   */
  show(places: readonly number[]): ShownEvent[] | Promise<ShownEvent[]>;
  close(): void;
}

/** Place of an event in the recorded file (decompressed from `.gz` and the like). */
export interface RecordPlace {
  /**
   * byte in the file: of the event, or of the compressed block that contains it; undefined if everything was compressed
   * as one block
   */
  offset?: number;
  /** byte of the event in the decompressed block */
  unpacked?: number;
  /** bytes of the event */
  length: number;
}

/** An event as evidence. */
export interface ShownEvent {
  place: number;
  /** one line, as in `trace`: task, CPU, time, name, arguments */
  text: string;
  /** task name; empty if unknown */
  comm: string;
  /** thread; -1 if unknown */
  pid: number;
  /** lines of its stack; empty if none was recorded */
  stack: string[];
  at?: RecordPlace;
}

/** One field of an event type, in format file order. */
export interface RecordedField {
  /** `gup_flags`, `mm` */
  readonly name: string;
  /** `text`: strings, and symbols as `name+0x10/0x20` */
  readonly is: 'number' | 'text';
}

/** An event's bytes: `buf[start, end)`. */
export interface EventBytes {
  buf: Uint8Array;
  view: DataView;
  start: number;
  end: number;
}

/** A number of 64 bits: its upper and lower half, as signed numbers of 32 bits. */
export interface Halves {
  hi: number;
  lo: number;
}

/** Where the number of a field is in the bytes of each event of a type. */
export interface NumberPlace {
  readonly offset: number;
  /** 1, 2, 4 or 8 */
  readonly bytes: number;
  readonly signed: boolean;
  readonly little: boolean;
}

/** Reads the values of events of one type from their bytes: only those that somebody asks for. */
export interface RecordedValues {
  /** Where the number in a field of {@link RecordedType.fields} is; undefined: it is a text. */
  place(k: number): NumberPlace | undefined;
  /**
   * The number in a field of {@link RecordedType.fields}, extended to 64 bits by the field's own sign. False: the event
   * does not have it (it is truncated), or it is a text.
   */
  number(k: number, bytes: EventBytes, into: Halves): boolean;
  /** The text in a field; undefined if the event does not have it, or it is a number. */
  text(k: number, bytes: EventBytes): string | undefined;
  /** Of a return probe, the caller: `name+0x10/0x20` or `name`; undefined if unknown. */
  caller(bytes: EventBytes): string | undefined;
}

/** Properties shared by events of one kind: one object per event type and probe location. */
export interface RecordedType {
  /** `pindrift`, `sched` */
  readonly system: string;
  readonly name: string;
  /** probed function, without `+0x0/0x470`; undefined for tracepoints and if unknown */
  readonly symbol: string | undefined;
  /** a return probe */
  readonly ret: boolean;
  /** without `common_*` and `__probe_*` */
  readonly fields: readonly RecordedField[];
  readonly values: RecordedValues;
}

/** The cursor filled by {@link Recording.next}; one is used for all events. */
export class RecordedEvent {
  /** number of the record, from 1, corresponding to the line number in a text. Losses count too */
  index = 0;
  /** identifies the event for the recording: any number below 2^53 that increases with `index` */
  place = 0;
  /**
   * > 0: number of events lost here on `cpu`; NaN: unknown number; 0: this is an event. For a loss only `cpu`, `ts` and
   * the place are valid
   */
  lost = 0;
  /** ns since the head's `timeBase`; NaN if unknown */
  ts = Number.NaN;
  /** -1: unknown, also for the two below */
  cpu = -1;
  /** thread id, which ftrace calls PID */
  pid = -1;
  tgid = -1;
  /** 0: a task, 1: a softirq, 2: a hard interrupt; -1 if unknown */
  context = -1;
  type: RecordedType = NO_TYPE;
  /** task name; empty if unknown */
  comm = '';
  /** its bytes, up to the next event */
  readonly bytes: EventBytes = { buf: new Uint8Array(0), view: new DataView(new ArrayBuffer(0)), start: 0, end: 0 };
}

/** More fields than any event has (MAX_TRACE_ARGS is 128; an array's elements are fields of their own: `vec[0]`). */
export const MOST_FIELDS = 512;

const NO_VALUES: RecordedValues = {
  place: () => undefined,
  number: () => false,
  text: () => undefined,
  caller: () => undefined,
};
const NO_TYPE: RecordedType = {
  system: '',
  name: '',
  symbol: undefined,
  ret: false,
  fields: [],
  values: NO_VALUES,
};
