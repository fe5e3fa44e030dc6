// Combines rules and settings from a config and flags; everything is validated here, before the first trace is opened.

import { dirname } from 'node:path';
import { optionValues } from '../api/options.ts';
import type { Severity } from '../contract/finding.ts';
import { INSUFFICIENT_EVIDENCE } from '../contract/report.ts';
import { loadRules } from '../engine/running/load-rules.ts';
import { type GivenRule, prepare } from '../engine/running/prepare.ts';
import type { RuleOptions } from '../engine/running/run-rules.ts';
import type { Rule } from '../rules/contract.ts';
import { BUILT_IN } from '../rules/index.ts';
import { InputError } from '../util/errors.ts';
import { nearest } from '../util/nearest.ts';
import { type LoadedConfig, loadConfig } from './load.ts';
import type { Config, Suppression } from './schema.ts';
import { mustBeOurs } from './trust.ts';

export interface SetupOptions {
  /** current directory: the config is searched from here upwards, paths are relative to it */
  folder: string;
  /** more rules: files, directories, packages (`--rules`) */
  rules?: readonly string[] | undefined;
  /** a config named by the user; false: none (`--no-config`) */
  config?: string | false | undefined;
  /** time limit in ms for loading a config or a rule file */
  timeout?: number | undefined;
}

/** The rules to run, and the settings for their findings. */
export interface Setup {
  readonly rules: readonly Rule[];
  readonly running: RuleOptions;
  /** severities that replace those of the rules */
  readonly severity: ReadonlyMap<string, Severity>;
  readonly suppress: readonly Suppression[];
  readonly failOn: Config['failOn'];
  /** the config, for messages */
  readonly from: string | undefined;
  /** a config that was found but is not used, because the user did not name it, and why */
  readonly stranger?: string | undefined;
}

export async function assemble({ folder, rules = [], config, timeout }: SetupOptions): Promise<Setup> {
  const found = config === false ? undefined : await loadConfig(folder, { named: config, timeout });
  const given: GivenRule[] = BUILT_IN.map((rule) => ({ rule, from: 'pindrift itself' }));
  if (found !== undefined) given.push(...(await fromConfig(found, timeout)));
  given.push(...(await loadRules(rules, folder, { timeout })));
  return apply(prepare(once(given)), found);
}

async function fromConfig({ config, path, shown, named }: LoadedConfig, timeout?: number): Promise<GivenRule[]> {
  const load = config.load ?? [];
  const specs = load.filter((one) => typeof one === 'string');
  const given: GivenRule[] = load.filter((one) => typeof one !== 'string').map((rule) => ({ rule, from: shown }));
  if (specs.length === 0) return given;
  const check = (file: string, from: string): void => mustBeOurs(file, from, `--config ${shown} to load it anyway`);
  return [...given, ...(await loadRules(specs, dirname(path), { timeout, check: named ? undefined : check }))];
}

/** The same file named by the config and by a flag counts once. */
function once(given: readonly GivenRule[]): GivenRule[] {
  const seen = new Set<string>();
  return given.filter(({ rule, from }) => {
    const key = `${from}\0${(rule as Partial<Rule> | null)?.meta?.id ?? seen.size}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function apply(rules: readonly Rule[], found: LoadedConfig | undefined): Setup {
  const config = found?.config ?? {};
  const where = found?.shown ?? '';
  const ids = rules.map(({ meta }) => meta.id);
  const off = new Set<string>();
  const severity = new Map<string, Severity>();
  const options: Record<string, Readonly<Record<string, unknown>>> = {};
  for (const [id, setting] of Object.entries(config.rules ?? {})) {
    const rule = rules.find(({ meta }) => meta.id === id);
    if (rule === undefined) throw unknownRule(`rules.${id}`, id, ids, where);
    if (setting === 'off') {
      if (id === INSUFFICIENT_EVIDENCE)
        throw new InputError(
          `rules.${id}: this rule cannot be switched off; it prevents a clean verdict for a trace with too little evidence`,
          { where, tryThis: '--on-undecided skip, if such a trace is not to fail a job (JUnit)' },
        );
      off.add(id);
    } else if (typeof setting === 'object') {
      if (setting.severity !== undefined) severity.set(id, setting.severity);
      if (setting.options !== undefined) options[id] = checkedOptions(rule, setting.options, where);
    } else if (setting !== 'on') severity.set(id, setting);
  }
  for (const [i, { rule }] of (config.suppress ?? []).entries()) {
    if (rule !== undefined && !ids.includes(rule)) throw unknownRule(`suppress[${i}].rule`, rule, ids, where);
  }
  return {
    rules: rules.filter(({ meta }) => !off.has(meta.id)),
    running: { options },
    severity,
    suppress: config.suppress ?? [],
    failOn: config.failOn,
    from: found?.shown,
  };
}

function checkedOptions(
  rule: Rule,
  said: Readonly<Record<string, unknown>>,
  where: string,
): Readonly<Record<string, unknown>> {
  const [problem] = optionValues(rule.meta.options ?? {}, said).problems;
  if (problem !== undefined)
    throw new InputError(`rules.${rule.meta.id}.options.${problem.option}: ${problem.problem}`, {
      where,
      tryThis: `pindrift rules explain ${rule.meta.id}`,
    });
  return said;
}

function unknownRule(key: string, id: string, ids: readonly string[], where: string): InputError {
  const meant = nearest(id, ids);
  return new InputError(`${key}: no such rule: ${id}${meant === undefined ? '' : `; ${meant}?`}`, {
    where,
    tryThis: 'pindrift rules list',
  });
}
