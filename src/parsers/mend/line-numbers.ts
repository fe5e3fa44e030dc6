// Why: grep -n, cat -n, nl, editors and log servers number the lines of a text, and a patch counts them. Where a number is
// missing, so is its line: somebody left out a part, or selected some lines.
import { count } from '../../util/count.ts';

/** A patch that adds or removes a file as a whole. */
const HUNK = /^@@ -(?:0,0 \+1(?:,(\d{1,9}))?|1(?:,(\d{1,9}))? \+0,0) @@/;

export class LineNumbers {
  /** by file */
  readonly #last = new Map<string, number>();
  /** lines of a hunk that have not come yet; undefined: there is none */
  #ahead: number | undefined;
  #damage: string | undefined;

  /** What is missing, in a sentence; known at the end. */
  get damage(): string | undefined {
    if (this.#ahead === undefined || this.#ahead <= 0) return this.#damage;
    return this.#damage ?? `${count(this.#ahead, 'line')} of those that the head of the patch counts are missing`;
  }

  /** The number of the next line; undefined: it has none, such as the rest of a long one. */
  take(line: number | undefined, file = ''): void {
    if (line === undefined) return;
    const last = this.#last.get(file) ?? line - 1;
    this.#last.set(file, line);
    if (line !== last + 1)
      this.#damage ??= `the lines are numbered, and line ${line} follows line ${last}: others are missing`;
  }

  /** A line with the sign of a patch in front, or its head. */
  takeOfPatch(line: string, hasSign: boolean): void {
    const hunk = HUNK.exec(line);
    if (hunk !== null) this.#ahead = Number(hunk[1] ?? hunk[2] ?? 1);
    else if (hasSign && this.#ahead !== undefined) this.#ahead--;
  }
}
