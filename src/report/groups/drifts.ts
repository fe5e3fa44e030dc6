// Groups the findings of several reports: first by the cause of the drift, then by fingerprint, since FOLL_GET on one
// kernel and FOLL_PIN on another may have the same cause. The worst and most frequent groups come first.
import { type Finding, SEVERITY_RANK, type Severity } from '../../contract/finding.ts';
import type { CheckReport, TraceInfo } from '../../contract/report.ts';
import { groupBy } from '../../util/group-by.ts';

/** A report and its source, as accepted by `show`. */
export interface NamedReport {
  source: string;
  report: CheckReport;
}

/** A place where a drift was seen. */
export interface Sighting {
  source: string;
  /** number of the finding in it */
  n: number;
  trace: TraceInfo;
  finding: Finding;
}

/** The findings of one kernel's captures about a drift. */
export interface KernelShare {
  kernel: string;
  findings: number;
  captures: number;
  /** total captures of this kernel */
  of: number;
}

/** Frequency, severity and places. */
interface Summary {
  /** the worst severity */
  severity: Severity;
  harm: string[];
  findings: number;
  captures: number;
  kernels: KernelShare[];
  first: Sighting;
  last: Sighting;
}

/** Findings with one fingerprint. */
export interface DriftGroup extends Summary {
  fingerprint: string;
  rule: string;
}

export const GROUP_KEYS = ['cause', 'rule', 'caller', 'kernel', 'host', 'fingerprint'] as const;
export type GroupKey = (typeof GROUP_KEYS)[number];

/** Findings with the same key, and their variants by fingerprint. */
export interface StoryGroup extends Summary {
  /**
   * the same in every run: `swap-in without the exclusive mark, then a copy`; for other keys the rule, caller, kernel,
   * host
   */
  title: string;
  /** rules that reported it, usually one */
  rules: string[];
  variants: DriftGroup[];
}

/** The host of a trace, from its path. */
export type HostOf = (path: string) => string;

/** `5.10.0-32-amd64`; the era, if the trace does not name its kernel */
export const kernelOf = ({ era, kernel }: TraceInfo): string =>
  kernel ?? (era === undefined ? 'unknown' : `era ${era}`);

/** `6.1` before `6.12`. */
export const byNumbers = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

/** `iov_iter_get_pages+0xd4` is `iov_iter_get_pages`: the offset is the compiler's. */
export const callerOf = ({ pin }: Finding): string =>
  pin.caller?.replace(/\+0x[0-9a-f]+(\/0x[0-9a-f]+)?$/, '') ?? 'caller not recorded';

/** Each drift once, by fingerprint. */
export function driftGroups(reports: readonly NamedReport[]): DriftGroup[] {
  return variantsOf(sightingsIn(reports), capturesByKernel(reports));
}

/** @param hostOf for `host` */
export function storyGroups(reports: readonly NamedReport[], by: GroupKey, hostOf: HostOf): StoryGroup[] {
  const captures = capturesByKernel(reports);
  const groups = groupBy(sightingsIn(reports), (one) => JSON.stringify(keyOf(one, by, hostOf)));
  return worstFirst(
    [...groups].map(([key, seen]) => ({
      title: (JSON.parse(key) as string[])[0] ?? '',
      rules: [...new Set(seen.map(({ finding }) => finding.rule))],
      ...summaryOf(seen, captures),
      variants: variantsOf(seen, captures),
    })),
  );
}

/** The parts of the key, the title first. */
function keyOf({ finding, trace }: Sighting, by: GroupKey, hostOf: HostOf): string[] {
  switch (by) {
    case 'cause':
      return [finding.cause, finding.rule];
    case 'rule':
      return [finding.rule];
    case 'caller':
      return [callerOf(finding)];
    case 'kernel':
      return [kernelOf(trace)];
    case 'host':
      return [hostOf(trace.path)];
    case 'fingerprint':
      return [finding.cause, finding.fingerprint];
  }
}

function sightingsIn(reports: readonly NamedReport[]): Sighting[] {
  return reports.flatMap(({ report, source }) =>
    report.findings.flatMap((finding) => {
      const trace = report.traces[finding.trace];
      return trace === undefined ? [] : [{ source, n: finding.n, trace, finding }];
    }),
  );
}

function capturesByKernel(reports: readonly NamedReport[]): Map<string, number> {
  const captures = new Map<string, number>();
  for (const { report } of reports)
    for (const trace of report.traces) captures.set(kernelOf(trace), (captures.get(kernelOf(trace)) ?? 0) + 1);
  return captures;
}

const variantsOf = (seen: readonly Sighting[], captures: ReadonlyMap<string, number>): DriftGroup[] =>
  worstFirst(
    [...groupBy(seen, ({ finding }) => finding.fingerprint)].map(([fingerprint, same]) => ({
      fingerprint,
      rule: (same[0] as Sighting).finding.rule,
      ...summaryOf(same, captures),
    })),
  );

const worstFirst = <T extends Summary>(groups: readonly T[]): T[] =>
  groups.toSorted(
    (a, b) =>
      SEVERITY_RANK[b.severity] - SEVERITY_RANK[a.severity] || b.captures - a.captures || b.findings - a.findings,
  );

function summaryOf(seen: readonly Sighting[], captures: ReadonlyMap<string, number>): Summary {
  return {
    severity: seen.reduce<Severity>((worst, { finding: { severity } }) => {
      return SEVERITY_RANK[severity] > SEVERITY_RANK[worst] ? severity : worst;
    }, 'note'),
    harm: [...new Set(seen.flatMap(({ finding }) => finding.harm))],
    findings: seen.length,
    captures: new Set(seen.map(({ trace }) => trace)).size,
    kernels: [...groupBy(seen, ({ trace }) => kernelOf(trace))]
      .map(([kernel, of]) => ({
        kernel,
        findings: of.length,
        captures: new Set(of.map(({ trace }) => trace)).size,
        of: captures.get(kernel) ?? 0,
      }))
      .toSorted((a, b) => byNumbers(a.kernel, b.kernel)),
    first: seen[0] as Sighting,
    last: seen.at(-1) as Sighting,
  };
}
