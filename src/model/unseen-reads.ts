// Why: a device reads into an anonymous page that is mapped only if somebody has pinned it (a swap-in maps its page after
// the read). If no line shows that pin (it was taken before the trace, or by a function without a probe), no drift can be
// seen, although the read is lost when the page is replaced.
import type { PageId } from './page-table.ts';

/** Bios that are remembered (all are looked at when a page is unmapped), and pages of each that do not follow each other. */
const MOST_BIOS = 128;
const MOST_RUNS = 256;

interface Run {
  readonly first: PageId;
  end: PageId;
}

/** Pages in bios that no line has pinned, by bio. */
export class UnseenReads {
  /** of bios that are not submitted yet */
  readonly #filling = new Map<number, Run[]>();
  /** that a device is reading into */
  readonly #reading = new Map<number, { readonly runs: readonly Run[]; readonly since: number }>();

  get none(): boolean {
    return this.#reading.size === 0;
  }

  add(bio: number, first: PageId, end: PageId): void {
    const runs = this.#filling.get(bio);
    const last = runs?.at(-1);
    if (runs === undefined) put(this.#filling, bio, [{ first, end }]);
    else if (last?.end === first) last.end = end;
    else if (runs.length < MOST_RUNS) runs.push({ first, end });
  }

  /** The bio is submitted at this time; if it is a read, its pages are being read into. */
  submit(bio: number, isRead: boolean, since: number): void {
    const runs = this.#filling.get(bio);
    this.#filling.delete(bio);
    this.#reading.delete(bio);
    if (isRead && runs !== undefined) put(this.#reading, bio, { runs, since });
  }

  end(bio: number): void {
    this.#reading.delete(bio);
  }

  /** @param at only those that had begun at this time */
  has(page: PageId, at: number): boolean {
    for (const { runs, since } of this.#reading.values()) if (since <= at && isIn(runs, page, page + 1)) return true;
    return false;
  }

  /** The pages are in other use, so these reads have ended, which was not recorded. */
  forget(page: PageId, pages: number): void {
    for (const [bio, { runs }] of this.#reading) if (isIn(runs, page, page + pages)) this.#reading.delete(bio);
  }

  clear(): void {
    this.#filling.clear();
    this.#reading.clear();
  }
}

const isIn = (runs: readonly Run[], first: PageId, end: PageId): boolean =>
  runs.some((run) => run.first < end && first < run.end);

function put<T>(map: Map<number, T>, bio: number, runs: T): void {
  const [oldest] = map.keys();
  if (map.size === MOST_BIOS) map.delete(oldest);
  map.set(bio, runs);
}
