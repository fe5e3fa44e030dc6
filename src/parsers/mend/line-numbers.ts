// Why: grep -n, cat -n, nl and editors number the lines of a text. Where a number is missing, so is its line: somebody
// left out a part, or selected some lines.

export class LineNumbers {
  #last: number | undefined;
  #damage: string | undefined;

  /** What is missing, in a sentence. */
  get damage(): string | undefined {
    return this.#damage;
  }

  /** The number of the next line; undefined: it has none, such as the rest of a long one. */
  take(line: number | undefined): void {
    if (line === undefined) return;
    const last = this.#last ?? line - 1;
    this.#last = line;
    if (line !== last + 1)
      this.#damage ??= `the lines are numbered, and line ${line} follows line ${last}: others are missing`;
  }
}
