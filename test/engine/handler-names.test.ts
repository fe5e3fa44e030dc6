// Why: a rule whose handlers are never called finds nothing, and that reads as clean.
import { expect, it } from 'vitest';
import { handlerProblem } from '../../src/engine/running/handler-names.ts';

it('handlers that would never be called are a problem', () => {
  expect(handlerProblem(Promise.resolve({ fork: () => undefined }), [])?.problem).toContain('returns a promise');
  expect(handlerProblem({ forkk: () => undefined }, [])?.problem).toContain('forkk: no such transition; fork?');
  expect(handlerProblem({ fork: () => undefined }, [])).toBeUndefined();
});
