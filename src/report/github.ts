// Annotations for GitHub Actions: workflow commands on stdout, which the runner shows beside the commit. Escaped like
// in actions/toolkit (packages/core/src/command.ts).
import type { Severity } from '../contract/finding.ts';
import type { CheckReport } from '../contract/report.ts';
import type { Reporter, ReportOptions } from './reporter.ts';
import { alike, worstFirst } from './shared/alike.ts';
import { clean } from './shared/format.ts';
import { below } from './shared/relative.ts';
import { titleOf } from './shared/title.ts';
import { failureWords, pathWords, pinOwner, verdictWords, weight } from './shared/words.ts';

const COMMAND: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' };

export const github: Reporter = {
  *render(given: CheckReport, { root }: ReportOptions): Iterable<string> {
    const report = below(root, given);
    for (const { first, more } of alike(worstFirst(report.findings))) {
      const trace = report.traces[first.trace];
      const { from, line } = first.evidence.at(0) ?? { line: 1 };
      const path = from?.path ?? (trace === undefined || trace.path === '-' ? undefined : pathWords(trace));
      const where = `${path === undefined ? '' : `file=${property(clean(path))},`}line=${from?.line ?? line}`;
      const title = property(`${clean(first.rule)} (${weight(first)}): ${titleOf(first)}`);
      const others = more.length === 0 ? '' : ` and ${more.length} more of the same drift`;
      yield `::${COMMAND[first.severity]} ${where},title=${title}::${message(`${pinOwner(first)}: ${clean(first.message)}${others}`)}\n`;
    }
    for (const { at, failed } of failures(report))
      yield `::error ${at}title=${property('a rule failed')}::${message(failed)}\n`;
    for (const { path, reason } of report.unreadable ?? [])
      yield `::error file=${property(clean(path))},title=${property('a trace could not be read')}::${message(clean(reason))}\n`;
    if (report.verdict === 'could-not-be-checked') yield `::warning title=pindrift::${message(verdictWords(report))}\n`;
    else yield `::notice title=pindrift::${message(verdictWords(report))}\n`;
  },
};

/** Rules that failed, with the place in their source file. */
function failures(report: CheckReport): { at: string; failed: string }[] {
  const words = failureWords(report);
  return report.rules
    .flatMap(({ failed = [] }) => failed)
    .map(({ at }, i) => {
      const [, file, line] = /^(.*):(\d+):\d+$/.exec(at ?? '') ?? [];
      return { at: file === undefined ? '' : `file=${property(file)},line=${line},`, failed: words[i] ?? '' };
    });
}

const message = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => message(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
