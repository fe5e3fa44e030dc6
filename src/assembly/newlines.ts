// Finds newlines: 20 ns per line, where JavaScript's indexOf takes 130 ns.
import { bytesThatAre } from './text';

const NEWLINE: u8 = 10;

/**
 * Store the positions of newlines from `from` to `to`, and up to 15 bytes beyond, at `out`. Returns the next free
 * address.
 */
export function findNewlines(from: usize, to: usize, out: usize): usize {
  let place = out;
  for (let at = from; at < to; at += 16) {
    for (let bits = bytesThatAre(NEWLINE, at); bits; bits &= bits - 1) {
      store<i32>(place, <i32>at + ctz(bits));
      place += 4;
    }
  }
  return place;
}
