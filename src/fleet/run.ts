// A shard, worked off on this machine: its captures that have no result yet, several at a time, a part written now and
// then, so that what is done stays done when the disk fills or the job is killed.
import type { CaptureResult, CaptureStatus, ManifestEntry } from './contract.ts';
import { resultKey } from './contract.ts';
import { type Judging, judge } from './judge.ts';
import type { Results } from './results.ts';

/** Captures of a part at most, and how long one waits for more of them. */
export const PART_CAPTURES = 1000;
const PART_FINDINGS = 20_000;
const PART_MS = 300_000;

export interface RunSummary {
  captures: number;
  /** had a result already */
  skipped: number;
  byStatus: Partial<Record<CaptureStatus, number>>;
  findings: number;
  parts: string[];
}

export interface RunOptions extends Judging {
  results: Results;
  jobs: number;
  /** what has a result; another try of it is left out */
  done: ReadonlySet<string>;
  onDone?: ((result: CaptureResult, n: number, of: number) => void) | undefined;
}

/** @throws InputError when a part cannot be written; the parts before it are there */
export async function runShard(entries: readonly ManifestEntry[], options: RunOptions): Promise<RunSummary> {
  const { config, done, jobs, results, version } = options;
  const todo = entries.filter(({ sha256 }) => !done.has(resultKey({ capture: sha256, version, config })));
  const summary: RunSummary = {
    ...{ captures: entries.length, skipped: entries.length - todo.length },
    ...{ byStatus: {}, findings: 0, parts: [] },
  };
  let kept: CaptureResult[] = [];
  let findings = 0;
  let since = performance.now();
  let ended = 0;
  let next = 0;
  const flush = (): void => {
    if (kept.length > 0) summary.parts.push(results.write(kept, version));
    kept = [];
    findings = 0;
    since = performance.now();
  };
  const work = async (): Promise<void> => {
    for (let entry = todo[next++]; entry !== undefined; entry = todo[next++]) {
      const result = await judge(entry, options);
      const { status } = result.capture;
      summary.byStatus[status] = (summary.byStatus[status] ?? 0) + 1;
      summary.findings += result.findings.length;
      kept.push(result);
      findings += result.findings.length;
      options.onDone?.(result, ++ended, todo.length);
      if (kept.length >= PART_CAPTURES || findings >= PART_FINDINGS || performance.now() - since > PART_MS) flush();
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(jobs, todo.length)) }, work));
  flush();
  return summary;
}
