// Why: one rule for what a verdict is to a script.

import { SEVERITY_RANK } from '../../contract/finding.ts';
import { type CheckReport, INSUFFICIENT_EVIDENCE } from '../../contract/report.ts';
import { isNew, type ReportDiff } from '../../report/diff.ts';
import { EXIT } from '../../util/exit-codes.ts';
import type { FailOn } from './flags.ts';

export function exitCodeOf(report: CheckReport, failOn: FailOn): number {
  if (failOn === 'never') return EXIT.clean;
  if (report.findings.some((finding) => SEVERITY_RANK[finding.severity] >= SEVERITY_RANK[failOn])) return EXIT.findings;
  return isDecided(report) ? EXIT.clean : EXIT.undecided;
}

/** Findings below the threshold do not make a trace that cannot tell the rest into a clean one. */
function isDecided(report: CheckReport): boolean {
  const evidence = report.rules.find((rule) => rule.id === INSUFFICIENT_EVIDENCE);
  return report.verdict !== 'could-not-be-checked' && evidence?.verdict !== 'could-not-be-checked';
}

/** What `git bisect run` takes for "this one cannot be tested". */
export const SKIP = 125;

/** 0: B has nothing that A has not; 1: it has; 125: B cannot say. */
export function diffExit({ entries }: ReportDiff, b: CheckReport, failOn: FailOn): number {
  if (failOn === 'never') return EXIT.clean;
  if (entries.some((entry) => isNew(entry, failOn))) return EXIT.findings;
  return exitCodeOf({ ...b, findings: [] }, failOn) === EXIT.undecided ? SKIP : EXIT.clean;
}
