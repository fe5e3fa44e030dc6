// Converts a row of the pins table into the input of the timeline.
import type { TraceInfo } from '../../../contract/report.ts';
import { duration, relativeTime, timeDigits } from '../../shared/format.ts';
import { partingIndex } from '../../shared/lifeline.ts';
import { stepKind } from '../../shared/steps.ts';
import type { FindingView, LifeView } from '../payload.ts';
import type { PinTable } from '../pin-columns.ts';

type Unit = TraceInfo['timeUnit'];

/** A pin with a finding has the timeline of the finding, which has the trace lines. */
export function lifeOfPin(pins: PinTable, i: number, unit: Unit, finding: FindingView | undefined): LifeView {
  if (finding !== undefined) return finding.life;
  const steps = pins.steps(i);
  const base = steps.find((step) => step.time !== undefined)?.time;
  const digits = timeDigits(steps.map((step) => step.time));
  const from = number(pins.from[i]);
  const held = number(pins.held[i]);
  return {
    isPin: true,
    pinned: pageOf(pins, i) || 'page not shown',
    mapped: '',
    address: pins.address.at(i) ?? '',
    steps: steps.map((step) => ({
      role: step.role,
      // Without a finding there is no harm: the end of an I/O is only a use.
      kind: stepKind(step.role) === 'harm' ? 'use' : stepKind(step.role),
      line: step.line,
      time: unit === 'none' ? undefined : step.time,
      rel:
        step.time === undefined || base === undefined || unit === 'none'
          ? ''
          : relativeTime(step.time, base, unit, digits),
      cpu: step.cpu,
      task: step.pid === undefined ? '' : `pid ${step.pid}`,
      fn: '',
      what: step.what,
      text: '',
    })),
    parting: partingIndex(steps, undefined),
    from,
    to: from === undefined || held === undefined ? undefined : from + held,
    state: pins.word('state', i) as LifeView['state'],
    lost: [],
    marks: { pinned: [], mapped: [], address: [] },
  };
}

export function pageOf(pins: PinTable, i: number): string {
  const [pfn, page] = [pins.pfn.at(i), pins.page(i)];
  return pfn !== undefined ? `pfn ${pfn}` : page === undefined ? '' : `page ${page}`;
}

export function ownerOf(pins: PinTable, i: number): string {
  const id = number(pins.tgid[i]) ?? number(pins.pid[i]);
  return `${pins.word('comm', i)}${id === undefined ? '' : `[${id}]`}`;
}

export function heldWords(pins: PinTable, i: number, unit: Unit): string {
  const held = number(pins.held[i]);
  if (held === undefined || unit === 'none') return '';
  // as on the terminal: until at least the end of the trace; or released by then, at an unknown time
  const state = pins.word('state', i);
  return `${state === 'held' ? '> ' : state === 'presumed' ? '< ' : ''}${duration(held, unit)}`;
}

/** Seconds since the base of the trace, or ticks. */
export function fromWords(pins: PinTable, i: number, unit: Unit): string {
  const from = number(pins.from[i]);
  return from === undefined || unit === 'none' ? '' : relativeTime(from, 0, unit, 6).replace('+', '');
}

export function number(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}
