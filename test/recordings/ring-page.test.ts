// The pages of the ring buffer, in both byte orders: what include/linux/ring_buffer.h says about them.
import { describe, expect, it } from 'vitest';
import { viewOf } from '../../src/recordings/bytes.ts';
import { type PageLayout, RingPage } from '../../src/recordings/ring-page.ts';

const SIZE = 256;

interface Word {
  type: number;
  delta: number;
  /** what follows, as 32-bit words */
  words?: number[];
}

function page(little: boolean, long: 4 | 8, time: bigint, words: Word[], lost?: number): Uint8Array {
  const buf = new Uint8Array(SIZE);
  const view = viewOf(buf);
  view.setBigUint64(0, time, little);
  let at = 8 + long;
  for (const { type, delta, words: rest = [] } of words) {
    view.setUint32(at, little ? ((delta << 5) | type) >>> 0 : ((type << 27) | delta) >>> 0, little);
    at += 4;
    for (const word of rest) {
      view.setUint32(at, word, little);
      at += 4;
    }
  }
  let commit = at - 8 - long;
  if (lost !== undefined) {
    commit = (commit | 0x80000000) >>> 0;
    if (lost > 0) {
      commit = (commit | 0x40000000) >>> 0;
      if (long === 8) view.setBigUint64(at, BigInt(lost), little);
      else view.setUint32(at, lost, little);
    }
  }
  if (long === 8) view.setBigUint64(8, BigInt(commit), little);
  else view.setUint32(8, commit, little);
  return buf;
}

function read(buf: Uint8Array, layout: PageLayout, origin = 0n) {
  const ring = new RingPage(layout);
  ring.setOrigin(origin);
  ring.load(buf, viewOf(buf), 0, buf.length);
  const events: { ts: number; words: number[] }[] = [];
  while (ring.next()) {
    const words: number[] = [];
    for (let at = ring.start; at + 4 <= ring.end; at += 4) words.push(ring.view.getUint32(at, layout.little));
    events.push({ ts: ring.ts, words });
  }
  return { events, lost: ring.lost, bad: ring.bad };
}

for (const little of [true, false]) {
  for (const longSize of [4, 8] as const) {
    describe(`${little ? 'little' : 'big'} endian, long of ${longSize}`, () => {
      const layout: PageLayout = { little, longSize, commitOffset: 8, dataOffset: 8 + longSize, pageSize: SIZE };

      it('short, long, discarded events and padding each take their part of time and room', () => {
        const buf = page(little, longSize, 1000n, [
          { type: 2, delta: 0, words: [1, 2] },
          { type: 0, delta: 5, words: [12, 7, 8] },
          { type: 29, delta: 3, words: [8, 0] },
          { type: 1, delta: 2, words: [9] },
          { type: 29, delta: 0, words: [99] },
          { type: 1, delta: 2, words: [10] },
        ]);
        expect(read(buf, layout).events).toEqual([
          { ts: 1000, words: [1, 2] },
          { ts: 1005, words: [7, 8] },
          { ts: 1010, words: [9] },
        ]);
      });

      it('an extended time adds, an absolute one sets 59 bits below those of the page', () => {
        const start = (5n << 59n) + 77n;
        const stamp = 123456789n;
        const buf = page(little, longSize, start, [
          { type: 30, delta: 3, words: [2] },
          { type: 1, delta: 1, words: [1] },
          { type: 31, delta: Number(stamp & 0x7ffffffn), words: [Number(stamp >> 27n)] },
          { type: 1, delta: 4, words: [2] },
        ]);
        expect(read(buf, layout, 5n << 59n).events).toEqual([
          { ts: 77 + 3 + 2 * 2 ** 27 + 1, words: [1] },
          { ts: 123456793, words: [2] },
        ]);
      });

      it('events lost before the page are counted where the kernel counted them', () => {
        const one: Word[] = [{ type: 1, delta: 0, words: [1] }];
        expect(read(page(little, longSize, 0n, one), layout).lost).toBe(0);
        expect(read(page(little, longSize, 0n, one, 85), layout).lost).toBe(85);
        expect(read(page(little, longSize, 0n, one, -1), layout).lost).toBe(-1);
      });

      it('an event that is longer than its page ends the page, and is reported', () => {
        const buf = page(little, longSize, 0n, [
          { type: 1, delta: 0, words: [1] },
          { type: 28, delta: 0, words: [1] },
        ]);
        const { events, bad } = read(buf, layout);
        expect(events).toHaveLength(1);
        expect(bad).toMatch(/longer than its page/);
      });
    });
  }
}
