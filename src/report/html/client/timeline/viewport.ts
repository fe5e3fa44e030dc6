// The part of the time axis that is seen: zoom and pan by wheel, drag, buttons and keys.
import { select } from 'd3-selection';
import { type D3ZoomEvent, type ZoomTransform, zoom, zoomIdentity } from 'd3-zoom';

/** To a nanosecond in a trace of a minute. */
const MAX_ZOOM = 1e8;

export class Viewport {
  transform: ZoomTransform = zoomIdentity;
  readonly #selection;
  readonly #zoom;

  constructor(picture: SVGSVGElement, moved: () => void) {
    this.#selection = select<SVGSVGElement, unknown>(picture);
    this.#zoom = zoom<SVGSVGElement, unknown>()
      .scaleExtent([1, MAX_ZOOM])
      // A wheel without Ctrl must still scroll the page; pinching a touchpad arrives as Ctrl and wheel.
      .filter((event: MouseEvent) => (event.type === 'wheel' ? event.ctrlKey || event.metaKey : event.button === 0))
      .on('zoom', (event: D3ZoomEvent<SVGSVGElement, unknown>) => {
        this.transform = event.transform;
        moved();
      });
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) this.#zoom.duration(0);
    this.#zoom(this.#selection);
  }

  /** The picture between the labels and its right end; nothing outside is shown. */
  limit(from: number, to: number, height: number): void {
    this.#zoom.extent([
      [from, 0],
      [to, height],
    ]);
    this.#zoom.translateExtent([
      [from, 0],
      [to, height],
    ]);
  }

  fit(): void {
    this.#zoom.transform(this.#selection, zoomIdentity);
  }

  /** @param x what stays in its place; undefined: the middle */
  scale(factor: number, x: number | undefined): void {
    this.#zoom.scaleBy(this.#selection, factor, x === undefined ? undefined : [x, 10]);
  }

  /** Move by pixels of the screen. */
  pan(pixels: number): void {
    this.#zoom.translateBy(this.#selection, pixels / this.transform.k, 0);
  }
}
