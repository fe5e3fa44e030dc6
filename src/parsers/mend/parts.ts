// Why: a container runtime splits long lines: in the log format of Kubernetes (CRI), `P` marks a part of a line, and `F`
// its end or a line as a whole.

const ENTRY = /^\d{4}-\d\d-\d\dT\S+ std(?:out|err) ([FP]) /;

/** More of this line follows. */
export const isPart = (line: string): boolean => ENTRY.exec(line)?.[1] === 'P';

/** Joins the parts of lines; a line has what is in front of its first part. */
export class Parts {
  /** the parts of a line whose end has not come, and how many they are */
  held: string | undefined;
  #count = 0;

  /** The line that ends here, with newlines for the parts before it; undefined: it does not end here. */
  take(line: string): { line: string; before: string } | undefined {
    const front = ENTRY.exec(line)?.[0] ?? '';
    const whole = this.held === undefined ? line : this.held + line.slice(front.length);
    if (isPart(line) && whole.length < LONGEST) {
      this.held = whole;
      this.#count++;
      return undefined;
    }
    const before = '\n'.repeat(this.#count);
    this.held = undefined;
    this.#count = 0;
    return { line: whole, before };
  }
}

/** No trace has longer lines. */
export const LONGEST = 1 << 16;
