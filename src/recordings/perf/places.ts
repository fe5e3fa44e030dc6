// Why: an event is printed again by the position of its record: eight bytes for each, up to a limit.

/** Maximum number of positions kept; for others the recording is read again. */
const MOST_PLACES = 1 << 23;

/** By number of the event, from 1: the position of its record, and its file. */
export class Places {
  #places = new Float64Array(1 << 12);
  #of = new Uint16Array(1 << 12);

  keep(index: number, place: number, of: number): void {
    if (index > MOST_PLACES) return;
    if (index >= this.#places.length) {
      const places = new Float64Array(this.#places.length * 2);
      places.set(this.#places);
      this.#places = places;
      const files = new Uint16Array(places.length);
      files.set(this.#of);
      this.#of = files;
    }
    this.#places[index] = place;
    this.#of[index] = of;
  }

  /** undefined: it was not kept */
  at(index: number): { place: number; of: number } | undefined {
    if (index < 1 || index > MOST_PLACES) return undefined;
    return { place: this.#places[index], of: this.#of[index] };
  }
}
