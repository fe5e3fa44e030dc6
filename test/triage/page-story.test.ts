// The story of anything: a page, an address, an mm, a thread, a time; the same from a trace and from its store.
import { beforeAll, describe, expect, it } from 'vitest';
import { pageStories } from '../../src/commands/shared/page-stories.ts';
import { memoryInput } from '../../src/engine/reading/input.ts';
import { type StoryFlags, type StorySelection, selectionWords, storySelection } from '../../src/story/selection.ts';
import { type PageStory, storyOfTrace } from '../../src/story/story.ts';
import { pageStoryText } from '../../src/story/text.ts';
import { capture, EVIL, evilCapture, joined, SWAP, store, UNSAFE, widest } from './captures.ts';

let swap: string;
beforeAll(async () => {
  swap = await store('story.db', SWAP);
});

const warnings: string[] = [];
const tell = async (source: string, flags: StoryFlags, context = 0): Promise<PageStory> => {
  const options = { context, quiet: true, warn: (text: string) => warnings.push(text) };
  const [story] = await pageStories([source], storySelection(flags) as StorySelection, options);
  return story as PageStory;
};
const roles = ({ steps }: PageStory) => steps.map(({ role }) => role);

const LIFE = ['map', 'pin', 'grab', 'i/o submit', 'unmap', 'swap-in', 'wp fault', 'copy', 'i/o end', 'release'];

describe('stories', () => {
  it('an address: mapped, pinned, unmapped, copied, completed, given back', async () => {
    const story = await tell(SWAP, { addr: '0x7f02b2792abc' });
    expect(roles(story)).toEqual(LIFE);
    expect(story.steps.filter(({ parts }) => parts).map(({ line }) => line)).toEqual([648]);
    expect(story.steps[4]).toMatchObject({ line: 599, cpu: 1, task: 'scn-157', fn: 'try_to_unmap_one' });
    expect(story.steps[4]?.text).toContain('unmap_one:');
  });

  it('a page, by pfn and by pointer: the story of its address, and where it lost a mapping', async () => {
    const story = await tell(SWAP, { pfn: '0x7fb7d' });
    expect(roles(story).filter((role) => role !== 'rmap del')).toEqual(LIFE);
    expect(await tell(SWAP, { page: '7fb7d' })).toEqual(story);
    expect(await tell(SWAP, { page: '0xfffff334c1fedf40' })).toEqual(story);
    expect(story.steps[0]?.what).toBe('pfn 0x7fb7d mapped at 0x7f02b2792000');
  });

  it('a page and an address space by pointers that a double does not hold', async () => {
    const mips = capture('6.1-mips64/vmsplice_self_swap.ft');
    const story = await tell(mips, { page: '0x9000000003253740' });
    expect(roles(story)).toContain('pin');
    expect(story.steps[0]?.what).toBe('page 0x9000000003253740 mapped at 0xfff306e000');
    expect(roles(await tell(mips, { mm: '0x90000000065e2000' }))).toContain('map');
    expect(roles(await tell(mips, { mm: '0x98000000065e2000' }))).toEqual([]);
  });

  it.each<[string, StoryFlags]>([
    ['--addr', { addr: '0x7f02b2792000' }],
    ['--pfn', { pfn: '0x7fb6a' }],
    ['--pid', { pid: 157 }],
    ['--mm', { mm: '0xffffa08d01063300' }],
    ['--since --until', { since: '20.5', until: '20.6' }],
    ['all together', { pid: 157, addr: '0x7f02b2792000', since: '20.539985', until: '20.546834' }],
  ])('a store tells what the trace tells: %s', async (_name, flags) => {
    const [fromTrace, fromStore] = [await tell(SWAP, flags), await tell(swap, flags)];
    expect(fromTrace.steps.length).toBeGreaterThan(0);
    expect(fromStore).toEqual(fromTrace);
  });

  it('what is asked for narrows', async () => {
    const story = await tell(SWAP, { pid: 157, addr: '0x7f02b2792000', since: '20.539985', until: '20.546834' });
    expect(roles(story)).toEqual(['unmap', 'swap-in', 'wp fault', 'copy']);
    expect(roles(await tell(SWAP, { mm: '0xffff000000000000' }))).toEqual([]);
    expect(roles(await tell(SWAP, { pid: 999_999 }))).toEqual([]);
  });

  it('lost events are part of it, where they lie between its steps', async () => {
    const lossy = await tell(capture('6.12/mixed.ft-lost'), { since: '0' });
    expect(roles(lossy)).toContain('lost');
    expect(lossy.steps.length).toBeLessThanOrEqual(1000);
    expect(lossy.total).toBeGreaterThanOrEqual(lossy.steps.length);
  });

  it('--context brings the lines around', async () => {
    const { context } = await tell(SWAP, { addr: '0x7f02b2792000', since: '20.539', until: '20.54' }, 2);
    expect(context.map(({ line }) => line)).toEqual([597, 598, 599, 600, 601]);
  });
});

describe('selections', () => {
  it('no match is empty; several are printed together', () => {
    expect(storySelection({})).toBeUndefined();
    expect(selectionWords(storySelection({ pfn: '47b3c', pid: 4, since: '2.5' }) as StorySelection)).toBe(
      'pfn 0x47b3c, thread or process 4, from 2.5',
    );
  });

  it.each<[StoryFlags, string]>([
    [{ page: 'xyz' }, '--page xyz'],
    [{ since: 'noon' }, '--since noon'],
  ])('%j', (flags, what) => {
    expect(() => storySelection(flags)).toThrow(what);
  });
});

describe('text', () => {
  const text = async (width: number | undefined) =>
    joined(
      pageStoryText([{ ...(await tell(SWAP, { pfn: '0x7fb7d' }, 1)), path: 'x' }], 'pfn 0x7fb7d', {
        color: false,
        unicode: false,
        width,
      }),
    );

  it.each([80, 160, undefined])('fits %s columns, the lines of the trace as they are', async (width) => {
    const told = await text(width);
    expect(widest(told)).toBeLessThanOrEqual(width ?? 80);
    expect(told).toContain('<- drift');
    expect(told).toMatch(/^ +599 \| +scn-157 +\[001\] \.\.\.\. +20\.539985: unmap_one: /m);
    expect(told.match(/^ +600 \| /gm)).toHaveLength(1);
    expect(told).toMatch(/\n\d+ steps\n$/);
  });

  it('no events: a message', () => {
    expect(joined(pageStoryText([], 'pfn 0x1', { color: false, unicode: false, width: 80 }))).toBe(
      'no event matches: pfn 0x1\n',
    );
  });

  it('what a trace says stays text', async () => {
    const story = await tell(evilCapture(), { addr: '0x7f02b2792000' });
    expect(story.steps[0]?.task).toBe(`${EVIL}-157`);
    expect(joined(pageStoryText([story], 'x', { color: false, unicode: false, width: 80 }))).not.toMatch(UNSAFE);
  });
});

it('a large folio mapped by one line is shown for each of its pages', async () => {
  const args = 'page=0xffffe882c1021400 mm=0xffff8e1ec09c3b80 addr=0x7f4cd40e0000 rflags=0x1 head=1 order=4';
  const trace = `# tracer: nop\n     scn-133     [000] d...     9.044846: new_anon: (folio_add_new_anon_rmap+0x0/0x220) ${args}\n`;
  const selection = storySelection({ page: '0xffffe882c10214c0' }) as StorySelection;
  const { steps } = await storyOfTrace(memoryInput('trace', trace), selection, { context: 0, warn: () => {} });
  expect(steps.map(({ role, what }) => [role, what])).toEqual([['map', 'page 0xffffe882c1021400 mapped, 16 pages']]);
});
