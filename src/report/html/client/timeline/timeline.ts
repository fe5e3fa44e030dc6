// Interaction with the timeline: zoom, pan, hover, selecting a step by mouse, touch or key.
import { pointer } from 'd3-selection';
import { zoomIdentity } from 'd3-zoom';
import type { TraceInfo } from '../../../../contract/report.ts';
import type { LifeView } from '../../payload.ts';
import { el, svg } from '../dom.ts';
import { frame } from './frame.ts';
import { draw, labelWidth } from './picture.ts';
import { hasTimes, type Mode, positionsOf, RIGHT } from './positions.ts';
import { Viewport } from './viewport.ts';

export interface TimelineOptions {
  unit: TraceInfo['timeUnit'];
  onPick(step: number): void;
}

const STEP_ZOOM = 1.6;
/** The part of the width that a key pans by. */
const STEP_PAN = 0.15;
/** Maximum distance between the pointer and the step it selects. */
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

export class Timeline {
  readonly #id = `t${++made}`;
  readonly #life: LifeView;
  readonly #options: TimelineOptions;
  readonly #scalable: boolean;
  readonly #frame;
  readonly #viewport: Viewport;
  #mode: Mode;
  #picked: number | undefined;
  /** of the steps, as drawn */
  #xs: readonly number[] = [];

  constructor(life: LifeView, options: TimelineOptions) {
    this.#life = life;
    this.#options = options;
    this.#scalable = hasTimes(life);
    this.#mode = this.#scalable ? preferred : 'steps';
    this.#frame = frame(life.steps.length, this.#scalable, {
      mode: (mode) => this.#setMode(mode),
      zoomIn: () => this.#zoomBy(STEP_ZOOM),
      zoomOut: () => this.#zoomBy(1 / STEP_ZOOM),
      fit: () => this.#viewport.fit(),
      key: (event) => this.#onKey(event),
      point: (event) => this.#hover(event === undefined ? undefined : this.#near(event)),
      click: (event) => {
        const step = this.#near(event);
        if (step !== undefined) this.#choose(step);
      },
    });
    this.#viewport = new Viewport(this.#frame.picture, () => this.#redraw());
    new ResizeObserver(() => this.#redraw()).observe(this.#frame.stage);
    this.#redraw();
  }

  get node(): HTMLElement {
    return this.#frame.node;
  }

  /** Mark a step; undefined: none. */
  pick(step: number | undefined): void {
    this.#picked = step;
    this.#redraw();
  }

  get #width(): number {
    return Math.max(280, this.#frame.stage.clientWidth);
  }

  get #left(): number {
    return labelWidth(this.#life, this.#width);
  }

  #redraw(): void {
    const [width, from, to] = [this.#width, this.#left, this.#width - RIGHT];
    const life = this.#life;
    const positions = positionsOf(life, this.#mode, from, to, this.#viewport.transform);
    this.#xs = positions.steps;
    const { unit } = this.#options;
    const { height, nodes } = draw({ life, positions, unit, width, left: from, id: this.#id, picked: this.#picked });
    const { modes, picture } = this.#frame;
    picture.setAttribute('width', String(width));
    picture.setAttribute('height', String(height));
    picture.replaceChildren(...nodes);
    this.#viewport.limit(from, to, height);
    for (const one of modes) one.setAttribute('aria-pressed', String(one.dataset.mode === this.#mode));
  }

  #setMode(next: Mode): void {
    this.#mode = next;
    preferred = next;
    this.#viewport.fit();
    this.#redraw();
  }

  /** Around the picked step, if it is in sight. */
  #zoomBy(factor: number): void {
    const x = this.#picked === undefined ? undefined : this.#xs[this.#picked];
    this.#viewport.scale(factor, x !== undefined && x > this.#left && x < this.#width ? x : undefined);
  }

  #near(event: MouseEvent): number | undefined {
    const [x, y] = pointer(event, this.#frame.picture);
    const number =
      event.target instanceof Element ? event.target.closest<SVGElement>('[data-step]')?.dataset.step : undefined;
    if (number !== undefined) return Number(number);
    if (x < this.#left - NEAR || y < 0) return undefined;
    const distances = this.#xs.map((at) => Math.abs(at - x));
    const best = distances.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    return best > NEAR ? undefined : distances.indexOf(best);
  }

  #hover(step: number | undefined): void {
    const { tip } = this.#frame;
    const shown = step === undefined ? undefined : this.#life.steps[step];
    tip.hidden = shown === undefined;
    if (shown === undefined || step === undefined) return;
    tip.replaceChildren(...tipRows(step, shown).map((row, i) => el(i === 0 ? 'b' : 'span', {}, row)));
    const x = this.#xs[step] ?? 0;
    const room = this.#width - tip.offsetWidth - 4;
    tip.style.left = `${Math.max(4, Math.min(room, x + 10))}px`;
  }

  /** As the reader does: the story follows, and it is spoken. */
  #choose(step: number): void {
    this.pick(step);
    this.#options.onPick(step);
    const one = this.#life.steps[step];
    this.#frame.spoken.textContent =
      one === undefined
        ? ''
        : `step ${step + 1} of ${this.#life.steps.length}: ${one.role}, ${one.what}, ${one.rel}, ${lineWords(one)}`;
  }

  #goTo(step: number): void {
    const chosen = Math.max(0, Math.min(this.#life.steps.length - 1, step));
    this.#choose(chosen);
    this.#scrollTo(chosen);
    this.#hover(chosen);
  }

  #scrollTo(step: number): void {
    const [left, width] = [this.#left, this.#width];
    const x = this.#xs[step] ?? 0;
    if (x < left || x > width - RIGHT) this.#viewport.pan((left + width) / 2 - x);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = this.#keys[event.key];
    if (action === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  readonly #keys: Record<string, () => void> = {
    ArrowRight: () => this.#goTo(this.#picked === undefined ? 0 : this.#picked + 1),
    ArrowLeft: () => this.#goTo(this.#picked === undefined ? this.#life.steps.length - 1 : this.#picked - 1),
    Home: () => this.#goTo(0),
    End: () => this.#goTo(this.#life.steps.length - 1),
    '+': () => this.#zoomBy(STEP_ZOOM),
    '=': () => this.#zoomBy(STEP_ZOOM),
    w: () => this.#zoomBy(STEP_ZOOM),
    '-': () => this.#zoomBy(1 / STEP_ZOOM),
    s: () => this.#zoomBy(1 / STEP_ZOOM),
    a: () => this.#viewport.pan(STEP_PAN * this.#width),
    d: () => this.#viewport.pan(-STEP_PAN * this.#width),
    '0': () => this.#viewport.fit(),
    t: () => this.#scalable && this.#setMode(this.#mode === 'steps' ? 'time' : 'steps'),
  };
}

type Step = LifeView['steps'][number];

const tipRows = (i: number, step: Step): string[] =>
  [
    `${i + 1}  ${step.role}`,
    [step.rel, step.cpu === undefined ? '' : `cpu${step.cpu}`, step.task].filter(Boolean).join('  '),
    step.fn,
    step.what,
    lineWords(step),
  ].filter(Boolean);

const lineWords = ({ line, place }: Step): string =>
  place === undefined ? `line ${line}` : `record ${line}, ${place}`;
