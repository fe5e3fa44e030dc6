// Why: loads the history of a page, an address, an mm or a thread from a store or from a trace.

import type { StorySelection } from '../../story/selection.ts';
import { type PageStory, type StoryOptions, storyOfStored, storyOfTrace } from '../../story/story.ts';
import { onlyOne, type TraceOptions, withTraces } from './run-check.ts';

/** The history in each trace of the source that has any. */
export async function pageStories(
  sources: readonly string[],
  selection: StorySelection,
  options: TraceOptions & StoryOptions,
): Promise<PageStory[]> {
  const { isStore } = await import('./stored.ts');
  const [source] = sources;
  if (sources.length > 1 || !isStore(source))
    return withTraces(sources, options, async (traces) => [await storyOfTrace(onlyOne(traces), selection, options)]);
  const { openStore } = await import('../../store/open.ts');
  const { listTraces } = await import('../../store/report.ts');
  const store = openStore(source);
  try {
    const stories: PageStory[] = [];
    for (const trace of listTraces(store)) stories.push(await storyOfStored(store, trace, selection, options));
    return stories;
  } finally {
    store.close();
  }
}
