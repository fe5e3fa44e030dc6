// Why: the closing table of `ingest`. What is in the store now, what was lost on the way, and how far a verdict goes.

import { type CheckReport, INSUFFICIENT_EVIDENCE } from '../../contract/report.ts';
import type { StoredEventType } from '../../store/report.ts';
import { count, grouped } from '../../util/count.ts';
import { clean, columns, pad, padLeft, wrap } from '../shared/format.ts';
import { lossWords } from '../shared/loss-words.ts';
import { painter } from '../shared/paint.ts';
import {
  clockWords,
  formatWords,
  kernelWords,
  losslessWords,
  pathWords,
  pinsWords,
  sizeWords,
} from '../shared/words.ts';

export interface IngestSummary {
  /** `pindrift.ingest/1` */
  schema: string;
  store: string;
  /** size of the store */
  bytes: number;
  /** rules ran; if not, nothing is known of findings and pins */
  checked: boolean;
  verdict: CheckReport['verdict'];
  traces: CheckReport['traces'];
  events: StoredEventType[];
  rules: CheckReport['rules'];
  /** findings by rule are in `rules` */
  findings: number;
}

/** Event types that are listed; the others are counted. */
const LISTED = 40;

export function ingestText(summary: IngestSummary, options: { color: boolean; width: number | undefined }): string {
  const paint = painter(options.color);
  const width = Math.max(40, options.width ?? 80);
  const out: string[] = [];
  for (const trace of summary.traces) {
    const facts = [formatWords(trace), kernelWords(trace), clockWords(trace), sizeWords(trace)];
    if (summary.checked) facts.push(pinsWords(trace));
    out.push(paint('bold', pathWords(trace)), ...facts.flatMap((fact) => indented(fact, width)));
    const lost = lossWords(trace.losses);
    if (lost.length === 0) out.push(`  ${losslessWords(trace)}`);
    out.push(...lost.flatMap((loss) => indented(`lost: ${loss}`, width)).map((line) => paint('yellow', line)), '');
  }
  out.push(...tableLines(summary, paint('bold', 'view')), '');
  out.push(...(summary.checked ? checkedLines(summary) : uncheckedLines(summary)).flatMap((line) => wrap(line, width)));
  const megabytes = (summary.bytes / 1e6).toFixed(summary.bytes < 1e7 ? 1 : 0);
  out.push(
    ...wrap(
      `${clean(summary.store)}: ${megabytes} MB, ${count(sum(summary), 'event')} in ${count(summary.events.length, 'table')}`,
      width,
    ),
  );
  return `${out.join('\n')}\n`;
}

function checkedLines(summary: IngestSummary): string[] {
  // as `check` and `coverage` count: without what decides about the whole
  const rules = summary.rules.filter(({ id }) => id !== INSUFFICIENT_EVIDENCE);
  const able = rules.filter((rule) => rule.missing.length === 0).length;
  const some = rules.filter((rule) => rule.undecidedIn !== undefined).length;
  const where =
    summary.traces.length === 1 ? '' : some === 0 ? ' in every trace' : ` in every trace, ${some} more in some`;
  return [
    `${able} of ${count(rules.length, 'rule')} can be decided${where} (pindrift coverage TRACE lists what is missing)`,
    `${verdictWords(summary)}; pindrift report ${clean(summary.store)} shows them`,
  ];
}

const uncheckedLines = ({ store }: IngestSummary): string[] => [
  `not checked; pindrift report ${clean(store)} runs the rules`,
];

function verdictWords({ findings, verdict }: IngestSummary): string {
  return `${verdict.replaceAll('-', ' ')}, ${count(findings, 'finding')}`;
}

const sum = ({ events }: IngestSummary): number => events.reduce((total, type) => total + type.events, 0);

const indented = (text: string, width: number): string[] => wrap(text, width - 2).map((line) => `  ${line}`);

/** `events  view`: names to ask for in SQL. */
function tableLines({ events }: IngestSummary, head: string): string[] {
  const digits = Math.max(6, ...events.map((type) => grouped(type.events).length));
  const rows = events.slice(0, LISTED).map((type) => `${padLeft(grouped(type.events), digits)}  ${clean(type.view)}`);
  const wide = Math.max(...rows.map(columns), 0);
  const more = events.length - LISTED;
  const rest = more > 0 ? [`${padLeft('', digits)}  and ${count(more, 'more type')}`] : [];
  return [`${padLeft('events', digits)}  ${head}`, ...rows.map((row) => pad(row, wide).trimEnd()), ...rest];
}
