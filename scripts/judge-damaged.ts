// What a report on a damaged trace may say, given the report on the whole trace (for the honesty script and its test).
import type { CheckReport } from '../src/contract/report.ts';
import type { Truth } from './truth.ts';

export type Outcome = 'right' | 'undecided' | 'wrong';

export interface Judged {
  outcome: Outcome;
  why?: string;
}

/** Drifts that really lost or leaked data; only for them is `clean` a wrong answer. */
export const trueDrifts = (truth: Truth): number =>
  truth.truth.filter(
    (t) =>
      t.error === undefined &&
      t.diverged &&
      !t.self_inflicted &&
      (t.lost_write === true || t.leak || (t.verdict === 'corruption' && t.stale_read === true)),
  ).length;

/** Doubts by which a warning says itself that a release may be missing. */
const OWNED = /release|given back|held/;

/**
 * What a report on damaged text may say, given the report on the whole.
 * @param strict what was taken away is what a rule needs, and not a stretch of time in which all of it happened
 */
export function judgeDamaged(
  whole: CheckReport,
  damaged: CheckReport | undefined,
  drifts: number,
  strict = false,
): Judged {
  if (damaged === undefined) return { outcome: 'undecided' };
  const place = (f: CheckReport['findings'][number]) => `${f.pin.address} ${f.pin.mm ?? ''}`;
  const known = new Map<string, number>();
  const rank = { note: 0, warning: 1, error: 2 } as const;
  for (const f of whole.findings) known.set(place(f), Math.max(known.get(place(f)) ?? 0, rank[f.severity]));
  const kept = damaged.findings.filter((f) => f.severity !== 'note');
  for (const f of kept) {
    const was = known.get(place(f)) ?? 0;
    if (f.severity === 'error' && was < 1)
      return { outcome: 'wrong', why: `unsupported error ${f.rule} ${f.confidence} at ${f.pin.address}` };
    if (f.confidence === 'certain' && was < 1)
      return { outcome: 'wrong', why: `certain but unsupported ${f.rule} at ${f.pin.address}` };
    // how long a reference was held may be unknown, and the finding says so; everything else must be in the whole too
    const owns = f.doubts.some((doubt) => OWNED.test(doubt));
    if (strict && was < 1 && !owns)
      return { outcome: 'wrong', why: `unsupported ${f.severity} ${f.rule} at ${f.pin.address}` };
  }
  const spoken = whole.findings.filter((f) => f.severity !== 'note');
  if (strict && damaged.verdict === 'clean' && spoken.length > 0)
    return { outcome: 'wrong', why: `clean over ${spoken[0].rule}` };
  if (damaged.verdict === 'clean' && drifts > 0) return { outcome: 'wrong', why: 'clean' };
  if (damaged.verdict === 'could-not-be-checked') return { outcome: 'undecided' };
  return { outcome: 'right' };
}
