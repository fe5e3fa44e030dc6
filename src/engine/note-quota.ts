// How many notes a rule may leave. A busy trace can hold a hundred thousand times the same harmless thing; whoever reads
// it needs some of them, and how many there were.

/** Of notes, so many are kept per rule and trace, a huge page's worth; the others are counted. */
const MOST_NOTES = 512;

export class NoteQuota {
  /** notes that were counted and not kept, by rule */
  readonly over = new Map<string, number>();
  readonly #kept = new Map<string, number>();

  /** One more of this rule. False: it is to be counted only. */
  take(rule: string): boolean {
    const kept = this.#kept.get(rule) ?? 0;
    if (kept < MOST_NOTES) this.#kept.set(rule, kept + 1);
    else this.over.set(rule, (this.over.get(rule) ?? 0) + 1);
    return kept < MOST_NOTES;
  }

  /** It was no note after all. @param counted it was counted only */
  giveBack(rule: string, counted: boolean): void {
    const from = counted ? this.over : this.#kept;
    const left = (from.get(rule) ?? 1) - 1;
    if (left === 0) from.delete(rule);
    else from.set(rule, left);
  }
}
