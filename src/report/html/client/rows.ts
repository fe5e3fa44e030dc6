// A list of any length, of which only the rows on the screen exist as elements. All rows have the same height.
export interface RowsOptions {
  height: number;
  /** of what stays at the top of the box, over the rows */
  head?: number;
  row(index: number): HTMLElement;
}

/** Rows kept above and below what is seen. */
const MARGIN = 8;
/** Browsers cannot handle much higher elements; longer lists scroll in larger steps. */
const MAX_HEIGHT = 8_000_000;

export class Rows {
  /** scrolls; the caller gives it its role, label and keys */
  readonly box: HTMLElement;
  readonly #space: HTMLElement;
  readonly #options: RowsOptions;
  #count = 0;
  #first = -1;
  #last = -1;
  #frame = 0;

  constructor(box: HTMLElement, options: RowsOptions) {
    this.box = box;
    this.#options = options;
    this.#space = document.createElement('div');
    this.#space.className = 'rows';
    this.#space.setAttribute('role', 'presentation');
    box.append(this.#space);
    box.addEventListener('scroll', () => this.#soon(), { passive: true });
    new ResizeObserver(() => this.#soon()).observe(box);
  }

  /** Show so many rows; all are made anew. */
  show(count: number): void {
    this.#count = count;
    this.#space.style.height = `${Math.min(MAX_HEIGHT, count * this.#options.height)}px`;
    this.refresh();
  }

  refresh(): void {
    this.#first = -1;
    this.#draw();
  }

  /** The row a reader is at, by the id of its element; below zero: none. */
  activate(index: number, id: string): void {
    if (index < 0) {
      this.box.removeAttribute('aria-activedescendant');
      return;
    }
    this.#reveal(index);
    this.box.setAttribute('aria-activedescendant', id);
  }

  #reveal(index: number): void {
    const { height } = this.#options;
    const top = index * height;
    const seen = this.#top();
    const room = this.#room;
    if (top < seen) this.#scroll(top);
    else if (top + height > seen + room) this.#scroll(top + height - room);
    this.#draw();
  }

  /** Rows that fit on the screen, for PageDown. */
  get page(): number {
    return Math.max(1, Math.floor(this.#room / this.#options.height) - 1);
  }

  get #room(): number {
    return this.box.clientHeight - (this.#options.head ?? 0);
  }

  /** How many pixels of the list one pixel of the scroll bar is. */
  get #scale(): number {
    const { height } = this.#options;
    const room = this.#room;
    const real = this.#count * height - room;
    return real <= MAX_HEIGHT - room ? 1 : real / (MAX_HEIGHT - room);
  }

  #top(): number {
    return this.box.scrollTop * this.#scale;
  }

  #scroll(top: number): void {
    this.box.scrollTop = top / this.#scale;
  }

  #soon(): void {
    if (this.#frame === 0) {
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.#draw();
      });
    }
  }

  #draw(): void {
    const { height, row } = this.#options;
    const top = this.#top();
    const first = Math.max(0, Math.floor(top / height) - MARGIN);
    const last = Math.min(this.#count, Math.ceil((top + this.box.clientHeight) / height) + MARGIN);
    if (first === this.#first && last === this.#last && this.#scale === 1) return;
    this.#first = first;
    this.#last = last;
    const shift = this.box.scrollTop - top;
    const rows = Array.from({ length: Math.max(0, last - first) }, (_, i) => {
      const element = row(first + i);
      element.style.top = `${(first + i) * height + shift}px`;
      return element;
    });
    this.#space.replaceChildren(...rows);
  }
}

/** The item so many places from the one at `at`, no further than the ends; `at` below zero: the first. */
export const neighbour = <T>(items: ArrayLike<T>, at: number, by: number): T | undefined =>
  items[Math.max(0, Math.min(items.length - 1, at < 0 ? 0 : at + by))];
