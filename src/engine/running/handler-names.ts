// Why: a handler with a misspelled name would never be called, nor would those of a promise, so both are errors.
import { TRANSITION_NAMES } from '../../api/show.ts';
import { nearest } from '../../util/nearest.ts';
import { KIND_NAMES } from '../../vocabulary/kinds.ts';

/** An error message for unknown names; `own`: kinds defined by the rule. */
export function handlerProblem(
  handlers: object,
  own: readonly string[],
): { problem: string; name: string } | undefined {
  if (handlers instanceof Promise)
    return {
      problem: 'create() returns a promise; its handlers are called at once: no async, no await',
      name: 'create',
    };
  const names: readonly string[] = TRANSITION_NAMES;
  for (const [name, handler] of Object.entries(handlers)) {
    if (name === 'events') {
      const kinds: readonly string[] = [...KIND_NAMES, ...own];
      const unknown = Object.keys(handler ?? {}).find((kind) => !kinds.includes(kind));
      if (unknown !== undefined)
        return {
          problem: `events.${unknown}: no such kind of event${meantBy(unknown, kinds)}`,
          name: unknown,
        };
    } else if (!names.includes(name)) return { problem: `${name}: no such transition${meantBy(name, names)}`, name };
  }
  return undefined;
}

const meantBy = (word: string, known: readonly string[]): string => {
  const meant = nearest(word, known);
  return meant === undefined ? '' : `; ${meant}?`;
};
