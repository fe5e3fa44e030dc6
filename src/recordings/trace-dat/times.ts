// Why: trace-cmd converts recorded times: a guest's clock to its host's, ticks of the TSC to ns, and it adds an offset
// or a date. This does the same with the same 64-bit integers. Source: trace-cmd 3.3, lib/trace-cmd/trace-input.c,
// timestamp_calc().
import type { Sample, TimeOptions } from './options.ts';

/** Times of one CPU. Undefined: recorded times are displayed, apart from an offset. */
export function correction(time: TimeOptions, cpu: number): ((raw: bigint) => bigint) | undefined {
  const { tsc, shifts } = time;
  const samples = shifts?.cpus[cpu];
  const synced = samples !== undefined && samples.length > 0;
  if (tsc === undefined && !synced) return undefined;
  return (raw) => {
    const shifted = synced ? shift(raw, samples, shifts?.interpolate === true) : raw;
    return (tsc === undefined ? shifted : scaled(shifted, tsc.mult, tsc.shift)) + time.add;
  };
}

/** mul_u64_u32_shr() */
function scaled(ticks: bigint, mult: bigint, shift: bigint): bigint {
  const low = ((ticks & 0xffffffffn) * mult) >> shift;
  const high = ticks >> 32n;
  return BigInt.asUintN(64, high === 0n ? low : low + ((high * mult) << (32n - shift)));
}

/** timestamp_host_sync() */
function shift(raw: bigint, samples: readonly Sample[], interpolate: boolean): bigint {
  if (samples.length === 1) return raw + samples[0].offset;
  let at = samples.findLastIndex(({ time }) => time <= raw);
  at = Math.min(Math.max(at, 0), samples.length - 2);
  const [min, max] = [samples[at], samples[at + 1]];
  const delta = max.time - min.time;
  const moved =
    interpolate && delta !== 0n
      ? min.offset + ((raw - min.time) * (max.offset - min.offset) + delta / 2n) / delta
      : min.offset;
  return ((raw * min.scaling) >> min.fraction) + moved;
}
