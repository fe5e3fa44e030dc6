// Why: what a report may say about the rules beyond their ids.
import type { RuleDoc } from '../../report/reporter.ts';
import type { Rule } from '../../rules/contract.ts';
import { BUILT_IN } from '../../rules/index.ts';

export function ruleDocs(rules: readonly Rule[] = BUILT_IN): RuleDoc[] {
  return rules.map(({ meta }) => ({
    id: meta.id,
    title: meta.summary,
    description: meta.why,
    falsePositives: meta.falsePositives,
    references: [...meta.references, ...meta.fixedBy],
  }));
}
