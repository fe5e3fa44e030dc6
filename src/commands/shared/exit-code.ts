// Why: one mapping from verdicts to exit codes.

import { SEVERITY_RANK } from '../../contract/finding.ts';
import { type CheckReport, INSUFFICIENT_EVIDENCE } from '../../contract/report.ts';
import { isNew, type ReportDiff } from '../../report/groups/diff.ts';
import { EXIT } from '../../util/exit-codes.ts';
import type { FailOn } from './flags.ts';

export function exitCodeOf(report: CheckReport, failOn: FailOn): number {
  if (failOn === 'never') return EXIT.clean;
  if (report.findings.some((finding) => SEVERITY_RANK[finding.severity] >= SEVERITY_RANK[failOn])) return EXIT.findings;
  return isDecided(report) ? EXIT.clean : EXIT.undecided;
}

/** Findings below the threshold do not make an undecided trace clean. */
function isDecided(report: CheckReport): boolean {
  const evidence = report.rules.find((rule) => rule.id === INSUFFICIENT_EVIDENCE);
  return report.verdict !== 'could-not-be-checked' && evidence?.verdict !== 'could-not-be-checked';
}

/** `git bisect run` skips a commit with this exit code. */
export const SKIP = 125;

/** 0: B has nothing that A lacks; 1: it has; 125: B is undecided. */
export function diffExit({ entries }: ReportDiff, b: CheckReport, failOn: FailOn): number {
  if (failOn === 'never') return EXIT.clean;
  if (entries.some((entry) => isNew(entry, failOn))) return EXIT.findings;
  return exitCodeOf({ ...b, findings: [] }, failOn) === EXIT.undecided ? SKIP : EXIT.clean;
}
