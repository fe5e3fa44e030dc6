// The stable format for scripts (docs/json.md, docs/schema/check.schema.json), written in pieces so that ten thousand
// findings are not one string.
import type { CheckReport } from '../contract/report.ts';
import type { Reporter } from './reporter.ts';
import { findingJson, jsonText, ruleJson, suppressedJson, traceJson, unreadableJson } from './shared/serialize.ts';

const INDENT = 2;

export const json: Reporter = {
  *render(report: CheckReport): Iterable<string> {
    yield `{\n  "schema": ${jsonText(report.schema)},\n  "verdict": ${jsonText(report.verdict)},\n`;
    yield* list('traces', report.traces, traceJson);
    yield ',\n';
    yield* list('rules', report.rules, ruleJson);
    yield ',\n';
    yield* list('findings', report.findings, findingJson);
    if (report.suppressed !== undefined) {
      yield ',\n';
      yield* list('suppressed', report.suppressed, suppressedJson);
    }
    if (report.unreadable !== undefined) {
      yield ',\n';
      yield* list('unreadable', report.unreadable, unreadableJson);
    }
    yield '\n}\n';
  },
};

/** `"name": [ ... ]` as JSON.stringify would write it one level deep. */
function* list<T>(name: string, items: readonly T[], text: (item: T, indent: number) => string): Iterable<string> {
  if (items.length === 0) {
    yield `  "${name}": []`;
    return;
  }
  yield `  "${name}": [\n`;
  for (const [i, item] of items.entries()) {
    // No string of the text has a raw newline in it, so every newline is layout.
    yield (i === 0 ? '    ' : ',\n    ') + text(item, INDENT).replaceAll('\n', '\n    ');
  }
  yield '\n  ]';
}
