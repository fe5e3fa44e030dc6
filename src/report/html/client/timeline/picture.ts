// Draws the timeline: an axis with the numbers of the steps, the bands of page and address, the I/O, and a lane for
// each CPU and task. Everything is redrawn for each zoom; a finding has a few dozen steps at most.
import {
  area,
  curveBumpX,
  type SymbolType,
  symbol,
  symbolCircle,
  symbolDiamond,
  symbolSquare,
  symbolTriangle,
} from 'd3-shape';
import type { LifeView } from '../../payload.ts';
import { svg } from '../dom.ts';
import { axis, numbers } from './axis.ts';
import { addressBands, type Band, lanes, useBands } from './bands.ts';
import { bendOf, CHAR, callouts, fitting } from './callouts.ts';
import { AXIS, type Picture, type Positions } from './positions.ts';

type Frame = Pick<Picture, 'id' | 'left'>;

const RIBBON = 20;
/** Distance of the separated bands. */
const GAP = 18;
const USE = 18;
const LANE = 22;

const SYMBOLS: Readonly<Record<LifeView['steps'][number]['kind'], SymbolType>> = {
  pin: symbolCircle,
  use: symbolDiamond,
  cause: symbolSquare,
  harm: symbolTriangle,
  release: symbolCircle,
};

/** Why a pin has no end in the timeline. */
const ENDS: Readonly<Record<LifeView['state'], string>> = {
  held: ' to the end of the trace',
  orphan: ', its address space ended',
  presumed: ', release not recorded',
  released: '',
};

/** Width of the labels at the left. */
export function labelWidth(life: LifeView, width: number): number {
  const longest = Math.max(11, ...lanes(life).map(({ label }) => label.length));
  return Math.round(Math.min(longest * CHAR + 14, width < 560 ? 92 : 170));
}

export function draw(picture: Picture): { height: number; nodes: SVGElement[] } {
  const { id, left, life, positions, width } = picture;
  const bands = addressBands(life, positions);
  const used = useBands(life, positions);
  const rows = lanes(life);
  const parted = bands.some((band) => band.parts);
  const page = AXIS + 6;
  const together = page + RIBBON + 1;
  const apart = together + GAP;
  const outside = callouts([...bands, ...used], left, width);
  const useTop = (parted ? apart : together) + RIBBON + 6 + outside.height;
  const laneTop = useTop + (1 + Math.max(-1, ...used.map(({ row }) => row))) * USE + 8;
  const height = laneTop + rows.length * LANE + 4;
  const clip = `url(#${id}-clip)`;

  const plot = svg(
    'g',
    { 'clip-path': clip },
    positions.steps.map((x, i) =>
      svg('line', { class: `hair${i === picture.picked ? ' picked' : ''}`, x1: x, x2: x, y1: AXIS, y2: height - 4 }),
    ),
    ribbon(
      'pin',
      positions.from,
      positions.to ?? positions.end,
      page,
      life.isPin ? pinLabels(life, positions) : [life.pinned],
      picture,
    ),
    presumedEnd(life, positions, page),
    bands.map((band) => addressRibbon(band, together, apart, picture)),
    parted && partedLabel(bands, together, picture),
    life.lost.map(({ time, words }) => lostMark(words, positions.at(time), height, picture)),
    used.map(({ labels, row, x0, x1 }) => useBar(labels, x0, x1, useTop + row * USE, left)),
    outside.draw((parted ? apart : together) + RIBBON),
    rows.map(({ steps: own }, row) => threads(own, positions, laneTop + row * LANE + LANE / 2)),
    rows.map(({ steps: own }, row) => own.map((i) => glyph(picture, i, laneTop + row * LANE + LANE / 2))),
  );
  const labels = [
    ...(positions.scale !== undefined && picture.unit === 'ticks'
      ? [label('ticks', AXIS - 14, left, 'ribbon-label')]
      : []),
    label(life.isPin ? 'pinned page' : 'page', page + RIBBON / 2, left, 'ribbon-label'),
    label('address', (parted ? apart : together) + RIBBON / 2, left, 'ribbon-label'),
    ...(used.length > 0
      ? [
          label(
            life.steps.some((step) => step.role === 'pipe') ? 'pipe' : 'i/o',
            useTop + USE / 2 - 2,
            left,
            'ribbon-label',
          ),
        ]
      : []),
    ...rows.map((row, i) => label(row.label, laneTop + i * LANE + LANE / 2, left, `lane-label ${row.group}`)),
  ];
  const rules = rows.map((_, i) =>
    svg('line', { class: 'rule', x1: 0, x2: width, y1: laneTop + i * LANE, y2: laneTop + i * LANE }),
  );
  return {
    height,
    nodes: [patterns(id, left, width, height), ...rules, axis(picture), plot, numbers(picture), ...labels],
  };
}

function label(text: string, y: number, left: number, kind: string): SVGElement {
  const room = Math.floor((left - 10) / CHAR);
  const short = text.length > room ? `${text.slice(0, room - 1)}…` : text;
  return svg(
    'text',
    { class: kind, x: left - 8, y: y + 4, 'text-anchor': 'end' },
    short,
    short !== text && svg('title', {}, text),
  );
}

function ribbon(kind: string, x0: number, x1: number, y: number, texts: readonly string[], place: Frame): SVGElement {
  const fill = kind === 'pin' || kind === 'mapped' || kind === 'other' ? undefined : `url(#${place.id}-${kind})`;
  return svg(
    'g',
    { class: `band ${kind}` },
    svg('rect', { x: x0, y, width: Math.max(1, x1 - x0), height: RIBBON, ...(fill === undefined ? {} : { fill }) }),
    inside(texts, x0, x1, y + RIBBON / 2, place.left),
  );
}

/** Text in a band, where it fits in the part that is seen. */
function inside(texts: readonly string[], x0: number, x1: number, y: number, left: number): SVGElement | undefined {
  const text = fitting(texts, x0, x1, left);
  return text === undefined ? undefined : svg('text', { class: 'in-band', x: Math.max(left, x0) + 6, y: y + 4 }, text);
}

/** What the pinned page is, and why its band has no end that was seen. */
function pinLabels(life: LifeView, { to }: Positions): string[] {
  const end = to === undefined || life.state === 'presumed' ? ENDS[life.state] : '';
  return [`${life.pinned}, pinned${end}`, `${life.pinned}, pinned`, life.pinned];
}

/** From the last event of the pin to its presumed release: drawn as an outline, since it was not recorded. */
function presumedEnd({ isPin, state, steps }: LifeView, positions: Positions, y: number): SVGElement | undefined {
  const seen =
    positions.steps.findLast((x, i) => steps[i]?.kind !== 'release' && x < (positions.to ?? 0)) ?? positions.from;
  return isPin && state === 'presumed' && positions.to !== undefined && positions.to > seen
    ? svg('g', { class: 'band presumed' }, svg('rect', { x: seen, y, width: positions.to - seen, height: RIBBON }))
    : undefined;
}

function addressRibbon(band: Band, together: number, apart: number, place: Frame): SVGElement {
  if (!band.parts) return ribbon(band.mapping, band.x0, band.x1, together, band.labels, place);
  const bend = bendOf(band);
  const shape = area<[number, number]>()
    .x(([x]) => x)
    .y0(([, y]) => y)
    .y1(([, y]) => y + RIBBON)
    .curve(curveBumpX);
  const path = shape([
    [band.x0, together],
    [band.x0 + bend, apart],
    [Math.max(band.x1, band.x0 + bend + 1), apart],
  ]);
  return svg(
    'g',
    { class: 'band other' },
    svg('path', { d: path ?? '' }),
    inside(band.labels, band.x0 + bend, band.x1, apart + RIBBON / 2, place.left),
  );
}

function partedLabel(bands: readonly Band[], y: number, { left, positions, width }: Picture): SVGElement {
  const x = bands.find((band) => band.parts)?.x0 ?? 0;
  const text = 'drift';
  const from = Math.max(left, x + 40);
  const fits = from + text.length * CHAR < Math.min(width, positions.end);
  return svg(
    'g',
    { class: 'parted' },
    svg('line', { x1: x, x2: x, y1: y - RIBBON - 6, y2: y + RIBBON + GAP }),
    fits && svg('text', { x: from, y: y + 13 }, text),
  );
}

/** Events are missing here: steps may be missing. */
function lostMark(words: string, x: number | undefined, height: number, { width }: Picture): SVGElement | undefined {
  if (x === undefined) return undefined;
  const left = x + words.length * CHAR + 8 > width;
  return svg(
    'g',
    { class: 'lost' },
    svg('line', { x1: x, x2: x, y1: AXIS, y2: height - 4 }),
    svg('text', { x: left ? x - 4 : x + 4, y: height - 6, 'text-anchor': left ? 'end' : 'start' }, words),
  );
}

function useBar(texts: readonly string[], x0: number, x1: number, y: number, left: number): SVGElement {
  return svg(
    'g',
    { class: 'use' },
    svg('rect', { x: x0, y, width: Math.max(2, x1 - x0), height: USE - 4, rx: 2 }),
    inside(texts, x0, x1, y + (USE - 4) / 2, left),
  );
}

/** A task, or a CPU, from its first step to its last. */
function threads(own: readonly number[], positions: Positions, y: number): SVGElement {
  const xs = own.map((i) => positions.steps[i] ?? 0);
  return svg('line', {
    class: 'thread',
    x1: xs.reduce((a, b) => Math.min(a, b), xs[0] ?? 0),
    x2: xs.reduce((a, b) => Math.max(a, b), xs[0] ?? 0),
    y1: y,
    y2: y,
  });
}

function glyph({ life, picked, positions }: Picture, i: number, y: number): SVGElement | undefined {
  const step = life.steps[i];
  if (step === undefined) return undefined;
  const classes = [
    'glyph',
    step.kind,
    i === life.parting ? 'parts' : '',
    step.minor ? 'minor' : '',
    step.kind === 'release' && life.state === 'presumed' ? 'presumed' : '',
    i === picked ? 'picked' : '',
  ];
  return svg('path', {
    class: classes.filter(Boolean).join(' '),
    d: symbol(SYMBOLS[step.kind], step.minor ? 34 : 84)() ?? '',
    transform: `translate(${positions.steps[i] ?? 0},${y})`,
  });
}

function patterns(id: string, left: number, width: number, height: number): SVGElement {
  const pattern = (name: string, ...children: SVGElement[]) =>
    svg(
      'pattern',
      { id: `${id}-${name}`, class: `pattern ${name}`, width: 6, height: 6, patternUnits: 'userSpaceOnUse' },
      ...children,
    );
  const ground = () => svg('rect', { class: 'ground', width: 6, height: 6 });
  return svg(
    'defs',
    {},
    svg(
      'clipPath',
      { id: `${id}-clip` },
      svg('rect', { x: left - 1, y: 0, width: Math.max(0, width - left - 1), height }),
    ),
    pattern('swapped', svg('path', { d: 'M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2' })),
    pattern('read-only', ground(), svg('path', { d: 'M0,5 h6' })),
    pattern('shared', ground(), svg('path', { d: 'M3,0 v6' })),
    pattern('unmapped'),
  );
}
