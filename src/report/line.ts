// One line a finding, for grep, sort and editors that jump to `file:line:`. A trace without findings gives no line: the
// exit code tells clean from undecided.
import type { CheckReport } from '../contract/report.ts';
import { clean } from './format.ts';
import type { Reporter } from './reporter.ts';
import { pathWords, pinOwner, weight } from './words.ts';

export const line: Reporter = {
  id: 'line',
  extension: 'lines',
  *render(report: CheckReport): Iterable<string> {
    for (const finding of report.findings) {
      const trace = report.traces[finding.trace];
      const place = `${trace === undefined ? '' : pathWords(trace)}:${finding.evidence.at(0)?.line ?? 0}`;
      const who = [pinOwner(finding), clean(finding.pin.address ?? '')].filter((part) => part !== '').join(' ');
      const harm = finding.harm.length === 0 ? '' : ` [${finding.harm.join(',')}]`;
      yield `${place}: ${weight(finding)}: ${clean(finding.rule)}: ${who}${who === '' ? '' : ': '}${clean(finding.message)}${harm} (${clean(finding.fingerprint)})\n`;
    }
  },
};
