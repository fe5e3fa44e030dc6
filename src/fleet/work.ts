// A worker of a queue: it takes captures as they come, and a capture counts as done for the queue only when its rows are
// on the disk. Killed at any moment it loses nothing: what it had not written is given to another.
import type { CaptureResult, ManifestEntry } from './contract.ts';
import { resultKey } from './contract.ts';
import { type Judging, judge } from './judge.ts';
import { type FleetQueue, Transient } from './queue.ts';
import type { Results } from './results.ts';

/** Captures that wait for their part to be written, at most, and for how long. */
const PART_CAPTURES = 200;
const PART_MS = 3000;

export interface WorkOptions extends Judging {
  results: Results;
  jobs: number;
  done: Set<string>;
  /** end when the queue is empty */
  untilEmpty: boolean;
  signal: AbortSignal;
  onDone?: ((result: CaptureResult) => void) | undefined;
}

interface Kept {
  result: CaptureResult;
  written: () => void;
  failed: (error: unknown) => void;
}

/** @throws InputError when parts can no longer be written; what is not written stays in the queue */
export async function workQueue(queue: FleetQueue, options: WorkOptions): Promise<{ captures: number }> {
  const { config, done, jobs, results, signal, untilEmpty, version } = options;
  let kept: Kept[] = [];
  let captures = 0;
  let broken: unknown;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const part = kept;
    kept = [];
    if (part.length === 0) return;
    try {
      results.write(
        part.map(({ result }) => result),
        version,
      );
      for (const { result, written } of part) {
        done.add(resultKey(result.capture));
        written();
      }
    } catch (error) {
      broken ??= error;
      for (const { failed } of part) failed(new Transient(error instanceof Error ? error.message : String(error)));
    }
  };
  const take = async (entry: ManifestEntry): Promise<void> => {
    if (broken !== undefined) throw new Transient('the results cannot be written');
    // delivered twice, or done by a run without a queue
    if (done.has(resultKey({ capture: entry.sha256, version, config }))) return;
    const result = await judge(entry, { ...options, backoff: [] });
    const { reason, status } = result.capture;
    if (status === 'unreadable') throw new Transient(reason ?? status);
    captures++;
    await new Promise<void>((written, failed) => {
      kept.push({ result, written, failed });
      if (kept.length >= PART_CAPTURES) flush();
      else timer ??= setTimeout(flush, PART_MS);
    });
    options.onDone?.(result);
    // kept in the queue as failed, with the end of its stderr, for whoever looks there
    if (status === 'fault' || status === 'timeout' || status === 'memory') throw new Error(`${status}: ${reason}`);
  };
  const worker = await queue.work(Math.max(jobs * 2, PART_CAPTURES), take);
  while (!signal.aborted && broken === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    if (!untilEmpty) continue;
    const { active, delayed, waiting } = await queue.counts();
    if (active + delayed + waiting === 0) break;
  }
  const stopping = worker.stop();
  // what is checked already shall not wait for its part to fill
  const drain = setInterval(flush, 200);
  await stopping;
  clearInterval(drain);
  flush();
  if (broken !== undefined) throw broken;
  return { captures };
}
