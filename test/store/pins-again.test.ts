// `pins --rules` on a store: the pins of the store, with the findings of the rules named.
import { beforeAll, expect, it } from 'vitest';
import { loadPins } from '../../src/commands/shared/load-pins.ts';
import { check } from '../../src/engine/check.ts';
import { ingest } from '../../src/engine/ingest.ts';
import { fileInput } from '../../src/engine/reading/input.ts';
import { BUILT_IN } from '../../src/rules/index.ts';
import { fixture } from '../commands/run.ts';
import { scratch } from './scratch.ts';

const trace = fixture('5.10/odirect_read_swap.ft');
const { file } = scratch();
beforeAll(async () => {
  await ingest([trace], { out: file('x.db') });
});

it('the same rules give the same pins and findings', async () => {
  const stored = await loadPins(file('x.db'), {}, {});
  const again = await loadPins(file('x.db'), {}, { setup: { rules: BUILT_IN, running: {} }, again: true });
  expect(again.pins).toEqual(stored.pins);
  expect(again.pins.map(({ finding }) => finding)).toEqual([1]);
});

it('other rules give other findings', async () => {
  const rules = BUILT_IN.filter(({ meta }) => meta.id === 'insufficient-evidence');
  const again = await loadPins(file('x.db'), {}, { setup: { rules, running: {} }, again: true });
  expect(again.pins.map(({ finding }) => finding)).toEqual([undefined]);
});

it('a symbol file that is not there is an error, also for a text', async () => {
  await expect(check([fileInput(trace)], { kallsyms: file('nosuch') })).rejects.toThrow('no such symbol file');
});
