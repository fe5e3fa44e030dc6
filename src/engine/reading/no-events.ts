// Why: for a trace without events, explains what the file is instead, and what to record.

import type { TraceHead } from '../../parsers/formats/head.ts';
import { LineKind } from '../../parsers/formats/line.ts';
import { InputError } from '../../util/errors.ts';
import type { ReadStats } from './read-stats.ts';

const RECORD = 'record with the nop tracer and the probes: `pindrift capture`, or docs/traces.md';

/** Only headers, other tracers, or a text that is not a trace after all. */
export function demandEvents(path: string, stats: ReadStats, head: Pick<TraceHead, 'format' | 'tracer'>): void {
  if (stats.kinds[LineKind.Event] > 0) return;
  const [problem, tryThis] = why(stats, head);
  throw new InputError(problem, { where: path, tryThis });
}

function why(
  { kinds, bad, damage }: ReadStats,
  { format, tracer }: Pick<TraceHead, 'format' | 'tracer'>,
): [string, string] {
  const functions = kinds[LineKind.Function];
  if (functions > 0 && (tracer === undefined || /^(?:function|nop)/.test(tracer))) {
    return [
      `${functions} function line${functions === 1 ? '' : 's'} and no event: the function tracer does not record arguments`,
      RECORD,
    ];
  }
  if (tracer !== undefined && tracer !== 'nop' && !tracer.startsWith('function')) {
    return [`this is output of the ${tracer} tracer, which has no mm events`, RECORD];
  }
  const none = 'no event could be read from this trace';
  const [first] = bad;
  if (first !== undefined) return [none, `line ${first.line}: ${first.reason}`];
  if (damage !== undefined) return [`${none}: ${damage}`, 'copy it again from where it was made, whole'];
  if (kinds[LineKind.Record] > 0) {
    return format === 'ftrace'
      ? [none, 'record again without the `raw` trace option: no line names its event']
      : [none, 'its lines are other records (tasks, mappings): record mm events, see docs/traces.md'];
  }
  return [none, 'check that the capture ran: the file contains only headers'];
}
