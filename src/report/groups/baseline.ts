// Why: a small file of known findings that can be committed: the state of each group of findings, with a comment.
// `check` uses it to report only new findings; `triage` reports new, known, back and gone groups, and writes the file.
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { type Finding, namesOf } from '../../contract/finding.ts';
import { InputError } from '../../util/errors.ts';
import { groupBy } from '../../util/group-by.ts';
import { byNumbers, kernelOf, type NamedReport } from './drifts.ts';

const STATES = ['known', 'fixed', 'invalid'] as const;
/**
 * `known`: present, and somebody is working on it; `invalid`: present, but not a bug; `fixed`: it must not come back.
 */
export type GroupState = (typeof STATES)[number];

/** Findings of one rule with one cause. */
export interface BaselineGroup {
  rule: string;
  /** cause of the drift: `swap-in without the exclusive mark, then a copy` */
  cause: string;
  state: GroupState;
  /** edited by hand: why, who, which ticket */
  comment: string;
  /** kernels (or eras, if a trace does not name its kernel) that showed it */
  kernels: string[];
  /** one per variant, 16 hex digits */
  fingerprints: string[];
}

export interface Baseline {
  schema: 'pindrift.baseline/1';
  groups: BaselineGroup[];
}

const text = v.string('expected a string');
const schema = v.strictObject({
  schema: v.literal('pindrift.baseline/1', 'expected pindrift.baseline/1'),
  groups: v.array(
    v.strictObject({
      rule: text,
      cause: text,
      state: v.picklist(STATES, 'expected known, fixed or invalid'),
      comment: v.optional(text, ''),
      kernels: v.optional(v.array(text, 'expected a list'), []),
      fingerprints: v.array(
        v.pipe(text, v.regex(/^[0-9a-f]{16}$/, 'expected 16 hex digits')),
        'expected a list of fingerprints',
      ),
    }),
    'expected a list',
  ),
});

/** @throws InputError that names the key */
export function readBaseline(path: string): Baseline {
  const value = jsonOf(path);
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const key = v.getDotPath(issue);
  if (key === 'schema') throw anotherSchema(issue.input, path);
  const what = issue.type !== 'strict_object' ? issue.message : issue.expected === 'never' ? 'no such key' : 'missing';
  throw new InputError(`${key ?? 'the file'}: ${what}`, { where: path, tryThis: 'docs/triage.md shows a baseline' });
}

function jsonOf(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new InputError(isMissing ? 'no such baseline' : `cannot be read: ${(error as Error).message}`, {
      where: path,
      tryThis: isMissing ? `pindrift triage TRACE --baseline ${path} --update` : ANOTHER_FILE,
      cause: error,
    });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError('this is not a baseline: it is not JSON', {
      where: path,
      tryThis: ANOTHER_FILE,
      cause: error,
    });
  }
}

const ANOTHER_FILE = '--baseline with a file that `pindrift triage TRACE --baseline NEW.json --update` wrote';

function anotherSchema(given: unknown, path: string): InputError {
  const [, version] = /^pindrift\.baseline\/(\d+)$/.exec(String(given)) ?? [];
  if (version === undefined) return new InputError('this is not a baseline', { where: path, tryThis: ANOTHER_FILE });
  return new InputError(`this baseline has version ${version}; this pindrift reads version 1`, {
    where: path,
    tryThis: 'use the version of pindrift that wrote it, or write a new one',
  });
}

type Named = Pick<Finding, 'fingerprint' | 'formerFingerprints'>;

/** By its current fingerprint, or one of its former ones. */
export const knows = (fingerprints: readonly string[], finding: Named): boolean =>
  namesOf(finding).some((name) => fingerprints.includes(name));

/** State of a finding according to a baseline. `back`: of a group that was fixed. */
export type Novelty = 'new' | 'known' | 'invalid' | 'back';

export function noveltyOf({ groups }: Baseline, finding: Named): Novelty {
  const group = groups.find(({ fingerprints }) => knows(fingerprints, finding));
  if (group === undefined) return 'new';
  return group.state === 'fixed' ? 'back' : group.state;
}

/** The group of a finding of this rule with this cause, even if the variant is another. */
export const groupOf = ({ groups }: Baseline, { rule, cause }: Pick<Finding, 'rule' | 'cause'>) =>
  groups.find((group) => group.rule === rule && group.cause === cause);

/**
 * The baseline with everything in these reports added. Comments are kept; a new group is `known`; a fixed group that is
 * back stays `fixed`, so that it is reported until somebody changes it.
 */
export function withReports(baseline: Baseline, reports: readonly NamedReport[]): Baseline {
  const groups = baseline.groups.map((group) => structuredClone(group));
  const seen = reports.flatMap(({ report }) => report.findings.map((finding) => ({ finding, report })));
  for (const [, same] of groupBy(seen, ({ finding: { cause, rule } }) => JSON.stringify([rule, cause]))) {
    const { cause, rule } = (same[0] as (typeof seen)[number]).finding;
    let group = groups.find((one) => one.rule === rule && one.cause === cause);
    if (group === undefined) {
      group = { rule, cause, state: 'known', comment: '', kernels: [], fingerprints: [] };
      groups.push(group);
    }
    const kernels = same.flatMap(({ finding, report }) => report.traces[finding.trace] ?? []).map(kernelOf);
    group.kernels = [...new Set([...group.kernels, ...kernels])].toSorted(byNumbers);
    if (group.state === 'fixed') continue;
    const former = new Set(same.flatMap(({ finding }) => finding.formerFingerprints ?? []));
    const kept = group.fingerprints.filter((one) => !former.has(one));
    group.fingerprints = [...new Set([...kept, ...same.map(({ finding }) => finding.fingerprint)])].toSorted();
  }
  const order = ({ cause, rule }: BaselineGroup) => `${rule}\n${cause}`;
  return {
    schema: 'pindrift.baseline/1',
    groups: groups.toSorted((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0)),
  };
}
