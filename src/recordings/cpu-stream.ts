// Why: the events of one CPU in order, with the number of events lost before each, independent of pages and blocks.
import type { Pages } from './pages.ts';
import { type PageLayout, RingPage } from './ring-page.ts';

/** Position in a stream: number of the page, and of the event on it. */
export interface Position {
  page: number;
  event: number;
}

export class CpuStream {
  readonly cpu: number;
  readonly page: RingPage;
  readonly pages: Pages;
  /** time of the event, corrected; sorts the streams */
  ts = 0;
  /** events lost right before it; 0: none, -1: some */
  lost = 0;
  /** the first reason why something could not be read */
  damage: string | undefined;
  /** number of the event on its page, from 1 */
  #event = 0;
  #loaded = false;
  /** the previous page was empty */
  #afterEmpty = false;
  /** recorded time of the previous event */
  #before = Number.NEGATIVE_INFINITY;
  readonly #correct: ((ts: number) => number) | undefined;

  /** @param correct converts the recorded time to the time shown */
  constructor(cpu: number, pages: Pages, layout: PageLayout, correct?: (ts: number) => number) {
    this.cpu = cpu;
    this.pages = pages;
    this.page = new RingPage(layout);
    this.#correct = correct;
  }

  /** Advance to the next event. False: there is none; `lost` may still be set. */
  next(): boolean {
    const { page, pages } = this;
    this.lost = 0;
    for (;;) {
      if (this.#loaded && page.next()) {
        this.#event++;
        if (page.ts < this.#before) this.damage ??= 'timestamps go backwards on one CPU';
        this.#before = page.ts;
        this.ts = this.#correct === undefined ? page.ts : this.#correct(page.ts);
        return true;
      }
      if (page.bad !== undefined) {
        this.damage ??= page.bad;
        // the rest of the page is lost too
        if (this.#loaded) this.lost = -1;
        page.bad = undefined;
      }
      if (!pages.next()) {
        this.#loaded = false;
        this.damage ??= pages.damage;
        return false;
      }
      page.load(pages.buf, pages.view, pages.at, pages.size);
      this.#loaded = true;
      this.#event = 0;
      if (this.#afterEmpty && !page.isEmpty) {
        this.damage ??= 'a page of the ring buffer is empty, although others follow it';
        this.lost = -1;
      }
      this.#afterEmpty = page.isEmpty;
      if (page.lost !== 0) this.lost = this.lost < 0 || page.lost < 0 ? -1 : this.lost + page.lost;
    }
  }

  get position(): Position {
    return { page: this.pages.index, event: this.#event };
  }

  /** Go back to the event at this position. */
  seek({ page, event }: Position): boolean {
    this.pages.seek(page);
    this.#begin();
    for (let i = 0; i < event; i++) if (!this.next()) return false;
    return true;
  }

  /** From the beginning. */
  rewind(): void {
    this.pages.seek(0);
    this.#begin();
  }

  #begin(): void {
    this.#loaded = false;
    this.#afterEmpty = false;
    this.#before = Number.NEGATIVE_INFINITY;
  }
}
