// Why: findings, stories and lifetimes of pins need these facts about a trace, whether it has just been read or comes
// from a store (stored-reading.ts).

import type { TraceInfo } from '../../contract/report.ts';
import type { Model } from '../../model/model.ts';
import type { TraceHead } from '../../parsers/formats/head.ts';
import type { Era } from '../../vocabulary/era.ts';
import type { EvidenceLine } from './evidence.ts';
import type { Words } from './words.ts';

export interface ReadTrace {
  /** as given by the user */
  readonly path: string;
  readonly head: TraceHead;
  readonly model: Model;
  /** symbols by number */
  readonly symbols: readonly string[];
  era(): { era: Era | undefined; from: string };
  info(): TraceInfo;
  /** Read lines or records again, by their places. */
  lines(places: readonly number[]): Promise<Map<number, EvidenceLine>>;
  words(lines?: ReadonlyMap<number, EvidenceLine>): Words;
}
