// Why: what a report may say about the rules beyond their ids.
import type { RuleDoc } from '../../report/reporter.ts';
import { BUILT_IN } from '../../rules/index.ts';

export function ruleDocs(): RuleDoc[] {
  return BUILT_IN.map(({ meta }) => ({
    id: meta.id,
    title: meta.summary,
    description: meta.why,
    falsePositives: meta.falsePositives,
    references: [...meta.references, ...meta.fixedBy],
  }));
}
