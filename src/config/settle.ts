// Applies the user's config to a report: severities, and accepted findings, which stay in the report separately and do
// not count.

import { type Finding, namesOf, type Verdict } from '../contract/finding.ts';
import { type CheckReport, INSUFFICIENT_EVIDENCE, type Suppressed } from '../contract/report.ts';
import type { Setup } from './assemble.ts';
import type { Suppression } from './schema.ts';

export interface Settled {
  report: CheckReport;
  /** messages for stderr: what was suppressed, entries that match nothing, expired entries */
  notes: string[];
}

/** @param today current day as `2026-12-31`, for the expiry of suppressions */
export function settle(
  report: CheckReport,
  setup: Pick<Setup, 'severity' | 'suppress' | 'from'>,
  today: string,
): Settled {
  const { severity, suppress } = setup;
  if (severity.size === 0 && suppress.length === 0) return { report, notes: [] };
  const findings: Finding[] = [];
  const suppressed: Suppressed[] = [];
  const used = new Set<Suppression>();
  const expired = new Set<Suppression>();
  for (const found of report.findings) {
    const own = severity.get(found.rule);
    const finding = own === undefined ? found : { ...found, severity: own };
    const fitting = suppress.filter((one) => fits(one, finding, report.traces[finding.trace]?.path ?? ''));
    const live = fitting.find(({ until }) => until === undefined || until >= today);
    if (live !== undefined) used.add(live);
    else for (const one of fitting) expired.add(one);
    if (live === undefined) findings.push(finding);
    else suppressed.push({ reason: live.reason, until: live.until, finding });
  }
  return {
    report: judged({ ...report, findings, ...(suppressed.length > 0 ? { suppressed } : {}) }),
    notes: notesOn(setup, suppressed.length, used, expired, today),
  };
}

function fits(one: Suppression, finding: Finding, path: string): boolean {
  if (one.rule !== undefined && one.rule !== finding.rule) return false;
  if (one.fingerprint !== undefined && !namesOf(finding).includes(one.fingerprint)) return false;
  if (one.comm !== undefined && !like(one.comm, finding.pin.comm ?? '')) return false;
  return one.path === undefined || like(one.path, path);
}

/** `*` matches anything. */
const like = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    's',
  ).test(text);

/** The report without accepted findings. */
export function accept(report: CheckReport, reasonFor: (finding: Finding) => string | undefined): CheckReport {
  const findings: Finding[] = [];
  const suppressed: Suppressed[] = [...(report.suppressed ?? [])];
  for (const finding of report.findings) {
    const reason = reasonFor(finding);
    if (reason === undefined) findings.push(finding);
    else suppressed.push({ reason, finding });
  }
  if (findings.length === report.findings.length) return report;
  return judged({ ...report, findings, suppressed });
}

/** The verdicts without suppressed findings, with the configured severities. */
function judged(report: CheckReport): CheckReport {
  const rules = report.rules.map((rule) => {
    const findings = report.findings.filter((finding) => finding.rule === rule.id).length;
    const verdict: Verdict = findings > 0 ? 'violated' : rule.missing.length > 0 ? 'could-not-be-checked' : 'clean';
    return { ...rule, verdict, findings };
  });
  const deciding = rules.find(({ id }) => id === INSUFFICIENT_EVIDENCE);
  const isDecided = deciding !== undefined && deciding.missing.length === 0 && report.unreadable === undefined;
  const isViolated = report.findings.some((finding) => finding.severity !== 'note');
  return { ...report, rules, verdict: isViolated ? 'violated' : isDecided ? 'clean' : 'could-not-be-checked' };
}

function notesOn(
  { suppress, from }: Pick<Setup, 'suppress' | 'from'>,
  count: number,
  used: ReadonlySet<Suppression>,
  expired: ReadonlySet<Suppression>,
  today: string,
): string[] {
  const notes = count > 0 ? [`${count} finding${count === 1 ? '' : 's'} suppressed by ${from ?? 'the config'}`] : [];
  for (const [i, one] of suppress.entries()) {
    if (one.until !== undefined && one.until < today) {
      notes.push(
        `${from}: suppress[${i}] expired on ${one.until}${expired.has(one) ? '; its findings are reported again' : ''} (${one.reason})`,
      );
    } else if (!used.has(one)) notes.push(`${from}: suppress[${i}] matches no finding (${one.reason})`);
  }
  return notes;
}

/** Today in the user's time zone. */
export function today(now = new Date()): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
