// Why: large folios are released by count, so the pins of one call on one folio are counted together.
import type { PageId } from './page-table.ts';

/** References one call holds on one folio, and the pins that have them. */
export class Hold<P extends { hold: Hold<P> | undefined }> {
  readonly folio: PageId;
  refs = 0;
  readonly pins: P[] = [];
  /** number of these that have not been released */
  open = 0;

  constructor(folio: PageId) {
    this.folio = folio;
  }

  add(pin: P): void {
    this.refs++;
    this.open++;
    this.pins.push(pin);
    pin.hold = this;
  }
}
