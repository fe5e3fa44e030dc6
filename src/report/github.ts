// Annotations of GitHub Actions: workflow commands on stdout, which the runner shows beside the commit. What they may hold
// is escaped as actions/toolkit does (packages/core/src/command.ts).
import type { Severity } from '../contract/finding.ts';
import type { CheckReport } from '../contract/report.ts';
import { alike, worstFirst } from './alike.ts';
import { clean } from './format.ts';
import type { Reporter } from './reporter.ts';
import { titleOf } from './title.ts';
import { pathWords, pinOwner, verdictWords, weight } from './words.ts';

const COMMAND: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' };

export const github: Reporter = {
  id: 'github',
  extension: 'github',
  *render(report: CheckReport): Iterable<string> {
    for (const { first, more } of alike(worstFirst(report.findings))) {
      const trace = report.traces[first.trace];
      const file = trace === undefined || trace.path === '-' ? '' : `file=${property(pathWords(trace))},`;
      const where = `${file}line=${first.evidence.at(0)?.line ?? 1}`;
      const title = property(`${clean(first.rule)} (${weight(first)}): ${titleOf(first)}`);
      const others = more.length === 0 ? '' : ` and ${more.length} more of the same drift`;
      yield `::${COMMAND[first.severity]} ${where},title=${title}::${message(`${pinOwner(first)}: ${clean(first.message)}${others}`)}\n`;
    }
    if (report.verdict === 'could-not-be-checked') yield `::warning title=pindrift::${message(verdictWords(report))}\n`;
    else yield `::notice title=pindrift::${message(verdictWords(report))}\n`;
  },
};

const message = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => message(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
