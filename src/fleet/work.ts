// A queue worker: a capture is done for the queue only when its rows are on disk. If the worker is killed at any time,
// nothing is lost: captures without written rows are given to another.
import type { CaptureResult, ManifestEntry } from './contract.ts';
import { resultKey } from './contract.ts';
import { type Judging, judgeCapture } from './judge.ts';
import { type FleetQueue, Transient } from './queue.ts';
import type { Results } from './results.ts';

/** Maximum number of captures waiting for their part to be written, and for how long. */
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

/** @throws InputError if parts can no longer be written; unwritten captures stay in the queue */
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
    const result = await judgeCapture(entry, { ...options, backoff: [] });
    const { reason, status } = result.capture;
    if (status === 'unreadable') throw new Transient(reason ?? status);
    captures++;
    await new Promise<void>((written, failed) => {
      kept.push({ result, written, failed });
      if (kept.length >= PART_CAPTURES) flush();
      else timer ??= setTimeout(flush, PART_MS);
    });
    options.onDone?.(result);
    // kept in the queue as failed, with the end of its stderr
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
  // checked captures should not wait for a full part
  const drain = setInterval(flush, 200);
  await stopping;
  clearInterval(drain);
  flush();
  if (broken !== undefined) throw broken;
  return { captures };
}
