// Why: N independent jobs must take disjoint parts of one manifest, of similar size, on any engine that can number
// jobs: Slurm arrays, Kubernetes Indexed Jobs, GNU parallel, a shell loop.
import { InputError } from '../util/errors.ts';
import type { ManifestEntry } from './contract.ts';

/** Part `index` of `count`, index from 0. */
export interface Shard {
  index: number;
  count: number;
}

/** Startup cost of a capture, in bytes. */
const BYTES_OF_A_START = 100_000;

/**
 * The part of this process.
 * @param flag `I/N` where I starts at 0; else the environment of a Slurm array or a Kubernetes Indexed Job
 * @returns undefined: everything
 * @throws InputError if it is invalid
 */
export function shardOf(flag: string | undefined, env: NodeJS.ProcessEnv): Shard | undefined {
  if (flag !== undefined) {
    const [, index, count] = /^(\d+)\/(\d+)$/.exec(flag) ?? [];
    return valid(Number(index), Number(count), `--shard ${flag}`);
  }
  if (env.SLURM_ARRAY_TASK_ID !== undefined) {
    // --array=1-8 counts from 1, --array=0-7 from 0; the step of --array=0-70:10 is not 1
    const first = Number(env.SLURM_ARRAY_TASK_MIN ?? 0);
    const max = Number(env.SLURM_ARRAY_TASK_MAX ?? Number.NaN);
    const count = Number(env.SLURM_ARRAY_TASK_COUNT ?? Number.NaN);
    const step = Number(env.SLURM_ARRAY_TASK_STEP ?? (count > 1 ? (max - first) / (count - 1) : 1)) || 1;
    const index = (Number(env.SLURM_ARRAY_TASK_ID) - first) / step;
    return valid(index, count, 'SLURM_ARRAY_TASK_ID, SLURM_ARRAY_TASK_COUNT');
  }
  if (env.JOB_COMPLETION_INDEX !== undefined) {
    // Kubernetes does not pass the number of pods to a pod
    const count = Number(env.PINDRIFT_SHARDS ?? Number.NaN);
    return valid(Number(env.JOB_COMPLETION_INDEX), count, 'JOB_COMPLETION_INDEX, PINDRIFT_SHARDS');
  }
  return undefined;
}

function valid(index: number, count: number, where: string): Shard {
  if (Number.isInteger(index) && Number.isInteger(count) && index >= 0 && index < count) return { index, count };
  throw new InputError('this is not a shard', {
    where,
    tryThis: '--shard 0/8 for the first of eight; in a Kubernetes Job set PINDRIFT_SHARDS to its completions',
  });
}

/** The captures of one shard: the largest first, each to the smallest shard. Every process computes the same. */
export function entriesOf(entries: readonly ManifestEntry[], { index, count }: Shard): ManifestEntry[] {
  const load = new Float64Array(count);
  const mine: ManifestEntry[] = [];
  const sorted = entries.toSorted((a, b) => b.bytes - a.bytes || (a.sha256 < b.sha256 ? -1 : 1));
  for (const entry of sorted) {
    let least = 0;
    for (let i = 1; i < count; i++) if ((load[i] as number) < (load[least] as number)) least = i;
    load[least] = (load[least] as number) + entry.bytes + BYTES_OF_A_START;
    if (least === index) mine.push(entry);
  }
  return mine;
}
