// Many captures, few drifts: findings of several reports by fingerprint, the worst and most frequent first.
import type { Finding, Severity } from '../contract/finding.ts';
import type { CheckReport, TraceInfo } from '../contract/report.ts';

/** A report and where it is from, as `show` takes it. */
export interface NamedReport {
  source: string;
  report: CheckReport;
}

/** Where a drift was seen. */
export interface Sighting {
  source: string;
  /** number of the finding there */
  n: number;
  trace: TraceInfo;
  finding: Finding;
}

/** The findings of one kernel's captures about a drift. */
export interface KernelShare {
  kernel: string;
  findings: number;
  captures: number;
  /** captures of this kernel in all */
  of: number;
}

export interface DriftGroup {
  fingerprint: string;
  rule: string;
  /** the worst of them */
  severity: Severity;
  harm: string[];
  findings: number;
  captures: number;
  kernels: KernelShare[];
  first: Sighting;
  last: Sighting;
}

const RANK: Readonly<Record<Severity, number>> = { note: 0, warning: 1, error: 2 };

/** `5.10.0-32-amd64`; the era, where the trace does not name its kernel */
export const kernelOf = ({ era, kernel }: TraceInfo): string =>
  kernel ?? (era === undefined ? 'unknown' : `era ${era}`);

export function driftGroups(reports: readonly NamedReport[]): DriftGroup[] {
  const captures = new Map<string, number>();
  for (const { report } of reports) {
    for (const trace of report.traces) captures.set(kernelOf(trace), (captures.get(kernelOf(trace)) ?? 0) + 1);
  }
  const groups = new Map<string, Sighting[]>();
  for (const { report, source } of reports) {
    for (const finding of report.findings) {
      const trace = report.traces[finding.trace];
      if (trace === undefined) continue;
      const seen = groups.get(finding.fingerprint) ?? [];
      seen.push({ source, n: finding.n, trace, finding });
      groups.set(finding.fingerprint, seen);
    }
  }
  return [...groups]
    .map(([fingerprint, seen]) => groupOf(fingerprint, seen, captures))
    .toSorted((a, b) => RANK[b.severity] - RANK[a.severity] || b.captures - a.captures || b.findings - a.findings);
}

function groupOf(fingerprint: string, seen: readonly Sighting[], captures: ReadonlyMap<string, number>): DriftGroup {
  const [first, last] = [seen[0] as Sighting, seen.at(-1) as Sighting];
  const kernels = new Map<string, Sighting[]>();
  for (const one of seen) {
    const kernel = kernelOf(one.trace);
    kernels.set(kernel, [...(kernels.get(kernel) ?? []), one]);
  }
  return {
    fingerprint,
    rule: first.finding.rule,
    severity: seen.reduce<Severity>((worst, { finding: { severity } }) => {
      return RANK[severity] > RANK[worst] ? severity : worst;
    }, 'note'),
    harm: [...new Set(seen.flatMap(({ finding }) => finding.harm))],
    findings: seen.length,
    captures: new Set(seen.map(({ trace }) => trace)).size,
    kernels: [...kernels].map(([kernel, of]) => ({
      kernel,
      findings: of.length,
      captures: new Set(of.map(({ trace }) => trace)).size,
      of: captures.get(kernel) ?? 0,
    })),
    first,
    last,
  };
}
