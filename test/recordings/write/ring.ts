// Pages of the ring buffer out of events of one CPU. Source: include/linux/ring_buffer.h, kernel/trace/ring_buffer.c.
import { payload, type WrittenEvent } from './events.ts';
import { Out } from './out.ts';

export interface RingOptions {
  little: boolean;
  /** bytes of a page with its head */
  pageSize: number;
  /** bytes of the kernel's `long` */
  long: 4 | 8;
  /** events lost before the page of this number; -1: nobody counted */
  lost?: ReadonlyMap<number, number>;
  /** what the clock shows for a time */
  ticks?: (ts: bigint) => bigint;
  /** so many events are on a page at most */
  perPage?: number;
}

const TIME_EXTEND = 30;
const TIME_STAMP = 31;
const LONGEST_DELTA = 1n << 27n;

export function headerPage({ pageSize, long }: RingOptions): string {
  return [
    '\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;',
    `\tfield: local_t commit;\toffset:8;\tsize:${long};\tsigned:1;`,
    '\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;',
    `\tfield: char data;\toffset:${8 + long};\tsize:${pageSize - 8 - long};\tsigned:1;`,
    '',
  ].join('\n');
}

export function pagesOf(events: readonly WrittenEvent[], options: RingOptions): Buffer[] {
  const { little, pageSize, long, lost, ticks = (ts) => ts, perPage = Number.POSITIVE_INFINITY } = options;
  const out: Buffer[] = [];
  const room = pageSize - 8 - long - 8;
  let page = new Out(little);
  let time = 0n;
  let count = 0;
  let start = 0n;
  const end = () => {
    if (count === 0) return;
    const n = lost?.get(out.length) ?? 0;
    const whole = new Out(little).u64(start);
    const commit = page.length + (n === 0 ? 0 : 0x80000000 + (n > 0 ? 0x40000000 : 0));
    if (long === 8) whole.u64(commit);
    else whole.u32(commit);
    whole.bytes(page.all);
    if (n > 0) whole.number(BigInt(n), long);
    out.push(Buffer.from(whole.align(pageSize).all));
    page = new Out(little);
    count = 0;
  };
  const word = (type: number, delta: number) => page.u32(little ? (delta << 5) | type : (type << 27) | delta);
  for (const event of events) {
    const now = ticks(event.ts);
    const body = payload(event, new Out(little)).all;
    if (count > 0 && (page.length + body.length + 16 > room || count >= perPage)) end();
    if (count === 0) {
      start = now;
      time = now;
    }
    let delta = now - time;
    if (delta >= LONGEST_DELTA || delta < 0n) {
      // every other one is an absolute time
      if (delta < 0n || count % 2 === 0) {
        word(TIME_STAMP, Number(now & (LONGEST_DELTA - 1n))).u32(Number((now >> 27n) & 0xffffffffn));
      } else word(TIME_EXTEND, Number(delta & (LONGEST_DELTA - 1n))).u32(Number(delta >> 27n));
      delta = 0n;
    }
    time = now;
    if (body.length <= 112) word(body.length / 4, Number(delta));
    else word(0, Number(delta)).u32(body.length + 4);
    page.bytes(body);
    count++;
  }
  end();
  return out;
}
