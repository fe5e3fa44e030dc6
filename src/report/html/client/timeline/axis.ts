// The top of the timeline: the numbers of the steps, which the story has too, and the times below them.
import { axisTop } from 'd3-axis';
import { select } from 'd3-selection';
import { svg } from '../dom.ts';
import { clusters } from './bands.ts';
import { CHAR } from './callouts.ts';
import { AXIS, type Picture, RIGHT } from './positions.ts';

export function numbers({ left, life, picked, positions, width }: Picture): SVGElement {
  const seen = clusters(positions.steps, 21).filter(({ x }) => x >= left - 4 && x <= width - 2);
  return svg(
    'g',
    { class: 'numbers' },
    seen.map(({ from, to, x }) => {
      const text = from === to ? `${from + 1}` : `${from + 1}-${to + 1}`;
      const on = picked !== undefined && picked >= from && picked <= to;
      const parts = life.parting !== undefined && life.parting >= from && life.parting <= to;
      const wide = text.length * 6.5 + 9;
      const start = Math.min(x - Math.min(wide, 18) / 2, width - wide - 1);
      return svg(
        'g',
        { class: `number${on ? ' picked' : ''}${parts ? ' parts' : ''}`, 'data-step': from },
        svg('rect', { x: start, y: 2, width: Math.max(18, wide), height: 16, rx: 8 }),
        svg('text', { x: start + Math.max(18, wide) / 2, y: 14, 'text-anchor': 'middle' }, text),
      );
    }),
  );
}

export function axis({ left, life, positions, unit, width }: Picture): SVGElement {
  const group = svg('g', { class: 'axis', transform: `translate(0,${AXIS})` });
  if (positions.scale === undefined) {
    let free = left - 4;
    group.append(svg('line', { x1: left, x2: width - RIGHT, y1: 0, y2: 0 }));
    for (const [i, x] of positions.steps.entries()) {
      const text = life.steps[i]?.rel ?? '';
      const half = (text.length * CHAR) / 2;
      const at = Math.max(x, left + half);
      if (text !== '' && at - half > free && at + half < width + 2 && x > left - 4) {
        group.append(
          svg('line', { x1: x, x2: x, y1: -5, y2: 0 }),
          svg('text', { x: at, y: -9, 'text-anchor': 'middle' }, text),
        );
        free = at + half + 8;
      }
    }
    return group;
  }
  const { scale } = positions;
  const [low = 0, high = 0] = scale.domain();
  const ticks = Math.max(2, Math.floor((width - left) / 110));
  // `+200M` where the clock has ticks only: they have no unit to convert to
  const inTicks = scale.tickFormat(ticks, '+~s');
  const words = (value: number) => (value === 0 ? '0' : unit === 'ns' ? span(value, high - low) : inTicks(value));
  axisTop<number>(scale)
    .ticks(ticks)
    .tickSizeOuter(0)
    .tickPadding(4)
    .tickFormat((value) => words(Number(value)))(select(group));
  return group;
}

/** `+13.2 ms`: with the decimals that the distance of ticks needs. */
function span(value: number, width: number): string {
  const sign = value > 0 ? '+' : '-';
  const size = Math.abs(value);
  const [per, name] =
    width < 4000 ? [1, 'ns'] : width < 4_000_000 ? [1e3, 'us'] : width < 4_000_000_000 ? [1e6, 'ms'] : [1e9, 's'];
  const digits = Math.max(0, Math.ceil(-Math.log10(width / per / 12)));
  return `${sign}${(size / per).toFixed(Math.min(3, digits))} ${name}`;
}
