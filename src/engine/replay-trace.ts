// One trace through the replay, without rules: for programs, and for looking at what rules would get.
import { Model } from '../model/model.ts';
import { finish, replay } from '../model/replay.ts';
import { detectFormat } from '../parsers/detect.ts';
import { LineKind, type TraceFormat, type TraceHead } from '../parsers/line.ts';
import { InputError } from '../util/errors.ts';
import { isTransientCaller } from '../vocabulary/callers.ts';
import { type Era, eraOfRelease } from '../vocabulary/era.ts';
import { KIND_NAMES } from '../vocabulary/kinds.ts';
import { Vocabulary } from '../vocabulary/vocabulary.ts';
import type { TraceInput } from './input.ts';
import { decideEra } from './judged.ts';
import { ReadStats, readTrace } from './read.ts';

export interface ReplayOptions {
  /** what the text is, where looking at it tells wrong */
  format?: TraceFormat | undefined;
  /** kernel release or era, where the trace does not show it */
  kernel?: string | undefined;
  onProgress?: ((position: number, size: number | undefined) => void) | undefined;
}

export interface Replayed {
  head: TraceHead;
  stats: ReadStats;
  vocabulary: Vocabulary;
  model: Model;
  era: Era | undefined;
  eraFrom: string;
}

/**
 * Replay a trace.
 * @param start called before the first line: the place to listen
 * @throws InputError when it is no trace
 */
export async function replayTrace(
  input: TraceInput,
  options: ReplayOptions,
  start: (model: Model, vocabulary: Vocabulary) => void,
): Promise<Replayed> {
  const source = await input.open();
  try {
    const detection = detectFormat(await source.head(), options.format);
    if ('problem' in detection)
      throw new InputError(detection.problem, { where: input.path, tryThis: detection.tryThis });
    const { parser } = detection;
    const { head } = parser;
    const vocabulary = new Vocabulary();
    const named = head.kernel === undefined ? undefined : eraOfRelease(head.kernel);
    if (named !== undefined) vocabulary.era.fits(named.name, `kernel ${head.kernel}`);
    const stats = new ReadStats();
    const model = new Model(KIND_NAMES.length);
    model.isTransientCaller = (s) => isTransientCaller(vocabulary.symbols[s] ?? '');
    model.symbols = vocabulary.symbols;
    start(model, vocabulary);
    await readTrace(source, parser, vocabulary, stats, {
      onBatch: (batch) => replay(model, batch),
      onProgress: (position) => options.onProgress?.(position, source.size),
    });
    const { cpus, timeUnit, overwritten } = head;
    const unread = stats.kinds[LineKind.Bad];
    model.facts = { cpus, timeUnit, overwritten: overwritten ?? 0, unread, damage: stats.damage };
    finish(model);
    const { era, from } = decideEra(vocabulary, options.kernel);
    return { head, stats, vocabulary, model, era, eraFrom: from };
  } finally {
    source.close();
  }
}
