// One line per finding, for grep, sort and editors that jump to `file:line:`. A trace without findings gives no line:
// the exit code distinguishes clean from undecided.
import type { CheckReport } from '../contract/report.ts';
import type { Reporter } from './reporter.ts';
import { clean } from './shared/format.ts';
import { titleOf } from './shared/title.ts';
import { addressOf, pageWords, pathWords, pinOwner, weight } from './shared/words.ts';

export const line: Reporter = {
  *render(report: CheckReport): Iterable<string> {
    for (const finding of report.findings) {
      const trace = report.traces[finding.trace];
      const [first] = finding.evidence;
      const place =
        first?.from === undefined
          ? `${trace === undefined ? '' : pathWords(trace)}:${first?.line ?? 0}`
          : `${clean(first.from.path)}:${first.from.line}`;
      const pages = [pageWords(finding.pin), pageWords(finding.mapping)].filter((page) => page !== undefined);
      const about = [pinOwner(finding), addressOf(finding), pages.join(' -> ')];
      const who = about.filter((part) => part !== '').join(' ');
      const harm = finding.harm.length === 0 ? '' : ` [${finding.harm.join(',')}]`;
      yield `${place}: ${weight(finding)}: ${clean(finding.rule)}: ${titleOf(finding)}${who === '' ? '' : `: ${who}`}${harm} (${clean(finding.fingerprint)})\n`;
    }
  },
};
