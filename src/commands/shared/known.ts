// Why: "nothing new" for CI: findings that a baseline knows are accepted, as those that the config suppresses are. What
// was fixed and is back is not.
import { accept } from '../../config/settle.ts';
import { namesOf } from '../../contract/finding.ts';
import type { CheckReport } from '../../contract/report.ts';
import { noveltyOf, readBaseline } from '../../report/baseline.ts';

/**
 * Takes out of a report what the file knows; what that was stays in it, with the reason.
 * @throws InputError that says what is wrong with the file
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
