// Compares the findings of two captures. The same drift has the same fingerprint in another run, boot or build, so
// captures before and after a patch can be compared; between kernels with different function names, the rule is the
// better key.
import { type Finding, SEVERITY_RANK, type Severity } from '../../contract/finding.ts';
import type { CheckReport } from '../../contract/report.ts';
import { newestName } from './newest-names.ts';

export type DiffKey = 'fingerprint' | 'rule';

/** Findings of one side about the same drift. */
export interface DiffSide {
  count: number;
  /** the worst severity */
  severity: Severity;
  /** number of the first */
  n: number;
}

export interface DiffEntry {
  rule: string;
  /** of the finding in `example` */
  fingerprint: string;
  a?: DiffSide;
  b?: DiffSide;
  /** the first finding: of B, else of A */
  example: Finding;
  /** why B could not decide this rule; undefined if it could, or has the drift */
  undecided?: readonly string[];
}

export interface ReportDiff {
  by: DiffKey;
  /** first those only in B, then those only in A, then those in both; each in the order of the findings */
  entries: DiffEntry[];
}

export function diffReports(a: CheckReport, b: CheckReport, by: DiffKey): ReportDiff {
  const key = by === 'rule' ? ({ rule }: Finding) => rule : newestName([...a.findings, ...b.findings]);
  const sides = { a: sidesOf(a, key), b: sidesOf(b, key) };
  const undecided = b.rules.filter(({ verdict }) => verdict === 'could-not-be-checked');
  const open = new Map(undecided.map(({ id, missing }) => [id, missing]));
  const keys = new Set([...sides.b.keys(), ...sides.a.keys()]);
  const entries = [...keys].map((key): DiffEntry => {
    const [one, other] = [sides.a.get(key), sides.b.get(key)];
    const example = (other ?? one)?.first as Finding;
    const missing = other === undefined ? open.get(example.rule) : undefined;
    return {
      rule: example.rule,
      fingerprint: example.fingerprint,
      ...(one === undefined ? {} : { a: one.side }),
      ...(other === undefined ? {} : { b: other.side }),
      example,
      ...(missing === undefined ? {} : { undecided: missing }),
    };
  });
  return { by, entries: entries.toSorted((x, y) => ORDER[signOf(x)] - ORDER[signOf(y)]) };
}

/** `+` only in B, `-` only in A, `=` in both */
export type DiffSign = '+' | '-' | '=';
const ORDER: Readonly<Record<DiffSign, number>> = { '+': 0, '-': 1, '=': 2 };

export const signOf = ({ a, b }: Pick<DiffEntry, 'a' | 'b'>): DiffSign =>
  a === undefined ? '+' : b === undefined ? '-' : '=';

/** B has it at or above `least`, and A does not. */
export function isNew({ a, b }: DiffEntry, least: Severity): boolean {
  const reaches = (side: DiffSide | undefined) =>
    side !== undefined && SEVERITY_RANK[side.severity] >= SEVERITY_RANK[least];
  return reaches(b) && !reaches(a);
}

function sidesOf(
  report: CheckReport,
  keyOf: (finding: Finding) => string,
): Map<string, { side: DiffSide; first: Finding }> {
  const sides = new Map<string, { side: DiffSide; first: Finding }>();
  for (const finding of report.findings) {
    const key = keyOf(finding);
    const known = sides.get(key);
    if (known === undefined) {
      sides.set(key, { side: { count: 1, severity: finding.severity, n: finding.n }, first: finding });
      continue;
    }
    known.side.count++;
    if (SEVERITY_RANK[finding.severity] > SEVERITY_RANK[known.side.severity]) known.side.severity = finding.severity;
  }
  return sides;
}
