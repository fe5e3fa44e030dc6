// Why: a binary recording (trace.dat, perf.data, raw ring buffer pages) has events that need no text to be understood.
// What reads one gives what stands here; what comes behind (engine/reading/) does not know which it was. Types only.
import type { RecordingFormat, TraceHead } from '../parsers/head.ts';

/** Bytes that can be read at any place, as often as needed. */
export interface Bytes {
  readonly size: number;
  /** Fill `into` with what stands at `at`. Returns how much there is. */
  readAt(into: Uint8Array, at: number): number;
  close(): void;
}

/** What a recording may be read from. */
export interface RecordingInput {
  /** as the user named it: a file, a directory of raw pages, `-` */
  readonly path: string;
  /** its bytes at any place; undefined for a pipe and for a directory */
  readonly bytes?: Bytes | undefined;
  /** a pipe: its bytes one after the other, from the first; 0 of them are the end, and there may never be one */
  /** kallsyms of that boot, for a recording that has none */
  readonly symbols?: (() => Uint8Array) | undefined;
  readonly stream?: { read(into: Uint8Array): number | Promise<number> } | undefined;
}

/**
 * Open a recording. `index.ts` tries one format after the other.
 * @param head the first bytes (up to 64 KB); empty for a directory
 * @returns undefined when it is none of this format
 * @throws InputError when it is, and nothing of it can be read
 */
export type OpenRecording = (input: RecordingInput, head: Uint8Array) => Promise<Recording | undefined>;

/** What the beginning says about the whole; the meaning of each fact is that of a text's head. */
export type RecordingHead = Omit<TraceHead, 'format' | 'table'> & { format: RecordingFormat };

/**
 * A stream of events in the order of time. It may have no end, and can be left at any point.
 *
 *     while (await recording.fill()) {
 *       while (recording.next(event)) ...
 *     }
 */
export interface Recording {
  readonly head: RecordingHead;
  /** bytes of the file; undefined for a pipe */
  readonly size: number | undefined;
  /** bytes read so far, in the same measure */
  readonly position: number;
  /** why it ends before it should, known when {@link fill} has said so; what stood before has been delivered */
  readonly damage: string | undefined;
  /** records that could not be understood so far, the first few of them with a reason; they are accounted for like bad lines */
  readonly bad: readonly { index: number; reason: string }[];
  /** number of records that could not be understood so far */
  readonly badCount: number;
  /** Read on. False: there is nothing left. */
  fill(): boolean | Promise<boolean>;
  /** Step to the next event or loss; false: {@link fill} first. */
  next(out: RecordedEvent): boolean;
  /** Arguments of the event that {@link next} gave last, as the kernel prints them: `(do_wp_page+0x0/0x470) mm=0xffff9af7ffe48440`. */
  argumentsText(event: RecordedEvent): string;
  /** Show events again, by their {@link RecordedEvent.place}. A pipe may have forgotten them: such are missing in the answer. */
  show(places: readonly number[]): ShownEvent[] | Promise<ShownEvent[]>;
  close(): void;
}

/** Where an event stands in the file that was recorded (unpacked from `.gz` and the like). */
export interface RecordPlace {
  /** byte in the file: of the event, or of the packed piece that it is in; undefined where all of it was packed as one */
  offset?: number;
  /** byte of the event in the unpacked piece */
  unpacked?: number;
  /** bytes of the event */
  length: number;
}

/** An event as evidence. */
export interface ShownEvent {
  place: number;
  /** one line, as `trace` shows it: task, CPU, time, name, arguments */
  text: string;
  /** task name; empty where it is not known */
  comm: string;
  /** thread; -1 where it is not known */
  pid: number;
  /** lines of its stack; empty where none was recorded */
  stack: string[];
  at?: RecordPlace;
}

/** One field of an event type, in the order of the format file. */
export interface RecordedField {
  /** `gup_flags`, `mm` */
  readonly name: string;
  /** `number`: {@link RecordedEvent.hi} and `lo`; `text`: {@link RecordedEvent.text} (strings, and symbols as `name+0x10/0x20`) */
  readonly is: 'number' | 'text';
}

/** What events of one kind share: one object per event type and place of a probe, the same for all of its events. */
export interface RecordedType {
  /** `pindrift`, `sched` */
  readonly system: string;
  readonly name: string;
  /** function that a probe sits on, without `+0x0/0x470`; undefined for tracepoints and where the recording does not tell */
  readonly symbol: string | undefined;
  /** a return probe */
  readonly ret: boolean;
  /** without `common_*` and `__probe_*` */
  readonly fields: readonly RecordedField[];
  /** for whoever reads the events: those fields (1) that are looked at, the others need not be filled; undefined: all */
  wanted?: Uint8Array;
}

/** The cursor that {@link Recording.next} fills; one is used for all events. */
export class RecordedEvent {
  /** number of the record, from 1: what the line number is in a text. Losses count too */
  index = 0;
  /** where the recording can show it again: any number below 2^53 that grows with `index` */
  place = 0;
  /** > 0: so many events were lost here on `cpu`; NaN: some; 0: this is an event. Of a loss only `cpu`, `ts` and the place mean anything */
  lost = 0;
  /** ns since the head's `timeBase`; NaN where unknown */
  ts = Number.NaN;
  /** -1: unknown, as with the two below */
  cpu = -1;
  /** thread id, what ftrace calls PID */
  pid = -1;
  tgid = -1;
  /** 0: a task, 1: a softirq, 2: a hard interrupt or NMI; -1 where the recording does not say it */
  context = -1;
  type: RecordedType = NO_TYPE;
  /** who is returned to, of a return probe: `name+0x10/0x20` or `name`; undefined where unknown */
  caller: string | undefined;
  /** task name; empty where it is not known */
  comm = '';
  /** numbers, by the index of the field in `type.fields`: extended to 64 bits by the field's own sign, upper and lower half */
  readonly hi = new Int32Array(MOST_FIELDS);
  readonly lo = new Int32Array(MOST_FIELDS);
  /** whether the event has the number: a value that could not be read (`(fault)`, cut) is not there */
  readonly there = new Uint8Array(MOST_FIELDS);
  /** texts, by the same index; undefined where it could not be read */
  readonly text: (string | undefined)[] = [];
}

/** More fields than any event has (MAX_TRACE_ARGS is 128; an array's elements are fields of their own: `vec[0]`). */
export const MOST_FIELDS = 512;

const NO_TYPE: RecordedType = { system: '', name: '', symbol: undefined, ret: false, fields: [] };
