// A reporter's whole output as one string, as a command would write it.
import type { CheckReport } from '../../src/contract/report.ts';
import { loadReporter, pieces, type ReportFormat } from '../../src/report/index.ts';
import type { ReportOptions } from '../../src/report/reporter.ts';

export async function render(format: ReportFormat, report: CheckReport, options: ReportOptions = {}): Promise<string> {
  const reporter = await loadReporter(format);
  const decoder = new TextDecoder();
  let out = '';
  for (const piece of pieces(reporter.render(report, options))) {
    out += typeof piece === 'string' ? piece : decoder.decode(piece);
  }
  return out;
}
