// Why: `--timing` and `--debug-rule`, loaded only if one of them is given.
import { DebugRule } from '../../engine/debug-rule.ts';
import { observers, type RuleObserver } from '../../engine/running/observe.ts';
import { Timing } from '../../engine/running/timing.ts';
import type { Rule } from '../../rules/contract.ts';
import { InputError } from '../../util/errors.ts';
import { escapeControl } from '../../util/escape.ts';
import { nearest } from '../../util/nearest.ts';

export interface WatchRuleFlags {
  timing?: boolean;
  'debug-rule'?: string | undefined;
}

type RuleWatch = { observer: RuleObserver | undefined; done(): void };

export function watchRules(rules: readonly Rule[], flags: WatchRuleFlags): RuleWatch {
  const id = flags['debug-rule'];
  const debug = id === undefined ? undefined : debugging(id, rules);
  const timing = flags.timing === true ? new Timing() : undefined;
  const from = performance.now();
  return {
    observer: observers(debug, timing),
    done() {
      for (const line of timing?.lines(performance.now() - from) ?? []) process.stderr.write(line);
    },
  };
}

function debugging(id: string, rules: readonly Rule[]): DebugRule {
  const ids = rules.map(({ meta }) => meta.id);
  if (!ids.includes(id)) {
    const meant = nearest(id, ids);
    throw new InputError(`--debug-rule ${id}: no active rule has this id`, {
      tryThis: meant === undefined ? 'pindrift rules list' : `--debug-rule ${meant}`,
    });
  }
  return new DebugRule(id, (lines) => process.stderr.write(escapeLines(lines)));
}

/** It may contain text from the trace. */
const escapeLines = (text: string): string => text.split('\n').map(escapeControl).join('\n');
