// Why: the story of a page, an address, an mm or a thread, finding or not: the replay again, with somebody listening.
// A trace and its store tell the same, for the store has the records of the replay.

import type { Evidence } from '../contract/finding.ts';
import type { TraceInfo } from '../contract/report.ts';
import type { EvidenceLine } from '../engine/reading/evidence.ts';
import { fileInput, type TraceInput } from '../engine/reading/input.ts';
import { contextLines } from '../engine/reading/numbered-lines.ts';
import { type ReadingOptions, withReading } from '../engine/reading/reading.ts';
import { StoredReading } from '../engine/reading/stored-reading.ts';
import type { ReadTrace } from '../engine/reading/trace.ts';
import type { Words } from '../engine/reading/words.ts';
import type { Machine } from '../model/machine.ts';
import type { Model } from '../model/model.ts';
import type { ContextLine } from '../report/reporter.ts';
import type { Store } from '../store/open.ts';
import type { StoredTrace } from '../store/traces.ts';
import { InputError } from '../util/errors.ts';
import { isBare, listen } from './listen.ts';
import { type StorySelection, selectionTest } from './selection.ts';
import type { ToldStep } from './steps.ts';

export interface PageStory {
  path: string;
  timeUnit: TraceInfo['timeUnit'];
  /** in the order of the trace */
  steps: (Evidence & { parts: boolean })[];
  /** steps there are; more than `steps` where there are very many */
  total: number;
  context: ContextLine[];
}

/** Steps of a story that are told. */
export const MOST_STEPS = 1000;

/** How the trace is read, and what is shown beside its lines. */
export interface StoryOptions extends Pick<ReadingOptions, 'format' | 'kallsyms' | 'kernel'> {
  /** lines around each step */
  context: number;
  warn(text: string): void;
}

export function storyOfTrace(trace: TraceInput, selection: StorySelection, options: StoryOptions): Promise<PageStory> {
  const run = <T>(told: Steps | undefined, use: (reading: ReadTrace) => T | Promise<T>): Promise<T> =>
    withReading(
      trace,
      { format: options.format, kallsyms: options.kallsyms, kernel: options.kernel },
      async (reading) => {
        told?.hear(reading.model);
        await reading.read();
        return use(reading);
      },
    );
  return tell(trace, selection, options, run);
}

export async function storyOfStored(
  store: Store,
  trace: StoredTrace,
  selection: StorySelection,
  options: StoryOptions,
): Promise<PageStory> {
  const run = async <T>(told: Steps | undefined, use: (reading: ReadTrace) => T | Promise<T>): Promise<T> => {
    const reading = new StoredReading(store, trace);
    told?.hear(reading.model);
    reading.read();
    const answer = await use(reading);
    if (reading.rebuilt)
      options.warn(`${trace.path} is missing or has changed: its lines are reconstructed from the store`);
    return answer;
  };
  return tell(fileInput(trace.path), selection, options, run);
}

/** @param run replays the trace while `told` listens, and lets its reading be used */
async function tell(
  input: TraceInput,
  selection: StorySelection,
  options: StoryOptions,
  run: <T>(told: Steps | undefined, use: (reading: ReadTrace) => T | Promise<T>) => Promise<T>,
): Promise<PageStory> {
  // which struct page is a pfn, and what times are relative to, is known when the whole trace was read
  const early = selection.pfn === undefined && selection.since === undefined && selection.until === undefined;
  const before = early ? undefined : await run(undefined, ({ head, model }) => ({ head, pfnBase: model.pfnBase }));
  const told = new Steps(selectionTest(selection, before?.head, before?.pfnBase));
  return run(told, async (reading) => {
    const chosen = told.chosen();
    const lines = await reading.lines(chosen.map(({ at }) => at.offset));
    const words = reading.words(lines);
    const steps = chosen.map((step) => ({
      ...evidenceOf(step, words, lines, selection.address !== undefined),
      parts: told.parted.has(step.at.line),
    }));
    const context = await around(input, steps, options);
    return { path: input.path, timeUnit: reading.head.timeUnit, steps, total: told.total, context };
  });
}

/** What was told so far: the steps that are selected, a line once. */
class Steps {
  /** lines where page and mapping part */
  readonly parted = new Set<number>();
  total = 0;
  readonly #fits: (told: ToldStep, machine: Machine) => boolean;
  readonly #byLine = new Map<number, ToldStep>();
  #unkept = 0;

  constructor(fits: (told: ToldStep, machine: Machine) => boolean) {
    this.#fits = fits;
  }

  hear(model: Model): void {
    const tell = (told: ToldStep) => {
      if (this.#fits(told, model.machine)) this.#keep(told);
    };
    listen(model, tell, (line) => this.parted.add(line));
  }

  #keep(told: ToldStep): void {
    const there = this.#byLine.get(told.at.line);
    // a call is told when it returns, so what comes a little later may stand before what is told
    if (there === undefined && this.#byLine.size >= 2 * MOST_STEPS) this.#unkept++;
    // what an event says of itself is told only where the replay has nothing to say about it
    else if (there === undefined || isBare(there)) this.#byLine.set(told.at.line, told);
  }

  /** In the order of the trace; losses only between the first and the last step. */
  chosen(): ToldStep[] {
    const sorted = [...this.#byLine.values()].sort((a, b) => a.at.line - b.at.line);
    const from = sorted.findIndex(({ role }) => role !== 'lost');
    const to = sorted.findLastIndex(({ role }) => role !== 'lost');
    const steps = from < 0 ? [] : sorted.slice(from, to + 1);
    this.total = steps.length + this.#unkept;
    return steps.slice(0, MOST_STEPS);
  }
}

/** The lines around the steps; none, with a warning, where the trace is not there any more. */
async function around(
  input: TraceInput,
  steps: readonly Evidence[],
  { context, warn }: StoryOptions,
): Promise<ContextLine[]> {
  if (context === 0 || steps.length === 0) return [];
  const lines = await contextLines(input, steps, context).catch((error) => {
    if (error instanceof InputError) return undefined;
    throw error;
  });
  if (lines === undefined) warn(`no context: ${input.path} is missing or has changed`);
  return lines ?? [];
}

/** @param named the story is about one address, which need not be said in each step */
function evidenceOf(told: ToldStep, words: Words, lines: ReadonlyMap<number, EvidenceLine>, named: boolean): Evidence {
  const { at, role, spans, what } = told;
  const line = lines.get(at.offset);
  const [span] = spans;
  const where =
    named || spans.length !== 1 || span === undefined || span.to - span.from !== 1 || Number.isNaN(span.from)
      ? ''
      : ` at ${words.address(span.from)}`;
  return {
    role,
    ...words.seenAt(at, line),
    what: what(words) + where,
    text: line?.text ?? '',
    stack: line !== undefined && line.stack.length > 0 ? line.stack : undefined,
  };
}
