// Why: this is how the kernel keeps events in its ring buffer, and how trace-cmd, a crash dump and trace_pipe_raw hand
// them on: pages with a time and a length, events that count their time from the one before.
//
//   u64 time | long commit (length; bit 31: events were lost before this page, bit 30: how many stands behind the data)
//   u32 event: type_len 5 bits, delta 27 bits (the first five are the low ones on a little endian machine, else the high)
//     type_len 0        data, u32 length (counting itself) before it
//              1..28    data of type_len * 4 bytes
//              29       padding: to the end of the page where delta is 0, else over an event that was discarded
//              30       the clock goes on by delta + (u32 << 27)
//              31       the clock is delta + (u32 << 27), below its upper five bits
// Sources: include/linux/ring_buffer.h, kernel/trace/ring_buffer.c of 6.12.
import { InputError } from '../util/errors.ts';
import { readFields } from './format.ts';

/** Layout of a page, from `events/header_page`. */
export interface PageLayout {
  little: boolean;
  commitOffset: number;
  /** bytes of a `long` of that kernel: 4 or 8 */
  longSize: number;
  dataOffset: number;
  /** header and data */
  pageSize: number;
}

/**
 * @param text `events/header_page`
 * @param longSize from the file's header, for a header_page without it
 */
export function readPageLayout(text: string, little: boolean, longSize: number): PageLayout {
  const fields = readFields(text);
  const commit = fields.find((f) => f.name === 'commit');
  const data = fields.find((f) => f.name === 'data');
  const commitOffset = 8;
  const long = commit?.size === 4 || commit?.size === 8 ? commit.size : longSize === 4 ? 4 : 8;
  const dataOffset =
    data !== undefined && data.offset >= commitOffset + long && data.offset <= 64 ? data.offset : 8 + long;
  const pageSize = data === undefined ? 4096 : data.offset + data.size;
  return { little, commitOffset, longSize: long, dataOffset, pageSize: isPageSize(pageSize) ? pageSize : 4096 };
}

/** Page tables, pointers and pages of 32-bit kernels are not supported by the replay. */
export const thirtyTwoBits = (path: string): InputError =>
  new InputError('this is a recording of a 32-bit kernel; only 64-bit kernels are supported', {
    where: path,
    tryThis: 'record on a 64-bit kernel',
  });

/** A sub-buffer is a power of two pages (buffer_subbuf_size_kb), and a page is at most 64 KiB. */
export const isPageSize = (n: number): boolean => n >= 256 && n <= 1 << 24 && n % 4 === 0;

const LOST = 0x80000000;
const COUNTED = 0x40000000;
const COMMIT = 0x07ffffff;
/** Bits of a length that no kernel sets. */
const NEVER = 0x38000000;
const UNIT = 2 ** 27;

/** The upper half of a length: zero, or the sign of bit 31 (kernels add `1 << 31`, an int, to it). */
const isUpper = (upper: number, commit: number): boolean =>
  upper === 0 || (upper === 0xffffffff && (commit & LOST) !== 0);

/** One page at a time, and the events on it. */
export class RingPage {
  readonly layout: PageLayout;
  buf: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  /** events lost before this page; 0: none, -1: some */
  lost = 0;
  /** why the rest of the page could not be read */
  bad: string | undefined;
  /** nothing was written on it */
  isEmpty = false;
  /** data of the event found by {@link next} */
  start = 0;
  end = 0;
  /** its time, relative to the origin */
  ts = 0;
  #at = 0;
  #stop = 0;
  /** the upper five bits of the page's time */
  #top = 0;
  #originHi = 0;
  #originLo = 0;

  constructor(layout: PageLayout) {
    this.layout = layout;
  }

  /** Base of times, so that they are exact as doubles. */
  setOrigin(origin: bigint): void {
    this.#originHi = Number(origin >> 32n);
    this.#originLo = Number(origin & 0xffffffffn);
  }

  /** Start with the page at `buf[at, at + size)`. */
  load(buf: Uint8Array, view: DataView, at: number, size: number): void {
    const { little, commitOffset, longSize, dataOffset } = this.layout;
    this.buf = buf;
    this.view = view;
    this.bad = undefined;
    this.lost = 0;
    this.#at = at + dataOffset;
    this.#stop = this.#at;
    if (size < dataOffset) {
      this.bad = 'a page of the ring buffer is truncated';
      return;
    }
    const hi = view.getUint32(little ? at + 4 : at, little);
    const lo = view.getUint32(little ? at : at + 4, little);
    this.#top = (hi >>> 27) * UNIT;
    this.#setTime(hi, lo);
    const commit = view.getUint32(at + commitOffset + (little || longSize === 4 ? 0 : 4), little);
    const upper = longSize === 4 ? 0 : view.getUint32(at + commitOffset + (little ? 4 : 0), little);
    const used = commit & COMMIT;
    const room = size - dataOffset;
    if ((commit & LOST) !== 0) this.lost = this.#lostCount(commit, at + dataOffset + used, at + size);
    this.#stop = this.#at + Math.min(used, room);
    this.isEmpty = used === 0;
    if (used > room || used % 4 !== 0 || !isUpper(upper, commit) || (commit & NEVER) !== 0)
      this.bad = 'a page of the ring buffer is truncated or damaged';
  }

  #lostCount(commit: number, at: number, end: number): number {
    const { little, longSize } = this.layout;
    if ((commit & COUNTED) === 0 || at + longSize > end) return -1;
    if (longSize === 4) return this.view.getUint32(at, little) || -1;
    const n = Number(this.view.getBigUint64(at, little));
    return n > 0 && n <= Number.MAX_SAFE_INTEGER ? n : -1;
  }

  #setTime(hi: number, lo: number): void {
    this.ts = (hi - this.#originHi) * 4294967296 + (lo - this.#originLo);
  }

  /** Advance to the next event. False: there is no other on this page. */
  next(): boolean {
    const { view } = this;
    const { little } = this.layout;
    const stop = this.#stop;
    let at = this.#at;
    while (at + 4 <= stop) {
      const word = view.getUint32(at, little);
      const type = little ? word & 31 : word >>> 27;
      const delta = little ? word >>> 5 : word & 0x07ffffff;
      if (type > 0 && type <= 28) {
        this.ts += delta;
        this.start = at + 4;
        this.end = at + 4 + type * 4;
        if (this.end > stop) return this.#broken();
        this.#at = this.end;
        return true;
      }
      // a rest too short for an event, at the end of the page
      if (type === 29 && delta === 0 && stop - at < 8 + 4) break;
      if (at + 8 > stop) return this.#broken();
      const next = view.getUint32(at + 4, little);
      if (type === 30) {
        this.ts += delta + next * UNIT;
        at += 8;
      } else if (type === 31) {
        // 59 bits: 27 of delta, 32 of the word behind it
        this.#setTime(this.#top + Math.floor(next / 32), (delta | (next << 27)) >>> 0);
        at += 8;
      } else {
        this.ts += delta;
        if (next < 4 || at + 4 + next > stop || (type === 29 && delta === 0)) return this.#broken();
        const step = 4 + ((next + 3) & ~3);
        if (type === 0) {
          this.start = at + 8;
          this.end = at + 4 + next;
          this.#at = at + step;
          return true;
        }
        at += step;
      }
    }
    this.#at = stop;
    return false;
  }

  #broken(): boolean {
    this.bad = 'an event of the ring buffer is longer than its page';
    this.#at = this.#stop;
    return false;
  }
}
