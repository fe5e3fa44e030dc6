// Why: information for reports about pindrift and its rules, besides their ids.
import { fixText } from '../../contract/fix.ts';
import type { ReportOptions, RuleDoc } from '../../report/reporter.ts';
import { sentence } from '../../report/shared/sentence.ts';
import type { Rule } from '../../rules/contract.ts';
import { BUILT_IN } from '../../rules/index.ts';

/** The package as known to oclif. */
export interface Package {
  version: string;
  pjson: object;
}

/** pindrift and its rules, for reports that name them. */
export function aboutTool(
  { pjson, version }: Package,
  rules: readonly Rule[],
): Pick<ReportOptions, 'version' | 'homepage' | 'rules'> {
  const homepage = 'homepage' in pjson && typeof pjson.homepage === 'string' ? pjson.homepage : undefined;
  return { version, homepage, rules: ruleDocs(rules, pagesAt(homepage, version)) };
}

/** URL of the pages of the built-in rules: those of this version if the homepage is a repository on GitHub. */
function pagesAt(homepage: string | undefined, version: string): string | undefined {
  if (homepage === undefined) return undefined;
  const [repository] = /^https:\/\/github\.com\/[^/#]+\/[^/#]+/.exec(homepage) ?? [];
  return repository === undefined
    ? `${homepage.replace(/[#/]*$/, '')}/docs/rules`
    : `${repository}/blob/v${version}/docs/rules`;
}

/** @param pages location of the pages of built-in rules; those of other rules are unknown */
function ruleDocs(rules: readonly Rule[] = BUILT_IN, pages?: string): RuleDoc[] {
  const own = new Set<unknown>(BUILT_IN);
  return rules.map((rule) => {
    const { meta } = rule;
    return {
      id: meta.id,
      title: meta.summary,
      description: sentence(meta.why),
      falsePositives: meta.falsePositives.filter((line) => line !== 'none known'),
      url: pages !== undefined && own.has(rule) ? `${pages}/${meta.id}.md` : undefined,
      references: [...meta.references, ...meta.fixedBy.map(fixText)],
    };
  });
}
