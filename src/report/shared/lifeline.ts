// The lifetime of a pin as data for drawing: what its address mapped from step to step, when a device used the page,
// and the step of the drift. Pure functions; the HTML report also runs them in the browser, so this file may import
// only types and steps.ts.
import type { Finding } from '../../contract/finding.ts';
import type { DetailedReport, PinLife } from '../../contract/report.ts';
import { partingStep, stepKind } from './steps.ts';

export type LifeStep = PinLife['steps'][number];

/**
 * What an address maps: the pinned page; the pinned page write-protected, or shared with a child; an entry that is not
 * present but still names it; nothing; another page.
 */
export type MappingState = 'mapped' | 'read-only' | 'shared' | 'swapped' | 'unmapped' | 'other';

/** From this step on, up to the next span or the end. */
export interface MappingSpan {
  step: number;
  mapping: MappingState;
}

/** A device, or a pipe, uses the page between two steps; `to` undefined: until the end. */
export interface Use {
  from: number;
  to: number | undefined;
}

/** Spans of what the address mapped. `parting` is the index of the step that mapped another page. */
export function mappingSpans(roles: readonly string[], parting: number | undefined): MappingSpan[] {
  const spans: MappingSpan[] = [{ step: 0, mapping: 'mapped' }];
  let mapping: MappingState = 'mapped';
  for (const [step, role] of roles.entries()) {
    const next: MappingState = step === parting ? 'other' : mappingAfter(mapping, role);
    if (next !== mapping) {
      mapping = next;
      if (spans.at(-1)?.step === step) spans.pop();
      spans.push({ step, mapping });
    }
  }
  return spans;
}

function mappingAfter(before: MappingState, role: string): MappingState {
  if (before === 'other') return 'other';
  switch (role) {
    case 'unmap':
    case 'device-exclusive':
      return 'swapped';
    case 'zap':
      return 'unmapped';
    case 'wrprotect':
      return 'read-only';
    case 'fork':
      return 'shared';
    case 'map':
      // A fault on an address that maps nothing maps a new page.
      return before === 'unmapped' ? 'other' : 'mapped';
    case 'swap-in':
    case 'restore':
    case 'early copy':
    case 'unshare':
      return 'mapped';
    case 'reuse':
      // by a process that still maps the page
      return before === 'unmapped' ? before : 'mapped';
    case 'copy':
    case 'migrate':
    case 'ksm merge':
    case 'collapse':
    case 'observed':
      return 'other';
    default:
      return before;
  }
}

/**
 * When the page was used: from `i/o submit` to `i/o end`, or from `pipe` to the end of the pin. An end without a submit
 * began with the pin; of several in progress the oldest ends first.
 */
export function uses(roles: readonly string[]): Use[] {
  const all: Use[] = [];
  const open: Use[] = [];
  for (const [step, role] of roles.entries()) {
    if (role === 'i/o submit' || role === 'pipe') {
      const use = { from: step, to: undefined };
      all.push(use);
      if (role === 'i/o submit') open.push(use);
    } else if (role === 'i/o end') {
      const use = open.shift();
      if (use === undefined) all.push({ from: 0, to: step });
      else use.to = step;
    }
  }
  return all;
}

/** Index of the step of this pin's drift. */
export function partingIndex(steps: readonly { line: number }[], finding: Finding | undefined): number | undefined {
  const parting = finding === undefined ? undefined : partingStep(finding);
  const index = parting === undefined ? -1 : steps.findIndex((step) => step.line === parting.line);
  return index < 0 ? undefined : index;
}

/** Some findings are about a page or range that was not pinned: their `pin` only names the place. */
export function hasPin(finding: Finding): boolean {
  return finding.pin.api !== undefined || finding.evidence.some((step) => stepKind(step.role) === 'pin');
}

/** Pins to draw: the given ones, and for a finding without one of them the pin shown by its evidence. */
export function lives({ pins, report }: DetailedReport): PinLife[] {
  const told = new Set(pins.map((pin) => pin.finding));
  const missing = report.findings.filter((finding) => !told.has(finding.n) && hasPin(finding));
  return [...pins.map(inOrder), ...missing.map(lifeOf)];
}

/** A lockless GUP logs the grab before the call returns: the order is that of the lines. */
function inOrder(pin: PinLife): PinLife {
  const sorted = pin.steps.every((step, i) => i === 0 || (pin.steps[i - 1]?.line ?? 0) <= step.line);
  return sorted ? pin : { ...pin, steps: pin.steps.toSorted((a, b) => a.line - b.line) };
}

function lifeOf(finding: Finding): PinLife {
  const { flags, time, ...pin } = finding.pin;
  const release = finding.evidence.findLast((step) => step.role === 'release');
  return {
    ...pin,
    trace: finding.trace,
    kind: flags.includes('FOLL_PIN') ? 'PIN' : 'GET',
    write: flags.includes('FOLL_WRITE'),
    longterm: flags.includes('FOLL_LONGTERM'),
    flags,
    line: finding.evidence[0]?.line ?? 0,
    from: time,
    to: release?.time,
    state: release === undefined ? 'presumed' : 'released',
    steps: finding.evidence.map(({ role, line, time, cpu, pid, what }) => ({ role, line, time, cpu, pid, what })),
    finding: finding.n,
  };
}

/** At most `limit` pins, in order: first those of findings, then those not released, then those held longest. */
export function choosePins(pins: readonly PinLife[], limit: number): PinLife[] {
  if (pins.length <= limit) return [...pins];
  const rank = (pin: PinLife) => {
    if (pin.finding !== undefined) return Number.POSITIVE_INFINITY;
    if (pin.state === 'held' || pin.state === 'orphan') return Number.MAX_VALUE;
    return pin.from === undefined || pin.to === undefined ? 0 : pin.to - pin.from;
  };
  return pins
    .map((pin, i) => ({ pin, i, rank: rank(pin) }))
    .sort((a, b) => (a.rank === b.rank ? a.i - b.i : b.rank > a.rank ? 1 : -1))
    .slice(0, limit)
    .sort((a, b) => a.i - b.i)
    .map(({ pin }) => pin);
}
