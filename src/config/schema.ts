// The content of pindrift.config.*: which rules run and how, more rules, when the exit code is 1, and accepted
// findings. An invalid key is reported with its place.
import * as v from 'valibot';
import type { Severity } from '../contract/finding.ts';
import { pathOf } from '../engine/running/rule-shape.ts';
import type { AnyRule } from '../rules/contract.ts';
import { InputError } from '../util/errors.ts';

/** `off` and `on`, a severity for all its findings, or both with options. */
export type RuleSetting =
  | 'off'
  | 'on'
  | Severity
  | { readonly severity?: Severity; readonly options?: Readonly<Record<string, unknown>> };

/**
 * Known and accepted findings: those that match all given fields. They stay in the JSON, under `suppressed`, and do not
 * count.
 */
export interface Suppression {
  /** id of the rule */
  readonly rule?: string;
  /** as shown in the finding; the same drift has the same in every run */
  readonly fingerprint?: string;
  /** name of the task that took the pin; `*` matches anything */
  readonly comm?: string;
  /** path of the trace as given; `*` matches anything */
  readonly path?: string;
  /** why it is accepted */
  readonly reason: string;
  /** last day, `2026-12-31`; after it the findings are reported again */
  readonly until?: string;
}

export interface Config {
  /** rules by id */
  readonly rules?: Readonly<Record<string, RuleSetting>>;
  /** more rules: files, directories and packages (`pindrift-rules-...`), relative to this file, or rules themselves */
  readonly load?: readonly (string | AnyRule)[];
  /** findings of this severity and above give exit code 1 */
  readonly failOn?: Severity | 'never';
  readonly suppress?: readonly Suppression[];
}

const SEVERITIES = ['error', 'warning', 'note'] as const;
const sentence = v.pipe(v.string('expected a string'), v.nonEmpty('expected a string'));
const setting = v.union(
  [
    v.picklist(['off', 'on', ...SEVERITIES]),
    v.strictObject({
      severity: v.optional(v.picklist(SEVERITIES)),
      options: v.optional(v.record(v.string(), v.unknown())),
    }),
  ],
  'expected off, on, error, warning, note or { severity, options }',
);
const suppression = v.pipe(
  v.strictObject({
    rule: v.optional(sentence),
    fingerprint: v.optional(v.pipe(v.string('expected a string'), v.regex(/^[0-9a-f]{16}$/, 'expected 16 hex digits'))),
    comm: v.optional(sentence),
    path: v.optional(sentence),
    reason: v.pipe(v.string('say why this is accepted'), v.trim(), v.nonEmpty('say why this is accepted')),
    until: v.optional(
      v.pipe(v.string('expected a date such as 2026-12-31'), v.isoDate('expected a date such as 2026-12-31')),
    ),
  }),
  v.check(
    ({ rule, fingerprint, comm, path }) => [rule, fingerprint, comm, path].some((field) => field !== undefined),
    'expected rule, fingerprint, comm or path; otherwise everything would be suppressed',
  ),
);
const config = v.strictObject({
  rules: v.optional(v.record(v.string(), setting, 'expected settings by rule id')),
  load: v.optional(
    v.array(
      v.union([sentence, v.looseObject({ meta: v.looseObject({}) })], 'expected a path, a package or a rule'),
      'expected a list',
    ),
  ),
  failOn: v.optional(v.picklist([...SEVERITIES, 'never'], 'expected error, warning, note or never')),
  suppress: v.optional(v.array(suppression, 'expected a list')),
});

/** @throws InputError that names the key */
export function parseConfig(value: unknown, where: string): Config {
  const result = v.safeParse(config, value);
  if (result.success) return value as Config;
  const [issue] = result.issues;
  const key = pathOf(issue);
  throw new InputError(`${key === '' ? '' : `${key}: `}${wordsOf(issue)}`, {
    where,
    tryThis: 'docs/rules-guide/config.md lists the keys',
  });
}

function wordsOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type !== 'strict_object') return issue.message;
  if (issue.expected === 'never') return 'no such key';
  return issue.expected === 'Object' ? 'expected an object' : 'this key is missing';
}
