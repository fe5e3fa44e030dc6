// Why: the function_graph tracer prints no counts, but its output is nested. If a function was entered, did not return,
// and is followed by lines outside of it, lines are missing in between; so they are if a function returns that was not
// entered, after a line outside of it.
import { Brace, type TraceLine } from '../../parsers/formats/line.ts';
import { text } from '../../util/bytes.ts';

/** Functions that never return. */
const NO_RETURN = /^(?:do_exit|do_group_exit|make_task_dead|__do_sys_exit\w*|__x64_sys_exit\w*|__arm64_sys_exit\w*)$/;

/** Maximum number of tasks and functions that are tracked; forgetting the rest is harmless. */
const MOST_TASKS = 1 << 14;
const MOST_OPEN = 256;

/** Counts of the nesting of functions. Plain data except for the open ones, because it comes from several threads. */
export class Nesting {
  /** places where functions are left open, or return without having been entered, and the line of the first */
  count = 0;
  line = 0;
  /** depths of open functions, by task; if only CPUs are shown, by CPU */
  readonly #open = new Map<number, number[]>();
  /** minimum depth of a line, by the same: no function at this depth or deeper was open after it, unless entered since */
  readonly #least = new Map<number, number>();

  /** A line of the tracer. */
  see(out: TraceLine, line: number): void {
    const task = out.pid > 0 ? out.pid : -1 - out.cpu;
    if (out.brace === Brace.Switch) {
      this.#open.delete(-1 - out.cpu);
      this.#least.delete(-1 - out.cpu);
      return;
    }
    if (out.brace === Brace.None) return;
    const open = this.#openOf(task);
    const least = this.#least.get(task) ?? Number.POSITIVE_INFINITY;
    const isEntered = out.brace !== Brace.Closes || open.length >= MOST_OPEN || open.includes(out.depth);
    if (!isEntered && least <= out.depth && this.count++ === 0) this.line = line;
    if (out.depth < least) this.#least.set(task, out.depth);
    // functions at this depth or deeper should have returned, except the one returning now
    let left = 0;
    while (open.length > 0 && open[open.length - 1] >= out.depth)
      left += open.pop() === out.depth && out.brace === Brace.Closes ? 0 : 1;
    if (left > 0 && this.count++ === 0) this.line = line;
    if (out.brace !== Brace.Opens) return;
    const name = text(out.buf, out.nameStart, out.nameEnd);
    if (NO_RETURN.test(name)) {
      this.#open.delete(task);
      this.#least.delete(task);
    } else if (open.length < MOST_OPEN) open.push(out.depth);
  }

  /** Events were lost here: open functions are unknown. */
  forget(): void {
    this.#open.clear();
    this.#least.clear();
  }

  /** Add the counts of the following part, which begins `lines` lines later. */
  add(next: Nesting, lines: number): void {
    if (this.count === 0 && next.count > 0) this.line = next.line + lines;
    this.count += next.count;
  }

  #openOf(task: number): number[] {
    const known = this.#open.get(task);
    if (known !== undefined) return known;
    if (this.#open.size >= MOST_TASKS) this.forget();
    const open: number[] = [];
    this.#open.set(task, open);
    return open;
  }
}
