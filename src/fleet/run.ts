// Processes a shard on this machine: its captures without a result, several at a time, writing a part from time to
// time, so that results are kept if the disk fills or the job is killed.
import type { CaptureResult, CaptureStatus, ManifestEntry } from './contract.ts';
import { resultKey } from './contract.ts';
import { type Judging, judgeCapture } from './judge.ts';
import type { Results } from './results.ts';

/** Maximum number of captures per part, and the time to wait for more. */
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

export interface ShardOptions extends Judging {
  results: Results;
  jobs: number;
  /** captures with a result, which are skipped */
  done: ReadonlySet<string>;
  onDone?: ((result: CaptureResult, n: number, of: number) => void) | undefined;
}

/** @throws InputError if a part cannot be written; earlier parts are kept */
export async function runShard(entries: readonly ManifestEntry[], options: ShardOptions): Promise<RunSummary> {
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
      const result = await judgeCapture(entry, options);
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
