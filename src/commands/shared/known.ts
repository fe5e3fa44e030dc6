// Why: CI that fails only on new findings: findings in a baseline are accepted, like those suppressed by the config,
// except fixed ones that are back.
import { accept } from '../../config/settle.ts';
import { namesOf } from '../../contract/finding.ts';
import type { CheckReport } from '../../contract/report.ts';
import { noveltyOf, readBaseline } from '../../report/groups/baseline.ts';

/**
 * Moves known findings of a report to its suppressed ones, with the reason.
 * @throws InputError if the file is invalid
 */
export function knownBy(path: string): (report: CheckReport) => CheckReport {
  const baseline = readBaseline(path);
  const reasons = new Map(
    baseline.groups.flatMap(({ comment, fingerprints, state }) =>
      fingerprints.map((one) => [one, comment === '' ? `${state}, by the baseline` : `${state}: ${comment}`] as const),
    ),
  );
  return (report) =>
    accept(report, (finding) => {
      const novelty = noveltyOf(baseline, finding);
      if (novelty !== 'known' && novelty !== 'invalid') return undefined;
      return namesOf(finding).flatMap((name) => reasons.get(name) ?? [])[0];
    });
}
