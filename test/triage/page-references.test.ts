// Why: who hunts a pin that leaks records page_ref:*; the page's count is a history that `show` tells, whether or not the
// trace has anything else of the page.
import { expect, it } from 'vitest';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { storySelection } from '../../src/story/selection.ts';
import { storyOfTrace } from '../../src/story/story.ts';

const line = (seconds: string, event: string, args: string) =>
  `             rdr-2102    [000] d...    ${seconds}: page_ref_${event}: ${args}`;
const of = (pfn: string, count: number, rest: string) =>
  `pfn=${pfn} flags=uptodate|lru|swapbacked count=${count} mapcount=1 mapping=ffff9a44203040a1 mt=1 ${rest}`;
const TRACE = [
  '# tracer: nop',
  line('50.1', 'mod_unless', of('0x3a51c', 3, 'val=1 ret=1')),
  line('50.2', 'set', of('0x3a4ee', 1, 'val=1')),
  line('50.3', 'mod', of('0x3a51c', 1, 'val=-2')),
  line('50.4', 'freeze', of('0x3a51c', 0, 'val=1 ret=1')),
  line('50.5', 'unfreeze', of('0x3a51c', 1, 'val=1')),
  line('50.6', 'mod_and_test', of('0x3a51c', 0, 'val=-1 ret=1')),
  '',
].join('\n');

const told = async (flags: { pfn?: string; pid?: number }): Promise<string[]> => {
  const selection = storySelection(flags);
  if (selection === undefined) throw new Error('nothing is asked for');
  const { steps } = await storyOfTrace(memoryInput('trace', TRACE), selection, { context: 0, warn: () => {} });
  return steps.map(({ fn, what }) => `${fn}: ${what}`);
};

it('the reference count of a page is its history, and its end is shown', async () => {
  expect(await told({ pfn: '0x3a51c' })).toEqual([
    'page_ref_mod_unless: pfn 0x3a51c: 3 references',
    'page_ref_mod: pfn 0x3a51c: 1 reference',
    'page_ref_freeze: pfn 0x3a51c: 0 references',
    'page_ref_unfreeze: pfn 0x3a51c: 1 reference',
    'page_ref_mod_and_test: pfn 0x3a51c: last reference dropped, page freed',
  ]);
});

it('of another page only its own lines, and none if no page is selected', async () => {
  expect(await told({ pfn: '0x3a4ee' })).toEqual(['page_ref_set: pfn 0x3a4ee: 1 reference']);
  expect(await told({ pid: 2102 })).toEqual([]);
});
