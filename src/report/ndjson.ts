// The JSON format as one object per line, for `jq`, `grep` and stream readers: `check`, then traces, rules, findings.
// Each line is the object with a `type` in front.
import type { CheckReport } from '../contract/report.ts';
import type { Reporter } from './reporter.ts';
import { findingJson, jsonText, ruleJson, suppressedJson, traceJson, unreadableJson } from './shared/serialize.ts';

export const ndjson: Reporter = {
  *render(report: CheckReport): Iterable<string> {
    yield `${jsonText({ type: 'check', schema: report.schema, verdict: report.verdict })}\n`;
    for (const trace of report.traces) yield typed('trace', traceJson(trace));
    for (const rule of report.rules) yield typed('rule', ruleJson(rule));
    for (const finding of report.findings) yield typed('finding', findingJson(finding));
    for (const one of report.suppressed ?? []) yield typed('suppressed', suppressedJson(one));
    for (const one of report.unreadable ?? []) yield typed('unreadable', unreadableJson(one));
  },
};

function typed(type: string, object: string): string {
  return `{"type":"${type}",${object.slice(1)}\n`;
}
