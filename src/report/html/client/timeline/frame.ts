// The elements around the picture: its buttons, the stage that receives pointer and keys, the tip of a step, and the
// text that a screen reader speaks.
import { el, svg } from '../dom.ts';
import type { Mode } from './positions.ts';

export interface Frame {
  node: HTMLElement;
  stage: HTMLElement;
  picture: SVGSVGElement;
  tip: HTMLElement;
  spoken: HTMLElement;
  modes: readonly HTMLButtonElement[];
}

export interface FrameEvents {
  mode(mode: Mode): void;
  zoomIn(): void;
  zoomOut(): void;
  fit(): void;
  key(event: KeyboardEvent): void;
  /** undefined: the pointer left the stage */
  point(event: PointerEvent | undefined): void;
  click(event: MouseEvent): void;
}

/** @param scalable the steps have times, so that there is a choice of axis */
export function frame(steps: number, scalable: boolean, on: FrameEvents): Frame {
  const picture = svg('svg', { class: 'timeline', 'aria-hidden': 'true' });
  const tip = el('div', { class: 'tip', hidden: true });
  const spoken = el('p', { class: 'spoken', 'aria-live': 'polite' });
  const modes = [modeButton('steps', 'step by step', on), modeButton('time', 'to scale', on)];
  const stage = el(
    'div',
    {
      class: 'stage',
      tabindex: 0,
      role: 'group',
      'aria-roledescription': 'timeline',
      'aria-label':
        `Timeline of ${steps} steps. The left and right arrow keys move between steps, plus and minus zoom, ` +
        '0 fits; the list below has the same steps as text.',
      keydown: (event: KeyboardEvent) => on.key(event),
      pointermove: (event: PointerEvent) => on.point(event),
      pointerleave: () => on.point(undefined),
      click: (event: MouseEvent) => on.click(event),
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
        toolButton('−', 'Zoom out', () => on.zoomOut()),
        toolButton('+', 'Zoom in', () => on.zoomIn()),
        toolButton('fit', 'fit everything', () => on.fit()),
      ),
      el('span', { class: 'hint' }, 'Ctrl + wheel zooms, drag pans'),
    ),
    stage,
    spoken,
  );
  return { node, stage, picture, tip, spoken, modes };
}

const modeButton = (mode: Mode, text: string, on: FrameEvents): HTMLButtonElement =>
  el('button', { type: 'button', 'data-mode': mode, click: () => on.mode(mode) }, text);

const toolButton = (text: string, name: string, click: () => void): HTMLButtonElement =>
  el('button', { type: 'button', 'aria-label': name, title: name, click }, text);
