// Findings with their evidence: in columns for SQL, and complete for reports.
import type Database from 'better-sqlite3';
import type { Evidence, Finding } from '../contract/finding.ts';
import { byteText, sqlText } from './bytes.ts';
import { fromHex, orNull, present, rest } from './json.ts';
import type { Ids } from './schema.ts';

export function saveFindings(db: Database.Database, findings: readonly Finding[], ids: Ids): void {
  const one = db.prepare(`insert into finding values (${new Array(23).fill('?').join(', ')})`);
  const step = db.prepare(`insert into evidence values (${new Array(14).fill('?').join(', ')})`);
  for (const finding of findings) {
    const { pin, mapping } = finding;
    one.run(
      ...[finding.n, finding.trace, finding.rule, finding.severity, finding.confidence],
      ...[
        finding.selfInflicted ? 1 : 0,
        JSON.stringify(finding.harm),
        finding.cause,
        finding.message,
        finding.fingerprint,
      ],
      ...[pin.pid, pin.tgid, pin.comm === undefined ? null : sqlText(pin.comm)].map(orNull),
      ...[pin.mm, pin.address, pin.pfn, pin.page, mapping?.pfn, mapping?.page].map(fromHex),
      ...[orNull(pin.api), pin.flags.join('|'), orNull(pin.time)],
      rest(finding, ['evidence']),
    );
    finding.evidence.forEach((e, i) => {
      step.run(
        ...[finding.n, i + 1, ids.of(finding.trace, e.offset), e.role, e.line],
        ...[e.time, e.cpu, e.pid, e.task, e.fn].map(orNull),
        ...[e.what, sqlText(e.text), e.stack === undefined ? null : JSON.stringify(e.stack), rest(e, EVIDENCE_COLUMNS)],
      );
    });
  }
}

const EVIDENCE_COLUMNS = ['offset', 'role', 'line', 'time', 'cpu', 'pid', 'task', 'fn', 'what', 'text', 'stack'];

interface EvidenceRow {
  finding: number;
  event: number;
  role: string;
  line: number;
  ts: number | null;
  cpu: number | null;
  pid: number | null;
  task: string | null;
  fn: string | null;
  what: string;
  text: string | Buffer;
  stack: string | null;
  more: string | null;
}

/** All findings, each with its evidence in order. */
export function readFindings(db: Database.Database, ids: Ids): Finding[] {
  const rows = db.prepare<[], { n: number; detail: string }>('select n, detail from finding order by n').all();
  const steps = db.prepare<[number], EvidenceRow>('select * from evidence where finding = ? order by step');
  return rows.map((row) => ({
    ...JSON.parse(row.detail),
    evidence: steps.all(row.n).map((step) => evidenceOf(step, ids)),
  }));
}

function evidenceOf(row: EvidenceRow, ids: Ids): Evidence {
  return {
    ...present<Evidence>({
      role: row.role,
      line: row.line,
      offset: ids.offset(row.event),
      time: row.ts,
      cpu: row.cpu,
      pid: row.pid,
      task: row.task,
      fn: row.fn,
      what: row.what,
      text: byteText(row.text),
      stack: row.stack === null ? undefined : JSON.parse(row.stack),
    }),
    ...(row.more === null ? {} : JSON.parse(row.more)),
  };
}
