// Why: perf writes the contents of the buffers of all CPUs one after the other, and marks the end of each round.
// Records with a time up to the maximum of the previous round can be returned: nothing earlier follows. Times within a
// buffer increase, so a round consists of some runs that are merged; records with equal times keep their order in the
// file. Source: tools/perf/util/ordered-events.c, session.c of 6.12.

/** An ascending part of the queue. */
interface Run {
  at: number;
  end: number;
}

export class RecordOrder {
  #times = new Float64Array(1 << 12);
  #places = new Float64Array(1 << 12);
  #length = 0;
  #runs: Run[] = [];
  /** a heap of the runs by their first time; undefined: not built yet */
  #heap: Run[] | undefined;
  #max = Number.NEGATIVE_INFINITY;
  /** maximum time at the end of the last round */
  #greatest = Number.NEGATIVE_INFINITY;
  /** records up to this time can be returned */
  #limit = Number.NEGATIVE_INFINITY;
  /** position of the record returned by {@link take} */
  place = 0;
  time = 0;

  /** Queue a record. */
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

  /** End of a round. */
  round(): void {
    this.#limit = Math.max(this.#limit, this.#greatest);
    this.#greatest = this.#max;
  }

  /** No more records follow. */
  finish(): void {
    this.#limit = Number.POSITIVE_INFINITY;
  }

  /** The next record that can be returned. */
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

  /** Of equal times, the first one in the file. */
  #isBefore(a: Run, b: Run): boolean {
    const ta = this.#times[a.at];
    const tb = this.#times[b.at];
    return ta < tb || (ta === tb && this.#places[a.at] < this.#places[b.at]);
  }

  /** Free the returned records if they are most of the memory. */
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
