// Is this a rule? Asked of whatever a file from outside exports, which no compiler has looked at.
import * as v from 'valibot';
import { RULE_API } from '../../rules/contract.ts';
import { nearest } from '../../util/nearest.ts';
import { ERA_NAMES } from '../../vocabulary/era.ts';
import { KIND_NAMES } from '../../vocabulary/kinds.ts';

export interface RuleProblem {
  /** id of the rule, as far as it got */
  id: string | undefined;
  /** `meta.needs[0][1]`; empty: the whole */
  key: string;
  problem: string;
  /** what stands there */
  value?: unknown;
}

const sentence = v.pipe(v.string('expected a string'), v.nonEmpty('this is empty'));
const texts = v.array(v.string('expected a string'), 'expected a list of strings');
const option = v.variant(
  'type',
  [
    v.strictObject({
      type: v.literal('boolean'),
      default: v.boolean('expected true or false'),
      description: sentence,
    }),
    v.strictObject({
      type: v.picklist(['number', 'integer']),
      default: v.number('expected a number'),
      minimum: v.optional(v.number()),
      maximum: v.optional(v.number()),
      description: sentence,
    }),
    v.strictObject({
      type: v.literal('string'),
      default: v.string('expected a string'),
      enum: v.optional(texts),
      description: sentence,
    }),
    v.strictObject({
      type: v.literal('array'),
      items: v.strictObject({ type: v.literal('string') }),
      default: texts,
      description: sentence,
    }),
  ],
  'type must be boolean, integer, number, string or array',
);
const meaning = v.picklist(
  ['mm', 'page', 'pfn', 'address', 'number', 'pointer', 'symbol'],
  'expected one of mm, page, pfn, address, number, pointer, symbol',
);
const probe = v.strictObject({
  function: v.union([sentence, texts], 'expected the name of a kernel function'),
  on: v.picklist(['entry', 'return', 'tracepoint'], 'expected entry, return or tracepoint'),
  events: v.optional(texts),
  fields: v.record(
    v.string(),
    v.union(
      [meaning, v.strictObject({ is: meaning, names: texts })],
      'expected the type of the argument: mm, page, number ...',
    ),
  ),
  define: v.optional(v.record(v.string(), v.string())),
});
const fix = v.strictObject({
  commit: v.pipe(v.string('expected a string'), v.regex(/^[0-9a-f]{12,40}$/, 'expected 12 hex digits or more')),
  subject: sentence,
  since: v.pipe(v.string('expected a string'), v.regex(/^v\d+\.\d+$/, 'expected a release: v5.19')),
  stable: v.optional(v.array(v.pipe(v.string(), v.regex(/^\d+\.\d+\.y$/, 'expected a stable series: 5.10.y')))),
  only: v.optional(
    v.strictObject({
      kind: v.optional(v.picklist(['GET', 'PIN'], 'expected GET or PIN')),
      hugetlb: v.optional(v.boolean('expected true or false')),
      owner: v.optional(v.literal('bio', 'expected bio')),
      by: v.optional(v.string('expected a text')),
    }),
  ),
});
const meta = v.strictObject({
  id: v.pipe(
    v.string('expected a string'),
    v.regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'expected lower-case words joined by -'),
  ),
  summary: sentence,
  why: sentence,
  needs: v.array(
    v.pipe(v.array(v.string()), v.nonEmpty('expected at least one kind')),
    'expected a list of lists of event kinds',
  ),
  status: v.picklist(['stable', 'experimental'], 'expected stable or experimental'),
  severity: v.record(v.string(), v.string(), "expected text by era: { all: 'warning' }"),
  falsePositives: texts,
  references: texts,
  fixedBy: v.array(fix, 'expected a list of { commit, subject, since }'),
  advice: v.optional(v.string()),
  messages: v.record(v.string(), sentence, 'expected texts by message id'),
  overrides: v.optional(texts),
  options: v.optional(v.record(v.string(), option)),
  examples: v.optional(v.strictObject({ fires: sentence, silent: sentence })),
});
const rule = v.looseObject({
  meta,
  probes: v.optional(v.record(v.string(), probe)),
  create: v.function('expected a function'),
});

/** Names of exports listed in a message. */
const NAMES_SHOWN = 4;

const NOT_DEFINED = 'its default export is not the result of defineRule()';

/** What keeps a value from being a rule; undefined when nothing does. */
export function ruleProblem(value: unknown): RuleProblem | undefined {
  const id = idOf(value);
  if (typeof value !== 'object' || value === null) return { id, key: '', problem: NOT_DEFINED };
  if (!('meta' in value)) {
    const names = Object.keys(value);
    const problem =
      names.length === 0
        ? 'the file exports nothing, or an empty object'
        : `it exports no rule by default, only ${names.slice(0, NAMES_SHOWN).join(', ')}`;
    return { id, key: '', problem };
  }
  const { api } = value as { api?: unknown };
  if (api === undefined) return { id, key: '', problem: NOT_DEFINED };
  if (api !== RULE_API) {
    return {
      id,
      key: 'api',
      problem: `it was made for version ${String(api)} of the rule contract; this pindrift has ${RULE_API}`,
    };
  }
  const result = v.safeParse(rule, value);
  if (!result.success) {
    const [issue] = result.issues;
    return {
      id,
      key: pathOf(issue),
      problem:
        issue.type !== 'strict_object'
          ? issue.message
          : issue.expected === 'never'
            ? 'no such field'
            : 'this field is missing',
      value: issue.input,
    };
  }
  const { needs, severity } = result.output.meta;
  return needsProblem(id, needs, Object.keys(result.output.probes ?? {})) ?? severityProblem(id, severity);
}

function needsProblem(id: string | undefined, needs: string[][], own: readonly string[]): RuleProblem | undefined {
  const kinds: readonly string[] = [...KIND_NAMES, ...own];
  for (const [i, anyOf] of needs.entries()) {
    for (const [k, kind] of anyOf.entries()) {
      if (kinds.includes(kind)) continue;
      const meant = nearest(kind, kinds);
      return {
        id,
        key: `meta.needs[${i}][${k}]`,
        problem: `no such event kind: ${kind}${meant === undefined ? '' : `; ${meant}?`}`,
        value: kind,
      };
    }
  }
  return undefined;
}

const SEVERITY_KEYS: readonly string[] = ['all', ...ERA_NAMES];

/** Words by era, which say at least one of the three. */
function severityProblem(id: string | undefined, severity: Readonly<Record<string, string>>): RuleProblem | undefined {
  for (const [era, words] of Object.entries(severity)) {
    if (!SEVERITY_KEYS.includes(era))
      return {
        id,
        key: `meta.severity.${era}`,
        problem: `no such era: ${era}; use one of ${SEVERITY_KEYS.join(', ')}`,
      };
    if (!/\b(?:error|warning|note)s?\b|\bno finding\b/.test(words))
      return {
        id,
        key: `meta.severity.${era}`,
        problem: 'expected error, warning or note, followed by conditions if it depends',
        value: words,
      };
  }
  return undefined;
}

function idOf(value: unknown): string | undefined {
  const id = (value as { meta?: { id?: unknown } } | null | undefined)?.meta?.id;
  return typeof id === 'string' ? id : undefined;
}

/** `meta.needs[0][1]`. */
export function pathOf(issue: { path?: readonly { key: unknown }[] | undefined }): string {
  return (issue.path ?? []).reduce(
    (path, { key }) =>
      typeof key === 'number' ? `${path}[${key}]` : path === '' ? String(key) : `${path}.${String(key)}`,
    '',
  );
}
