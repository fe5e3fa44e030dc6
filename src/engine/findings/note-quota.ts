// Limits the notes per rule. A busy trace can contain the same harmless thing a hundred thousand times; some of them
// and the total are sufficient.

/** Number of notes kept per rule and trace, enough for a huge page; the others are counted. */
const MOST_NOTES = 512;
/** Additional number for the first note of each task: one busy task does not hide the others. */
const MOST_FIRST = 512;

export class NoteQuota {
  /** notes that were counted but not kept, by rule */
  readonly over = new Map<string, number>();
  readonly #kept = new Map<string, number>();
  readonly #told = new Map<string, Set<number>>();

  /** Another note of this rule, about a pin of this task. False: only count it. */
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

  /** It turned out not to be a note. @param counted it was only counted */
  giveBack(rule: string, pid: number, counted: boolean): void {
    if (!counted) this.#told.get(rule)?.delete(pid);
    const from = counted ? this.over : this.#kept;
    const left = (from.get(rule) ?? 1) - 1;
    if (left === 0) from.delete(rule);
    else from.set(rule, left);
  }
}
