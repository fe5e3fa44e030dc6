// Why: the needs of a rule are met only by events with the fields the rule reads (vocabulary/needed.ts), not by names
// alone. `check`, `coverage` and the tests of rules all use this.
import { absenceText } from '../contract/reason.ts';
import { NO_GUP_CALL } from '../contract/report.ts';
import type { Model } from '../model/model.ts';
import { neededNames } from '../vocabulary/needed.ts';

/** The needs a trace does not meet: sets of kinds of which one would be sufficient. */
export function unmet<K extends string>(needs: readonly (readonly K[])[], model: Model): (readonly K[])[] {
  return needs.filter((anyOf) => {
    const kinds = numbersOf(anyOf, model);
    // if one kind lacks some of its fields, the others cannot replace it
    return (
      kinds.some((kind) => model.lacking[kind] > 0) ||
      !(kinds.some((kind) => model.seen[kind] > 0) || isStill(kinds, model))
    );
  });
}

/** The needs that are met because such events did not happen. */
export function stillOf<K extends string>(needs: readonly (readonly K[])[], model: Model): (readonly K[])[] {
  return needs.filter((anyOf) => {
    const kinds = numbersOf(anyOf, model);
    return kinds.every((kind) => model.seen[kind] + model.lacking[kind] === 0) && isStill(kinds, model);
  });
}

/** An unknown kind counts as never seen. */
const numbersOf = (kinds: readonly string[], { catalogue }: Model): number[] =>
  kinds.map((kind) => catalogue.kind(kind) ?? -1);

/**
 * Each of these kinds was recorded without an event, or does not exist in this kernel; and at least one was recorded.
 * Not if events are missing, because they may be among them.
 */
function isStill(kinds: readonly number[], { facts, gaps }: Model): boolean {
  const { armed, nowhere } = facts;
  if (armed === undefined || gaps.length > 0) return false;
  if (facts.overwritten > 0 || facts.unread > 0 || facts.damage !== undefined) return false;
  return kinds.some((kind) => armed.has(kind)) && kinds.every((kind) => armed.has(kind) || nowhere?.has(kind) === true);
}

/** Why a need is not met, in words. */
export function needText(anyOf: readonly string[], era: string | undefined, model: Model): string {
  const kinds = numbersOf(anyOf, model);
  const lacking = kinds.filter((kind) => model.lacking[kind] > 0);
  if (lacking.length === 0) {
    const isGup = anyOf.every((kind) => kind === 'gup');
    const isNowhere = kinds.every((kind) => model.facts.nowhere?.has(kind) === true);
    if (isGup && !isNowhere) return NO_GUP_CALL;
    const why = isNowhere
      ? 'not in this kernel'
      : model.catalogue.isOutside(anyOf, era)
        ? `not in era ${era}`
        : 'never seen';
    return absenceText({ names: model.catalogue.probesFor(anyOf, era), why });
  }
  return lacking.map((kind) => lackText(kind, era, model)).join('; ');
}

/** `18 of 20 events of do_wp_page lack mm=, addr=`. */
export function lackText(kind: number, era: string | undefined, model: Model): string {
  const { catalogue } = model;
  const n = model.lacking[kind];
  const all = n + model.seen[kind];
  const which = n === all ? (n === 1 ? 'the event' : `all ${n} events`) : `${n} of ${all} events`;
  return `${which} of ${catalogue.probesFor([catalogue.kindNames[kind]], era)} lack${n === 1 ? 's' : ''} ${neededNames(kind, model.lacks[kind]).join(', ')}`;
}
