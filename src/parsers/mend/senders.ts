// Why: a log server, `docker compose`, `grep -H` put lines of several machines, containers or files into one text, with a
// name before each. Without the names it would be one trace of a machine that has never been, so the lines of one are
// read, and that the others are left out is said. The lines of other programs in a log are no part of a trace.
import { DUMP, hasEvent } from '../detect/looks.ts';
import { hasOfTrace } from '../formats/kernel-lines.ts';
import { isLeftOut } from '../formats/lost.ts';
import type { Bare } from './prefixes.ts';

/** Names that are quoted. */
const MOST_NAMES = 3;

export class Senders {
  /** of the first event */
  #from: string | undefined;
  #by: string | undefined;
  readonly #leftOut = new Set<string>();

  /** The line, or undefined if another than the first one sent it. */
  take({ rest, from, by, isSure }: Bare): string | undefined {
    const isPart = hasEvent(rest) || DUMP.test(rest);
    if (isPart) {
      this.#from ??= from;
      this.#by ??= by;
    }
    const other = isAnother(from, this.#from) ? from : isAnother(by, this.#by) ? by : undefined;
    if (other === undefined) return rest;
    // what a log left out is told by itself; a damaged name is not another
    if (other === by && !isPart && (isLeftOut(rest) || (isSure !== true && hasOfTrace(rest)))) return rest;
    if (isPart && this.#leftOut.size < MOST_NAMES) this.#leftOut.add(other);
    return undefined;
  }

  /** What was left out, in a sentence. */
  get damage(): string | undefined {
    if (this.#leftOut.size === 0) return undefined;
    const read = [this.#from, this.#by].filter((name) => name !== undefined).join(' ');
    return leftOut('the lines come from several machines, files, containers or programs', read, [...this.#leftOut]);
  }
}

/** Both are known. */
const isAnother = (name: string | undefined, first: string | undefined): name is string =>
  name !== undefined && first !== undefined && name !== first;

/** `why: only those of A are read, not those of B` */
export const leftOut = (why: string, read: string, others: readonly string[]): string =>
  `${why}: only those of "${read}" were read, not those of ${others.map((name) => `"${name}"`).join(', ')}; give each alone`;
