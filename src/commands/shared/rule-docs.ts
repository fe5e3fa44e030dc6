// Why: what a report may say about the rules beyond their ids.
import type { RuleDoc } from '../../report/reporter.ts';
import type { Rule } from '../../rules/contract.ts';
import { BUILT_IN } from '../../rules/index.ts';

/** @param version of pindrift: its own rules have a page each in the package of that version */
export function ruleDocs(rules: readonly Rule[] = BUILT_IN, version?: string): RuleDoc[] {
  return rules.map((rule) => {
    const { meta } = rule;
    return {
      id: meta.id,
      title: meta.summary,
      description: meta.why,
      falsePositives: meta.falsePositives,
      url:
        version !== undefined && (BUILT_IN as readonly Rule[]).includes(rule)
          ? `https://unpkg.com/pindrift@${version}/docs/rules/${rule.meta.id}.md`
          : undefined,
      references: [...meta.references, ...meta.fixedBy],
    };
  });
}
