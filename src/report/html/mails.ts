// Why: the mail of the page's button, on the command line.
import type { CheckReport } from '../../contract/report.ts';
import { mailOf } from './mail.ts';
import { partsOf } from './views.ts';

/** @param n the finding; undefined: all, one mail after the other */
export function mails(report: CheckReport, n: number | undefined, version: string): string[] {
  const { report: view } = partsOf({ report, pins: [] }, { version });
  return view.findings
    .filter((finding) => n === undefined || finding.n === n)
    .map((finding, i) => `${i === 0 ? '' : '\n'}${mailOf(finding, view)}`);
}
