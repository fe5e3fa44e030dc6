// Why: records of perf.data are consecutive, each with its type and size. They are read sequentially once, and again by
// position when they are next by time: only numbers are queued, however long a round is.
import { type Bytes, viewOf } from '../bytes.ts';
import { ANOTHER, isRecording } from '../magic.ts';

/** A run of records in a file. */
export interface RecordRange {
  bytes: Bytes;
  start: number;
  end: number;
}

const HEAD = 8;
const MOST_TYPES = 1 << 16;
/** u16 */
const LONGEST = 65536;
const WINDOW = 1 << 18;
/** A round contains a run of records for each CPU; they are read in parallel. */
const WINDOWS = 16;

interface Window {
  buf: Uint8Array;
  view: DataView;
  from: number;
  end: number;
}

export class Records {
  readonly range: RecordRange;
  readonly little: boolean;
  /** the record is `buf[at, end)`, its head included */
  buf: Uint8Array = new Uint8Array(0);
  view: DataView = viewOf(this.buf);
  at = 0;
  end = 0;
  type = 0;
  /** its position in the file */
  place = 0;
  /** position of the next one */
  next: number;
  /** why there is no next one */
  damage: string | undefined;
  /** the one used last is the first */
  readonly #windows: Window[] = [];

  constructor(range: RecordRange, little: boolean) {
    this.range = range;
    this.little = little;
    this.next = range.start;
  }

  /** Advance to the next record. */
  step(): boolean {
    const { start, end } = this.range;
    const place = this.next;
    if (place + HEAD > end) {
      if (place > start && place < end) this.damage ??= 'the last record is truncated';
      return false;
    }
    if (!this.read(place)) return false;
    this.next = place + (this.end - this.at);
    return true;
  }

  /** Skip bytes outside of records. */
  skip(n: number): void {
    const { end } = this.range;
    if (this.next + n > end) this.damage ??= 'a record claims more bytes than are left';
    this.next = Math.min(this.next + n, end);
  }

  /** The record at this position. */
  read(place: number): boolean {
    const window = this.#windowOf(place);
    const at = place - window.from;
    if (at + HEAD > window.end - window.from) {
      this.damage ??= 'the last record is truncated';
      return false;
    }
    const { buf, view } = window;
    const type = view.getUint32(at, this.little);
    // a recording of a pipe has no length; no type of a record is that large
    if (type > MOST_TYPES && isRecording(buf.subarray(at))) {
      this.damage ??= ANOTHER;
      return false;
    }
    const size = view.getUint16(at + 6, this.little);
    if (size < HEAD || at + size > window.end - window.from) {
      this.damage ??= size < HEAD ? 'a record has size 0' : 'the last record is truncated';
      return false;
    }
    this.buf = buf;
    this.view = view;
    this.at = at;
    this.end = at + size;
    this.type = type;
    this.place = place;
    return true;
  }

  /** A window with a complete record from `place` on, if the file has one. */
  #windowOf(place: number): Window {
    const windows = this.#windows;
    let i = 0;
    while (i < windows.length && !this.#isWithin(windows[i], place)) i++;
    if (i === windows.length) i = this.#read(place);
    const window = windows[i];
    for (; i > 0; i--) windows[i] = windows[i - 1];
    windows[0] = window;
    return window;
  }

  /** Read a window: a new one, or that which was used longest ago. Returns its index. */
  #read(place: number): number {
    const windows = this.#windows;
    const { start, end, bytes } = this.range;
    if (windows.length < WINDOWS) {
      const buf = new Uint8Array(Math.min(WINDOW + LONGEST, Math.max(HEAD, end - start)));
      windows.push({ buf, view: viewOf(buf), from: 0, end: 0 });
    }
    const oldest = windows[windows.length - 1];
    const room = Math.max(0, Math.min(oldest.buf.length, end - place));
    oldest.from = place;
    oldest.end = place + bytes.readAt(oldest.buf.subarray(0, room), place);
    return windows.length - 1;
  }

  #isWithin({ view, from, end }: Window, place: number): boolean {
    if (place < from || place + HEAD > end) return false;
    return place + view.getUint16(place - from + 6, this.little) <= end || end === this.range.end;
  }
}
