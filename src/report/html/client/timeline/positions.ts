// The x positions of steps and times: either evenly spaced, so that all steps can be read, or to scale. A swap-in and
// the copy after it take a millionth of the time of the I/O.
import { type ScaleLinear, scaleLinear, scalePoint } from 'd3-scale';
import type { ZoomTransform } from 'd3-zoom';
import type { TraceInfo } from '../../../../contract/report.ts';
import type { LifeView } from '../../payload.ts';

export type Mode = 'steps' | 'time';

export interface Positions {
  /** x of each step */
  steps: number[];
  /** where the pin was taken and where it ends; without an end it goes on to the right border */
  from: number;
  to: number | undefined;
  /** x of a time between the steps */
  at(time: number): number | undefined;
  /** right border, zoomed: nothing is drawn beyond */
  end: number;
  /** to scale: what the axis shows, relative to the first step */
  scale: ScaleLinear<number, number> | undefined;
}

/** What is drawn, and where. */
export interface Picture {
  life: LifeView;
  positions: Positions;
  unit: TraceInfo['timeUnit'];
  width: number;
  left: number;
  /** makes the ids of patterns unique in the page */
  id: string;
  picked: number | undefined;
}

/** Between the border and the first thing drawn. */
export const RIGHT = 10;
/** Height of the axis. */
export const AXIS = 44;

/** There is something to scale. */
export function hasTimes({ steps }: LifeView): boolean {
  const times = steps.flatMap(({ time }) => (time === undefined ? [] : [time]));
  return new Set(times).size > 1;
}

export function positionsOf(life: LifeView, mode: Mode, left: number, right: number, zoom: ZoomTransform): Positions {
  return mode === 'time' && hasTimes(life) ? toScale(life, left, right, zoom) : evenly(life, left, right, zoom);
}

function evenly({ from, state, steps, to }: LifeView, left: number, right: number, zoom: ZoomTransform): Positions {
  // One position more than there are steps: what happened after the last.
  const point = scalePoint(
    Array.from({ length: steps.length + 1 }, (_, i) => i),
    [left, right],
  ).padding(0.35);
  const at = (i: number) => zoom.applyX(point(i) ?? left);
  const pinned = steps.findIndex((step) => step.kind === 'pin');
  const released = steps.findIndex((step) => step.kind === 'release');
  const between = (time: number | undefined) => {
    const i = steps.findLastIndex((step) => step.time !== undefined && time !== undefined && step.time <= time);
    return i < 0 ? undefined : (at(i) + at(i + 1)) / 2;
  };
  return {
    steps: steps.map((_, i) => at(i)),
    from: pinned < 0 && from !== undefined ? (between(from) ?? at(0)) : at(Math.max(0, pinned)),
    to: released >= 0 ? at(released) : state === 'held' ? undefined : between(to),
    at: between,
    end: zoom.applyX(right),
    scale: undefined,
  };
}

function toScale({ from, steps, to }: LifeView, left: number, right: number, zoom: ZoomTransform): Positions {
  const base = steps.find((step) => step.time !== undefined)?.time ?? 0;
  let last = base;
  const times = steps.map((step) => {
    last = step.time ?? last;
    return last - base;
  });
  const all = [...times, ...[from, to].flatMap((time) => (time === undefined ? [] : [time - base]))];
  const low = all.reduce((a, b) => Math.min(a, b));
  const high = all.reduce((a, b) => Math.max(a, b));
  const margin = (high - low) * 0.04;
  const whole = scaleLinear([low - margin, high + margin], [left, right]);
  const scale = zoom.rescaleX(whole);
  return {
    steps: times.map((time) => scale(time)),
    from: scale((from ?? base) - base),
    to: to === undefined ? undefined : scale(to - base),
    at: (time) => scale(time - base),
    end: zoom.applyX(right),
    scale,
  };
}
