// Why: a rule in JavaScript may say `severity: 'fatal'`, or a message that it does not have. What no report can show is
// the rule's mistake and told with the line of its file, instead of being printed.
import { type Harm, SEVERITY_RANK } from '../../contract/finding.ts';
import type { HarmReport, Report, Rule } from '../../rules/contract.ts';
import { nearest } from '../../util/nearest.ts';

const HARMS: readonly Harm[] = ['lost-dma-write', 'stale-device-read', 'leak', 'corruption'];
const SEVERITIES = Object.keys(SEVERITY_RANK);

/** What is wrong with a report of a rule; undefined when nothing is. */
export function reportProblem({ meta }: Rule, report: Report): string | undefined {
  const messages = Object.keys(meta.messages);
  return (
    notOneOf('messageId', report.messageId, messages, 'meta.messages') ??
    notOneOf('severity', report.severity, SEVERITIES) ??
    (report.harm ?? []).map((harm) => notOneOf('harm', harm, HARMS)).find((problem) => problem !== undefined) ??
    stepProblem(report.path)
  );
}

export const harmProblem = ({ harm, path }: HarmReport): string | undefined =>
  notOneOf('harm', harm, HARMS) ?? stepProblem(path);

function notOneOf(key: string, value: unknown, all: readonly string[], where?: string): string | undefined {
  if (typeof value === 'string' && all.includes(value)) return undefined;
  const said = typeof value === 'string' ? `'${value}'` : String(value);
  const meant = typeof value === 'string' ? nearest(value, all) : undefined;
  const wanted = meant === undefined ? `expected one of ${all.join(', ')}` : `did you mean ${meant}?`;
  return `unknown ${key} ${said}${where === undefined ? '' : ` (${where})`}: ${wanted}`;
}

/** A step that the rule made up has a role and says what happened. */
function stepProblem(path: Report['path'] = []): string | undefined {
  const i = path.findIndex((step) => typeof step.role !== 'string' || step.role === '' || step.at === undefined);
  return i < 0 ? undefined : `path[${i}]: a step needs a role and a place (at)`;
}
