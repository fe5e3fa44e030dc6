// Why: the first screen shows the trace, its kernel and length, and the version of pindrift, also in print and without
// scripts. The details are under coverage.
import type { CheckReport, TraceInfo } from '../../contract/report.ts';
import type { ReportOptions } from '../reporter.ts';
import { clean } from '../shared/format.ts';
import { clockWords, pathWords } from '../shared/words.ts';

/** Maximum number of kernels named here; all are under coverage. */
const NAMED = 4;

/** `t/trace.txt; kernel 5.10.0-32-amd64; clock local, 2 CPUs, 0.947 s; pindrift 0.1.0`. */
export function readWords({ traces }: CheckReport, { version }: ReportOptions): string {
  const [first] = traces;
  const read = traces.length > 1 || first === undefined ? severalWords(traces) : [pathWords(first), ...oneWords(first)];
  return [...read, version === undefined ? '' : clean(`pindrift ${version}`)].filter(Boolean).join('; ');
}

const oneWords = (trace: TraceInfo): string[] => [
  trace.kernel === undefined ? `kernel not recorded, ${releaseOf(trace)}` : `kernel ${releaseOf(trace)}`,
  clockWords(trace),
];

function severalWords(traces: readonly TraceInfo[]): string[] {
  const kernels = [...new Set(traces.map(releaseOf))];
  const more = kernels.length > NAMED ? ` and ${kernels.length - NAMED} more` : '';
  return [`${traces.length} traces`, `kernels: ${kernels.slice(0, NAMED).join(', ')}${more}`];
}

/** `5.10.0-32-amd64`, `era 5.10`, `era unknown`. */
const releaseOf = ({ era, kernel }: TraceInfo): string =>
  clean(kernel ?? (era === undefined ? 'era unknown' : `era ${era}`));
