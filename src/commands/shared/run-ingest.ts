// Why: `ingest` and `check --save` make the same store.
import { statSync } from 'node:fs';
import type { CheckReport } from '../../contract/report.ts';
import { ingest } from '../../engine/ingest.ts';
import type { IngestSummary } from '../../report/terminal/ingest.ts';
import { listEventTypes } from '../../store/report.ts';
import type { InputError } from '../../util/errors.ts';
import { rulesOf, type TraceOptions, withTraces } from './run-check.ts';
import { withStore } from './stored.ts';

type Options = TraceOptions & { out: string; force?: boolean; check?: boolean };

export function saveReport(paths: readonly string[], options: Options): Promise<CheckReport> {
  const { check, force, format, kallsyms, kernel, out, setup, unreadable } = options;
  return withTraces(paths, options, (traces, onProgress) => {
    const onUnreadable =
      traces.length === 1 ? undefined : unreadable && ((error: InputError) => unreadable.push(error));
    return ingest(traces, { out, force, format, kallsyms, kernel, check, onProgress, onUnreadable, ...rulesOf(setup) });
  });
}

export async function runIngest(paths: readonly string[], options: Options): Promise<IngestSummary> {
  const report = await saveReport(paths, options);
  return {
    schema: 'pindrift.ingest/1',
    store: options.out,
    bytes: statSync(options.out).size,
    checked: options.check !== false,
    verdict: report.verdict,
    traces: report.traces,
    events: withStore(options.out, listEventTypes),
    rules: report.rules,
    findings: report.findings.length,
  };
}
