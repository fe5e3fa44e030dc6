// Prepares given rules: made for this pindrift, unique ids, compatible probes.
import { type AnyRule, RULE_API, type Rule } from '../../rules/contract.ts';
import { InputError } from '../../util/errors.ts';
import { OWN_CATALOGUE } from '../../vocabulary/catalogue.ts';
import { placeInSource } from './place-in-source.ts';
import { errorOf } from './rule-limits.ts';
import { type RuleProblem, ruleProblem } from './rule-shape.ts';

export interface GivenRule {
  rule: unknown;
  /** its source, for messages: a path, a package, `built in` */
  from: string;
  /** text of its file, to find positions in */
  source?: string | undefined;
}

/** A Proxy may throw anything when it is looked at. */
function problemIn(rule: unknown, from: string): RuleProblem | undefined {
  try {
    return ruleProblem(rule);
  } catch (thrown) {
    const error = errorOf(thrown);
    throw new InputError(`this is not a rule: ${error.message}`, {
      where: from,
      tryThis: 'pindrift rules new my-rule: what a rule looks like',
      cause: error,
    });
  }
}

/**
 * Check rules and their probes.
 * @throws InputError that names the rule, its place and the error
 */
export function prepare(given: readonly GivenRule[]): readonly Rule[] {
  const seen = new Map<string, string>();
  const rules: Rule[] = [];
  for (const { rule, from, source } of given) {
    const problem = problemIn(rule, from);
    if (problem !== undefined) throw refused(problem, from, source);
    const known = rule as Rule;
    const { id } = known.meta;
    const other = seen.get(id);
    if (other !== undefined) {
      throw new InputError(`two rules have the id ${id}: one from ${other}, one from ${from}`, {
        where: from,
        tryThis: 'give one of them another meta.id',
      });
    }
    seen.set(id, from);
    rules.push(known);
  }
  let catalogue = OWN_CATALOGUE;
  for (const { meta, probes } of rules) {
    const more = probes === undefined ? catalogue : catalogue.with(probes);
    if (typeof more === 'string')
      throw new InputError(`rule ${meta.id}: ${more}`, {
        where: seen.get(meta.id),
        tryThis: 'docs/rules-guide/reference.md says what a rule may define',
      });
    catalogue = more;
  }
  return rules;
}

/** Rules given by a program. */
export const prepareRules = (rules: readonly AnyRule[]): readonly Rule[] =>
  prepare(rules.map((rule) => ({ rule, from: 'options.rules' })));

function refused({ key, problem, id, value }: RuleProblem, from: string, source: string | undefined): InputError {
  const name = id === undefined ? 'this is not a rule' : `rule ${id}`;
  const at = key === '' ? '' : `${key}: `;
  const place = source === undefined || key === '' || key === 'api' ? undefined : placeInSource(source, key, value);
  return new InputError(`${name}: ${at}${problem}`, {
    where: place === undefined ? from : `${from}:${place}`,
    tryThis:
      key === 'api'
        ? `install a version of the rule for contract ${RULE_API}, or the pindrift it was made for`
        : key === ''
          ? 'export default defineRule({ ... }); pindrift rules new ID creates one'
          : undefined,
  });
}
