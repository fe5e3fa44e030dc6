// Rules again on a store, without the text: the mm events are kept there, and the replay runs over them as it runs over
// a trace.

import type { CheckReport } from '../contract/report.ts';
import type { Rule } from '../rules/contract.ts';
import { BUILT_IN } from '../rules/index.ts';
import { readingError } from '../store/errors.ts';
import { openStore, type Store } from '../store/open.ts';
import { listTraces } from '../store/report.ts';
import type { StoredTrace } from '../store/traces.ts';
import { Collector } from './findings/collect.ts';
import { type Judged, judge, reportOf } from './judge.ts';
import { StoredReading } from './reading/stored-reading.ts';
import type { RuleOptions } from './running/run-rules.ts';

export interface RerunOptions {
  rules?: readonly Rule[];
  /** kernel release or era, where the trace did not show it or for a "what if" */
  kernel?: string;
  /** options of the rules, and who looks over their shoulders */
  running?: RuleOptions;
}

/** Run rules on a store: the report that `check` would give on its traces. */
export async function rerun(path: string, options: RerunOptions = {}): Promise<CheckReport> {
  const store = openStore(path);
  try {
    const rules = options.rules ?? BUILT_IN;
    const traces: Judged[] = [];
    for (const trace of listTraces(store)) traces.push(await rerunOne(store, trace, rules, options));
    return reportOf(rules, traces);
  } catch (error) {
    throw readingError(error, path);
  } finally {
    store.close();
  }
}

function rerunOne(
  store: Store,
  trace: StoredTrace,
  rules: readonly Rule[],
  { kernel, running }: RerunOptions,
): Promise<Judged> {
  const reading = new StoredReading(store, trace, { kernel, rules });
  const collector = new Collector(reading.model, rules, running);
  reading.read();
  return judge(reading, collector, trace.id, { rules });
}
