// A table for spreadsheets and pandas: one row per finding, with RFC 4180 quoting by papaparse. A table cannot show
// "could not be checked": no rows does not mean clean; see the exit code.
import Papa from 'papaparse';
import type { Finding } from '../contract/finding.ts';
import type { CheckReport, TraceInfo } from '../contract/report.ts';
import type { Reporter } from './reporter.ts';
import { clean } from './shared/format.ts';
import { pathWords, placeOf } from './shared/words.ts';

type Cell = string | number | boolean | undefined;

/** Column names are stable: new ones are appended. */
const COLUMNS: Readonly<Record<string, (finding: Finding, report: CheckReport) => Cell>> = {
  n: (finding) => finding.n,
  trace: (finding, report) => tracePath(report.traces[finding.trace]),
  rule: (finding) => finding.rule,
  severity: (finding) => finding.severity,
  confidence: (finding) => finding.confidence,
  self_inflicted: (finding) => finding.selfInflicted,
  harm: (finding) => finding.harm.join('|'),
  pid: ({ pin }) => pin.pid,
  tgid: ({ pin }) => pin.tgid,
  comm: ({ pin }) => pin.comm,
  mm: ({ pin }) => pin.mm,
  address: ({ pin }) => pin.address,
  pfn: ({ pin }) => pin.pfn,
  page: ({ pin }) => pin.page,
  api: ({ pin }) => pin.api,
  caller: ({ pin }) => pin.caller,
  flags: ({ pin }) => pin.flags.join('|'),
  pin_time: ({ pin }) => pin.time,
  mapped_pfn: ({ mapping }) => mapping?.pfn,
  mapped_page: ({ mapping }) => mapping?.page,
  cause: (finding) => finding.cause,
  /** `pin:331; unmap:599`: the roles and their lines */
  evidence: ({ evidence }) => evidence.map((step) => `${step.role}${placeOf(step).replace(/^(?!:)/, ' ')}`).join('; '),
  first_line: ({ evidence }) => evidence[0]?.line,
  last_line: ({ evidence }) => evidence.at(-1)?.line,
  message: (finding) => finding.message,
  fingerprint: (finding) => finding.fingerprint,
};

export const csv: Reporter = {
  *render(report: CheckReport): Iterable<string> {
    yield row(Object.keys(COLUMNS));
    for (const finding of report.findings) yield row(Object.values(COLUMNS).map((cell) => cell(finding, report)));
  },
};

/** A task may have the name `=HYPERLINK(...)`: a cell that a spreadsheet would run is prefixed with `'`. */
function row(cells: readonly Cell[]): string {
  const safe = cells.map((cell) => (typeof cell === 'string' ? clean(cell) : cell));
  return `${Papa.unparse([safe], { newline: '\n', escapeFormulae: true })}\n`;
}

function tracePath(trace: TraceInfo | undefined): string | undefined {
  return trace === undefined ? undefined : pathWords(trace);
}
