// Why: a store may have been filled by an earlier version, which knew a drift by another name. Where a report of today
// says which, both are one drift; an old name that fits several of today's stays what it is.
import type { Finding } from '../../contract/finding.ts';
import type { NamedReport } from './drifts.ts';

type Names = Pick<Finding, 'fingerprint' | 'formerFingerprints'>;

/** Today's fingerprint of a finding, as far as these findings tell. */
export function newestName(findings: readonly Names[]): (finding: Names) => string {
  const newest = new Map<string, string | undefined>();
  for (const { fingerprint, formerFingerprints = [] } of findings)
    for (const name of formerFingerprints)
      newest.set(name, newest.has(name) && newest.get(name) !== fingerprint ? undefined : fingerprint);
  return ({ fingerprint }) => newest.get(fingerprint) ?? fingerprint;
}

/** The same reports, each finding by today's name. */
export function withNewestNames<T extends NamedReport>(reports: readonly T[]): T[] {
  const nameOf = newestName(reports.flatMap(({ report }) => report.findings));
  return reports.map((one) => ({
    ...one,
    report: {
      ...one.report,
      findings: one.report.findings.map((finding) => ({ ...finding, fingerprint: nameOf(finding) })),
    },
  }));
}
