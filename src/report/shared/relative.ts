// Why: CI shows paths relative to its working directory; an absolute path is meaningless on another machine.
import type { CheckReport } from '../../contract/report.ts';

/** The report with paths relative to `root` if they are below it; undefined: unchanged. */
export function below(root: string | undefined, report: CheckReport): CheckReport {
  const start = `${root}/`;
  const short = (path: string) => (root !== undefined && path.startsWith(start) ? path.slice(start.length) : path);
  const named = <T extends { path: string }>(one: T): T => ({ ...one, path: short(one.path) });
  const { traces, unreadable } = report;
  return { ...report, traces: traces.map(named), ...(unreadable && { unreadable: unreadable.map(named) }) };
}
