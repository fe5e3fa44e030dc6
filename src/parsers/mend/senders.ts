// Why: a log server, `docker compose`, `grep -H` put lines of several machines, containers or files into one text, with a
// name before each. Without the names it would be one trace of a machine that has never been, so the lines of one are
// read, and that the others are left out is said.
import { DUMP, hasEvent } from '../detect/looks.ts';
import type { Bare } from './prefixes.ts';

/** Names that are quoted. */
const MOST_NAMES = 3;

export class Senders {
  /** of the first event */
  #sender: string | undefined;
  readonly #leftOut = new Set<string>();

  /** The line, or undefined if another than the first one sent it. */
  take({ rest, from }: Bare): string | undefined {
    if (from === undefined || from === this.#sender) return rest;
    const isPart = hasEvent(rest) || DUMP.test(rest);
    if (this.#sender === undefined) {
      if (isPart) this.#sender = from;
      return rest;
    }
    if (isPart && this.#leftOut.size < MOST_NAMES) this.#leftOut.add(from);
    return undefined;
  }

  /** What was left out, in a sentence. */
  get damage(): string | undefined {
    if (this.#leftOut.size === 0) return undefined;
    return leftOut(`the lines come from several machines, files or containers`, this.#sender ?? '', [...this.#leftOut]);
  }
}

/** `why: only those of A are read, not those of B` */
export const leftOut = (why: string, read: string, others: readonly string[]): string =>
  `${why}: only those of "${read}" were read, not those of ${others.map((name) => `"${name}"`).join(', ')}; give each alone`;
