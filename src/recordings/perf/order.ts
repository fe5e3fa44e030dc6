// Why: perf writes what it finds in the buffers of all CPUs, one after the other, and says when it has been round. What
// has a time up to the greatest of the round before can be given: nothing earlier comes any more. Within a buffer times
// rise, so a round is some runs that are merged; records of one time come in the order of the file.
// Source: tools/perf/util/ordered-events.c, session.c of 6.12.

/** A rising part of the queue. */
interface Run {
  at: number;
  end: number;
}

export class Order {
  #times = new Float64Array(1 << 12);
  #places = new Float64Array(1 << 12);
  #length = 0;
  #runs: Run[] = [];
  /** a heap of the runs by their first time; undefined: to be made */
  #heap: Run[] | undefined;
  #max = Number.NEGATIVE_INFINITY;
  /** what was greatest when perf had been round */
  #greatest = Number.NEGATIVE_INFINITY;
  /** what is up to this time can go */
  #limit = Number.NEGATIVE_INFINITY;
  /** place of the record that {@link take} gave */
  place = 0;
  time = 0;

  /** A record that has to wait for its turn. */
  put(time: number, place: number): void {
    if (this.#length === this.#times.length) this.#grow();
    const at = this.#length++;
    this.#times[at] = time;
    this.#places[at] = place;
    const run = this.#runs.at(-1);
    if (run !== undefined && run.end === at && run.at < at && this.#times[at - 1] <= time) run.end++;
    else this.#runs.push({ at, end: at + 1 });
    if (time > this.#max) this.#max = time;
    this.#heap = undefined;
  }

  /** perf has been round. */
  round(): void {
    this.#limit = Math.max(this.#limit, this.#greatest);
    this.#greatest = this.#max;
  }

  /** Nothing comes any more. */
  finish(): void {
    this.#limit = Number.POSITIVE_INFINITY;
  }

  get waiting(): number {
    return this.#length;
  }

  /** The next record whose turn has come. */
  take(): boolean {
    if (this.#length === 0) return false;
    this.#heap ??= this.#build();
    const heap = this.#heap;
    const first = heap[0];
    if (this.#times[first.at] > this.#limit) return false;
    this.time = this.#times[first.at];
    this.place = this.#places[first.at];
    first.at++;
    if (first.at === first.end) {
      const last = heap.pop() as Run;
      if (heap.length === 0) {
        this.#length = 0;
        this.#runs = [];
        this.#heap = undefined;
        return true;
      }
      heap[0] = last;
    }
    this.#sink(heap, 0);
    return true;
  }

  #build(): Run[] {
    this.#compact();
    this.#runs = this.#runs.filter((run) => run.at < run.end);
    const heap = [...this.#runs];
    for (let i = (heap.length >> 1) - 1; i >= 0; i--) this.#sink(heap, i);
    return heap;
  }

  #sink(heap: Run[], from: number): void {
    const run = heap[from];
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#isBefore(heap[child + 1], heap[child])) child++;
      if (!this.#isBefore(heap[child], run)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = run;
  }

  /** Of equal times the one that stands first in the file. */
  #isBefore(a: Run, b: Run): boolean {
    const ta = this.#times[a.at];
    const tb = this.#times[b.at];
    return ta < tb || (ta === tb && this.#places[a.at] < this.#places[b.at]);
  }

  /** Forget what was given, when it is most of what is kept. */
  #compact(): void {
    const kept = this.#runs.reduce((n, run) => n + run.end - run.at, 0);
    if (kept * 2 > this.#length || this.#length < 1 << 12) return;
    let to = 0;
    for (const run of this.#runs) {
      this.#times.copyWithin(to, run.at, run.end);
      this.#places.copyWithin(to, run.at, run.end);
      run.end = to + run.end - run.at;
      run.at = to;
      to = run.end;
    }
    this.#length = to;
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2);
    const places = new Float64Array(times.length);
    times.set(this.#times);
    places.set(this.#places);
    this.#times = times;
    this.#places = places;
  }
}
