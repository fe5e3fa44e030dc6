// Interaction with the timeline: zoom, pan, hover, selecting a step by mouse, touch or key.
import { pointer, select } from 'd3-selection';
import { type D3ZoomEvent, type ZoomTransform, zoom, zoomIdentity } from 'd3-zoom';
import type { TraceInfo } from '../../../../contract/report.ts';
import type { LifeView } from '../../payload.ts';
import { el, svg } from '../dom.ts';
import { draw, labelWidth } from './picture.ts';
import { hasTimes, type Mode, positionsOf, RIGHT } from './positions.ts';

export interface Timeline {
  node: HTMLElement;
  /** Mark a step; undefined: none. */
  pick(step: number | undefined): void;
}

export interface TimelineOptions {
  unit: TraceInfo['timeUnit'];
  onPick(step: number): void;
}

/** To a nanosecond in a trace of a minute. */
const MAX_ZOOM = 1e8;
const STEP_ZOOM = 1.6;
/** As far as a pointer may be from a step. */
const NEAR = 22;

let made = 0;
/** Kept from finding to finding. */
let preferred: Mode = 'steps';

/** Without interaction, for print. */
export function still(life: LifeView, unit: TraceInfo['timeUnit'], width: number): SVGElement {
  made += 1;
  const left = labelWidth(life, width);
  const positions = positionsOf(life, 'steps', left, width - RIGHT, zoomIdentity);
  const { height, nodes } = draw({ life, positions, unit, width, left, id: `t${made}`, picked: undefined });
  return svg('svg', { class: 'timeline', viewBox: `0 0 ${width} ${height}`, width, height }, nodes);
}

export function timeline(life: LifeView, { onPick, unit }: TimelineOptions): Timeline {
  made += 1;
  const id = `t${made}`;
  const scalable = hasTimes(life);
  let mode: Mode = scalable ? preferred : 'steps';
  let picked: number | undefined;
  let transform: ZoomTransform = zoomIdentity;
  let xs: number[] = [];

  const picture = svg('svg', { class: 'timeline', 'aria-hidden': 'true' });
  const tip = el('div', { class: 'tip', hidden: true });
  const spoken = el('p', { class: 'spoken', 'aria-live': 'polite' });
  const modes = (['steps', 'time'] as const).map((name) =>
    el(
      'button',
      { type: 'button', 'data-mode': name, click: () => setMode(name) },
      name === 'steps' ? 'step by step' : 'to scale',
    ),
  );
  const button = (text: string, name: string, click: () => void) =>
    el('button', { type: 'button', 'aria-label': name, title: name, click }, text);
  const stage = el(
    'div',
    {
      class: 'stage',
      tabindex: 0,
      role: 'group',
      'aria-roledescription': 'timeline',
      'aria-label':
        `Timeline of ${life.steps.length} steps. The left and right arrow keys move between steps, plus and minus zoom, ` +
        '0 fits; the list below has the same steps as text.',
      keydown: (event: KeyboardEvent) => onKey(event),
      pointermove: (event: PointerEvent) => hover(near(event)),
      pointerleave: () => hover(undefined),
      click: (event: MouseEvent) => {
        const step = near(event);
        if (step !== undefined) pick(step, true);
      },
    },
    picture,
    tip,
  );
  const node = el(
    'figure',
    { class: 'timeline-figure' },
    el(
      'div',
      { class: 'tools' },
      scalable && el('div', { class: 'switch', role: 'group', 'aria-label': 'Time axis' }, modes),
      el(
        'div',
        { class: 'switch' },
        button('−', 'Zoom out', () => zoomBy(1 / STEP_ZOOM)),
        button('+', 'Zoom in', () => zoomBy(STEP_ZOOM)),
        button('fit', 'fit everything', () => behaviour.transform(selection, zoomIdentity)),
      ),
      el('span', { class: 'hint' }, 'Ctrl + wheel zooms, drag pans'),
    ),
    stage,
    spoken,
  );

  const selection = select<SVGSVGElement, unknown>(picture);
  const behaviour = zoom<SVGSVGElement, unknown>()
    .scaleExtent([1, MAX_ZOOM])
    // A wheel without Ctrl must still scroll the page; pinching a touchpad arrives as Ctrl and wheel.
    .filter((event: MouseEvent) => (event.type === 'wheel' ? event.ctrlKey || event.metaKey : event.button === 0))
    .on('zoom', (event: D3ZoomEvent<SVGSVGElement, unknown>) => {
      transform = event.transform;
      redraw();
    });
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) behaviour.duration(0);
  behaviour(selection);

  function setMode(next: Mode): void {
    mode = next;
    preferred = next;
    behaviour.transform(selection, zoomIdentity);
    redraw();
  }

  function zoomBy(factor: number): void {
    // Around the picked step, if it is seen.
    const x = picked === undefined ? undefined : xs[picked];
    const seen = x !== undefined && x > left() && x < width();
    behaviour.scaleBy(selection, factor, seen ? [x, 10] : undefined);
  }

  const width = () => Math.max(280, stage.clientWidth);
  const left = () => labelWidth(life, width());

  function redraw(): void {
    const [from, to] = [left(), width() - RIGHT];
    const positions = positionsOf(life, mode, from, to, transform);
    xs = positions.steps;
    const { height, nodes } = draw({ life, positions, unit, width: width(), left: from, id, picked });
    picture.setAttribute('width', String(width()));
    picture.setAttribute('height', String(height));
    picture.replaceChildren(...nodes);
    behaviour.extent([
      [from, 0],
      [to, height],
    ]);
    behaviour.translateExtent([
      [from, 0],
      [to, height],
    ]);
    for (const one of modes) one.setAttribute('aria-pressed', String(one.dataset.mode === mode));
  }

  function near(event: MouseEvent): number | undefined {
    const [x, y] = pointer(event, picture);
    const number =
      event.target instanceof Element ? event.target.closest<SVGElement>('[data-step]')?.dataset.step : undefined;
    if (number !== undefined) return Number(number);
    if (x < left() - NEAR || y < 0) return undefined;
    const distances = xs.map((at) => Math.abs(at - x));
    const best = distances.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    return best > NEAR ? undefined : distances.indexOf(best);
  }

  function hover(step: number | undefined): void {
    const shown = step === undefined ? undefined : life.steps[step];
    tip.hidden = shown === undefined;
    if (shown === undefined || step === undefined) return;
    const rows = [
      `${step + 1}  ${shown.role}`,
      [shown.rel, shown.cpu === undefined ? '' : `cpu${shown.cpu}`, shown.task].filter(Boolean).join('  '),
      shown.fn,
      shown.what,
      lineWords(shown),
    ];
    tip.replaceChildren(...rows.filter(Boolean).map((row, i) => el(i === 0 ? 'b' : 'span', {}, row)));
    const x = xs[step] ?? 0;
    const room = width() - tip.offsetWidth - 4;
    tip.style.left = `${Math.max(4, Math.min(room, x + 10))}px`;
  }

  function pick(step: number | undefined, tell: boolean): void {
    picked = step;
    redraw();
    if (tell && step !== undefined) {
      onPick(step);
      const one = life.steps[step];
      spoken.textContent =
        one === undefined
          ? ''
          : `step ${step + 1} of ${life.steps.length}: ${one.role}, ${one.what}, ${one.rel}, ${lineWords(one)}`;
    }
  }

  /** Scroll the selected step into view. */
  function bring(step: number): void {
    const x = xs[step] ?? 0;
    if (x < left() || x > width() - RIGHT) {
      behaviour.translateBy(selection, ((left() + width()) / 2 - x) / transform.k, 0);
    }
  }

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = life.steps.length - 1;
    const go = (step: number) => {
      pick(Math.max(0, Math.min(last, step)), true);
      bring(picked ?? 0);
      hover(picked);
    };
    const shift = (part: number) => behaviour.translateBy(selection, (part * width()) / transform.k, 0);
    const keys: Record<string, () => void> = {
      ArrowRight: () => go(picked === undefined ? 0 : picked + 1),
      ArrowLeft: () => go(picked === undefined ? last : picked - 1),
      Home: () => go(0),
      End: () => go(last),
      '+': () => zoomBy(STEP_ZOOM),
      '=': () => zoomBy(STEP_ZOOM),
      w: () => zoomBy(STEP_ZOOM),
      '-': () => zoomBy(1 / STEP_ZOOM),
      s: () => zoomBy(1 / STEP_ZOOM),
      a: () => shift(0.15),
      d: () => shift(-0.15),
      '0': () => behaviour.transform(selection, zoomIdentity),
      t: () => scalable && setMode(mode === 'steps' ? 'time' : 'steps'),
    };
    const action = keys[event.key];
    if (action !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      action();
    }
  }

  new ResizeObserver(() => redraw()).observe(stage);
  redraw();
  return { node, pick: (step) => pick(step, false) };
}

const lineWords = ({ line, place }: LifeView['steps'][number]): string =>
  place === undefined ? `line ${line}` : `record ${line}, ${place}`;
