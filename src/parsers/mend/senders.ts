// Why: a log server, `docker compose`, `grep -H` put lines of several machines, containers or files into one text, with a
// name before each. Without the names it would be one trace of a machine that has never been, so the lines of one are
// read, and that the others are left out is said. Threads of one program also have names; one header counts the events of
// all of them. The lines of other programs in a log are no part of a trace.
import { DUMP, hasEvent } from '../detect/looks.ts';
import { hasOfTrace } from '../formats/kernel-lines.ts';
import { isLeftOut } from '../formats/lost.ts';
import type { Bare } from './prefixes.ts';

/** Names that are quoted. */
const MOST_NAMES = 3;

const HEAD = /^# tracer: /;

/** `# entries-in-buffer/entries-written: 1373/1373   #P:2` */
export const ENTRIES = /# entries-in-buffer\/entries-written: (\d{1,15})\//;

export interface SendersOptions {
  /** all that are named print one trace */
  areOne?: boolean | undefined;
  /** programs of another number are others: a run before, or after */
  haveNumbers?: boolean | undefined;
}

export class Senders {
  readonly #options: SendersOptions;
  /** of the first event */
  #from: string | undefined;
  #by: string | undefined;
  readonly #leftOut = new Set<string>();
  /** headers, and the events that the last one counts */
  #heads = 0;
  #counted: number | undefined;
  /** events of all senders, and of the first */
  #events = 0;
  #own = 0;

  constructor(options: SendersOptions = {}) {
    this.#options = options;
  }

  /** Known at the end: there is one header, and it counts the events of all, not those of the first. */
  get isOneTrace(): boolean {
    return this.#heads === 1 && this.#counted === this.#events && this.#own < this.#events;
  }

  /** The line, or undefined if another than the first one sent it. */
  take(bare: Bare): string | undefined {
    const isEvent = hasEvent(bare.rest);
    const own = this.#takeOwn(bare, isEvent || DUMP.test(bare.rest));
    if (isEvent) this.#events++;
    if (isEvent && own !== undefined) this.#own++;
    if (HEAD.test(bare.rest)) this.#heads++;
    const entries = ENTRIES.exec(bare.rest);
    if (entries !== null) this.#counted = Number(entries[1]);
    return this.#options.areOne === true ? bare.rest : own;
  }

  #takeOwn({ rest, from, by: program, pid, isSure }: Bare, isPart: boolean): string | undefined {
    const by = this.#options.haveNumbers === true && pid !== undefined ? `${program}[${pid}]` : program;
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
    if (this.#leftOut.size === 0 || this.#options.areOne === true) return undefined;
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
