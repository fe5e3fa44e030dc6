// Labels of the bands: inside if there is space, else below with a line to the band. On a phone most bands are narrow.
import { svg } from '../dom.ts';
import type { Band, UseBand } from './bands.ts';

/** Width of a character. */
export const CHAR = 6.7;
/** Height of a row of labels below the ribbons. */
const ROW = 14;
/** A band outside of the visible part has no label. */
const LEAST = 2;

/** The longest of the texts that fits in the part of the band that is seen. */
export function fitting(texts: readonly string[], x0: number, x1: number, left: number): string | undefined {
  return texts.find((text) => text.length * CHAR + 10 <= x1 - Math.max(left, x0));
}

interface Callouts {
  height: number;
  /** @param y where the ribbons end */
  draw(y: number): SVGElement[];
}

export function callouts(bands: readonly (Band | UseBand)[], left: number, width: number): Callouts {
  const ends: number[] = [];
  const placed = bands
    .filter((band) => !isSaid(band, left) && band.x1 - left > LEAST && band.x0 < width)
    .map((band) => {
      const text = band.labels.at(-1) ?? '';
      const size = text.length * CHAR;
      const x = (Math.max(left, band.x0) + Math.min(width, band.x1)) / 2;
      const from = Math.max(left, Math.min(width - size - 4, x - size / 2));
      const free = ends.findIndex((end) => end + CHAR <= from);
      const row = free < 0 ? ends.length : free;
      ends[row] = from + size;
      return { band, from, row, text };
    });
  return {
    height: ends.length * ROW,
    draw: (y) =>
      placed.map(({ band, from, row, text }) =>
        svg(
          'g',
          { class: `callout ${'mapping' in band ? band.mapping : 'use'}` },
          svg('text', { x: from, y: y + row * ROW + ROW - 2 }, text),
        ),
      ),
  };
}

/** The end of a band that separates is a bend, which has no space for text. */
function isSaid(band: Band | UseBand, left: number): boolean {
  const bend = 'parts' in band && band.parts ? bendOf(band) : 0;
  return band.labels.at(-1) === '' || fitting(band.labels, band.x0 + bend, band.x1, left) !== undefined;
}

/** As wide as there is room for. */
export const bendOf = ({ x0, x1 }: { x0: number; x1: number }): number => Math.min(36, Math.max(4, (x1 - x0) / 3));
