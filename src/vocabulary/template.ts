// The shape of one event's arguments, learned from its first line and checked on each: which keys come in
// which order. Reading a line is then a walk over known literals. What deviates is read by name instead,
// so a template is a fast path and never a filter.

const EQ = 61; // =
const SP = 32;
const QUOTE = 34;

/** Start of a field's value in the line and its end (exclusive). */
export interface FieldSpan {
  key: string;
  start: number;
  end: number;
}

/** End of the value that starts at `pos`: the next blank, or the closing quote. */
export function valueEnd(buf: Uint8Array, pos: number, end: number): number {
  let i = pos;
  if (buf[i] === QUOTE) {
    i++;
    while (i < end && buf[i] !== QUOTE) i++;
    return i < end ? i + 1 : end;
  }
  while (i < end && buf[i] !== SP) i++;
  return i;
}

/**
 * Length of the probe location at `pos`: `(sym+0x0/0x220)`, `(A <- B)`, `([unknown/kretprobe'd] <- B)`,
 * `(ffffffff8de62860)`. Printed by print_kprobe_event() and print_kretprobe_event(), kernel/trace/trace_kprobe.c.
 * @returns offset just behind the closing parenthesis, or `pos` when there is no location
 */
export function locationEnd(buf: Uint8Array, pos: number, end: number): number {
  if (buf[pos] !== 40) return pos;
  for (let i = pos + 1; i < end; i++) if (buf[i] === 41) return i + 1;
  return pos;
}

/** All `key=value` and `key: value,` fields of a line's arguments, in order. The slow, tolerant way. */
export function fields(buf: Uint8Array, start: number, end: number): FieldSpan[] {
  const out: FieldSpan[] = [];
  let i = locationEnd(buf, start, end);
  if (buf[start] === 40 && i < end && i > start && buf[i - 1] === 41 && colonInside(buf, start + 1, i - 1)) {
    // sys_madvise(start: 7fcde215a000, len_in: 4000): print_syscall_enter(), kernel/trace/trace_syscalls.c
    return colonFields(buf, start + 1, end);
  }
  if (buf[start] === 40 && i === end && colonInside(buf, start + 1, end)) return colonFields(buf, start + 1, end);
  while (i < end) {
    while (i < end && (buf[i] === SP || buf[i] === 44)) i++;
    const keyStart = i;
    while (i < end && buf[i] !== EQ && buf[i] !== SP && buf[i] !== 58) i++;
    if (i < end && buf[i] === EQ) {
      const valueStart = i + 1;
      i = valueEnd(buf, valueStart, end);
      out.push({ key: latin1(buf, keyStart, valueStart - 1), start: valueStart, end: i });
    } else if (i < end && buf[i] === 58 && buf[i + 1] === SP && out.length === 0) {
      // perf and trace-cmd print syscalls as `start: 0x7fb5722f3000, len_in: 0x00004000`
      return colonFields(buf, keyStart, end);
    } else {
      while (i < end && buf[i] !== SP) i++;
    }
  }
  return out;
}

function colonInside(buf: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (buf[i] === 58 && buf[i + 1] === SP) return true;
  return false;
}

function colonFields(buf: Uint8Array, start: number, end: number): FieldSpan[] {
  const out: FieldSpan[] = [];
  let i = start;
  while (i < end) {
    while (i < end && (buf[i] === SP || buf[i] === 44)) i++;
    const keyStart = i;
    while (i < end && buf[i] !== 58) i++;
    const keyEnd = i;
    i++;
    while (i < end && buf[i] === SP) i++;
    const valueStart = i;
    while (i < end && buf[i] !== 44 && buf[i] !== 41 && buf[i] !== SP) i++;
    if (keyEnd < end && i > valueStart) out.push({ key: latin1(buf, keyStart, keyEnd), start: valueStart, end: i });
    while (i < end && buf[i] !== 44) i++;
  }
  return out;
}

/** Text of a byte range; trace text that matters for keys and symbols is ASCII. */
export function latin1(buf: Uint8Array, start: number, end: number): string {
  return Buffer.from(buf.buffer, buf.byteOffset + start, end - start).toString('latin1');
}

/** Upper and lower half of the number read last by {@link number64}. */
export const half = { hi: 0, lo: 0 };

/**
 * Read a number: `0x` hex, decimal with sign, or hex without `0x` when `bareHex`.
 * @returns the value as a signed 64-bit integer in a double (exact for canonical addresses; {@link half} is always exact
 * for hex), NaN when there is no number: `(fault)`, a symbol, a hashed pointer
 */
export function number64(buf: Uint8Array, start: number, end: number, bareHex: boolean): number {
  let i = start;
  let hex = bareHex;
  if (buf[i] === 48 && (buf[i + 1] | 32) === 120 && i + 1 < end) {
    i += 2;
    hex = true;
  }
  if (hex) {
    const n = end - i;
    if (n < 1 || n > 16) return Number.NaN;
    const split = n > 8 ? end - 8 : i;
    let hi = 0;
    let bad = 0;
    for (; i < split; i++) {
      const c = buf[i];
      const d = c <= 57 ? c - 48 : (c | 32) - 87;
      bad |= d & ~15;
      hi = (hi << 4) | d;
    }
    let lo = 0;
    for (; i < end; i++) {
      const c = buf[i];
      const d = c <= 57 ? c - 48 : (c | 32) - 87;
      bad |= d & ~15;
      lo = (lo << 4) | d;
    }
    if (bad !== 0) return Number.NaN;
    half.hi = hi;
    half.lo = lo;
    return hi * 4294967296 + (lo >>> 0);
  }
  const negative = buf[i] === 45;
  if (negative) i++;
  if (i >= end) return Number.NaN;
  let v = 0;
  for (; i < end; i++) {
    const d = buf[i] - 48;
    if (d < 0 || d > 9) return Number.NaN;
    v = v * 10 + d;
  }
  if (v > 9223372036854775807) {
    const big = BigInt(latin1(buf, start, end));
    half.hi = Number((big >> 32n) & 0xffffffffn) | 0;
    half.lo = Number(big & 0xffffffffn) | 0;
    return half.hi * 4294967296 + (half.lo >>> 0);
  }
  if (negative) v = -v;
  half.hi = Math.floor(v / 4294967296) | 0;
  half.lo = (v % 4294967296) | 0;
  return v;
}
