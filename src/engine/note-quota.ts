// How many notes a rule may leave. A busy trace can hold a hundred thousand times the same harmless thing; whoever reads
// it needs some of them, and how many there were.

/** Of notes, so many are kept per rule and trace, a huge page's worth; the others are counted. */
const MOST_NOTES = 512;
/** So many more where it is the first of its task: one that does a thing a thousand times does not hide the others. */
const MOST_FIRST = 512;

export class NoteQuota {
  /** notes that were counted and not kept, by rule */
  readonly over = new Map<string, number>();
  readonly #kept = new Map<string, number>();
  readonly #told = new Map<string, Set<number>>();

  /** One more of this rule, about a pin of this task. False: it is to be counted only. */
  take(rule: string, pid: number): boolean {
    const kept = this.#kept.get(rule) ?? 0;
    const told = this.#told.get(rule) ?? new Set();
    const isKept = kept < MOST_NOTES || (kept < MOST_NOTES + MOST_FIRST && !told.has(pid));
    if (isKept) {
      this.#told.set(rule, told.add(pid));
      this.#kept.set(rule, kept + 1);
    } else this.over.set(rule, (this.over.get(rule) ?? 0) + 1);
    return isKept;
  }

  /** It was no note after all. @param counted it was counted only */
  giveBack(rule: string, pid: number, counted: boolean): void {
    if (!counted) this.#told.get(rule)?.delete(pid);
    const from = counted ? this.over : this.#kept;
    const left = (from.get(rule) ?? 1) - 1;
    if (left === 0) from.delete(rule);
    else from.set(rule, left);
  }
}
