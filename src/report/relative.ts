// Why: what CI shows beside a commit is named from the folder it runs in; an absolute path means nothing on another machine.
import type { CheckReport } from '../contract/report.ts';

/** The report with paths below `root` said relative to it; undefined: as they are. */
export function below(root: string | undefined, report: CheckReport): CheckReport {
  const start = `${root}/`;
  const short = (path: string) => (root !== undefined && path.startsWith(start) ? path.slice(start.length) : path);
  return { ...report, traces: report.traces.map((trace) => ({ ...trace, path: short(trace.path) })) };
}
