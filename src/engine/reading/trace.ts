// Why: what comes behind a reading (findings, stories, lives of pins) needs these things of a trace, and does not care
// whether it was read just now or long ago (stored-reading.ts).

import type { TraceInfo } from '../../contract/report.ts';
import type { Model } from '../../model/model.ts';
import type { TraceHead } from '../../parsers/head.ts';
import type { Era } from '../../vocabulary/era.ts';
import type { EvidenceLine } from '../evidence.ts';
import type { Words } from '../words.ts';

export interface ReadTrace {
  /** as the user named it */
  readonly path: string;
  readonly head: TraceHead;
  readonly model: Model;
  /** what symbol numbers stand for */
  readonly symbols: readonly string[];
  era(): { era: Era | undefined; from: string };
  info(): TraceInfo;
  /** Lines or records again, by their place. */
  lines(places: readonly number[]): Promise<Map<number, EvidenceLine>>;
  words(lines?: ReadonlyMap<number, EvidenceLine>): Words;
}
