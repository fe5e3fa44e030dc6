// Rule view of a transition of the model. There is one function per transition, so a new field of the model becomes
// visible only when it is added here explicitly.

import type { PageId as RawPage } from '../model/page-table.ts';
import type { Pin as RawPin } from '../model/state.ts';
import type { Transitions as Raw } from '../model/transitions.ts';
import { known } from '../vocabulary/record.ts';
import type { TransitionName, Transitions } from './transitions.ts';
import { asPage, knownPointer } from './view-base.ts';
import type { Viewer } from './viewer.ts';
import type { Pin } from './views.ts';

type AnyShow = (t: unknown, v: Viewer) => object;
type Show = { [K in TransitionName]: (t: Raw[K], v: Viewer) => Transitions[K] };

const pins = (list: readonly RawPin[], v: Viewer): readonly Pin[] => v.pins(list);
const page = (p: RawPage) => asPage(p);

export const SHOW: Show = {
  pin: (t, v) => ({ pin: v.pin(t.pin), at: v.at(t.at) }),
  pinFailed: (t, v) => ({ call: v.call(t.call), at: v.at(t.at) }),
  release: (t, v) => ({ pin: v.pin(t.pin), at: v.at(t.at), presumed: t.presumed, by: t.by }),
  unmatchedRelease: (t, v) => ({ page: page(t.page), refs: known(t.refs), at: v.at(t.at) }),
  cow: (t, v) => ({
    mm: v.mm(t.mm),
    vpn: t.vpn,
    oldPage: page(t.oldPage),
    newPage: page(t.newPage),
    at: v.at(t.at),
    fault: v.at(t.fault),
    pins: pins(t.pins, v),
  }),
  reuse: (t, v) => ({
    mm: v.mm(t.mm),
    vpn: t.vpn,
    page: page(t.page),
    said: t.said,
    anon: t.anon,
    by: t.by,
    at: v.at(t.at),
    pins: pins(t.pins, v),
  }),
  unshare: (t, v) => ({
    mm: v.mm(t.mm),
    vpn: t.vpn,
    oldPage: page(t.oldPage),
    newPage: page(t.newPage),
    at: v.at(t.at),
  }),
  unmap: (t, v) => ({
    mm: v.mm(t.mm),
    vpn: t.vpn,
    page: page(t.page),
    anon: t.anon,
    at: v.at(t.at),
    pins: pins(t.pins, v),
  }),
  swapIn: (t, v) => ({
    mm: v.mm(t.mm),
    vpn: t.vpn,
    page: page(t.page),
    exclusive: t.exclusive,
    mark: t.mark,
    over: page(t.over),
    out: v.at(t.out),
    allocated: v.at(t.allocated),
    reads: v.at(t.reads),
    write: t.write,
    at: v.at(t.at),
    pins: pins(t.pins, v),
  }),
  fork: (t, v) => ({
    src: v.mm(t.src),
    dst: v.mm(t.dst),
    start: t.start,
    end: t.end,
    at: v.at(t.at),
    pins: pins(t.pins, v),
  }),
  share: (t, v) => ({ pin: v.pin(t.pin), child: v.mm(t.child), at: v.at(t.at) }),
  earlyCopy: (t, v) => ({
    src: v.mm(t.src),
    child: v.mm(t.child),
    vpn: t.vpn,
    page: page(t.page),
    copy: page(t.copy),
    held: t.held,
    at: v.at(t.at),
    pins: pins(t.pins, v),
  }),
  wrprotect: (t, v) => ({
    mm: v.mm(t.mm),
    start: t.start,
    end: t.end,
    kind: t.kind,
    at: v.at(t.at),
    pins: pins(t.pins, v),
  }),
  zap: (t, v) => ({
    mm: v.mm(t.mm),
    start: t.start,
    end: t.end,
    at: v.at(t.at),
    pins: pins(t.pins, v),
  }),
  move: (t, v) => ({
    mm: v.mm(t.mm),
    from: t.from,
    to: t.to,
    bytes: t.bytes,
    undone: t.undone,
    at: v.at(t.at),
    pins: pins(t.pins, v),
  }),
  replace: (t, v) => ({
    mm: v.mm(t.mm),
    vpn: t.vpn,
    oldPage: page(t.oldPage),
    newPage: page(t.newPage),
    via: t.via,
    at: v.at(t.at),
    pins: pins(t.pins, v),
  }),
  split: (t, v) => ({ mm: v.mm(t.mm), vpn: t.vpn, at: v.at(t.at), pins: pins(t.pins, v) }),
  deviceExclusive: (t, v) => ({
    mm: v.mm(t.mm),
    vpn: t.vpn,
    page: page(t.page),
    instead: page(t.instead),
    owner: knownPointer(t.owner),
    at: v.at(t.at),
    pins: pins(t.pins, v),
  }),
  exclusiveCopied: (t, v) => ({
    src: v.mm(t.src),
    child: v.mm(t.child),
    vpn: t.vpn,
    page: page(t.page),
    at: v.at(t.at),
  }),
  deviceRestore: (t, v) => ({ mm: v.mm(t.mm), vpn: t.vpn, page: page(t.page), at: v.at(t.at), by: t.by }),
  notifierStart: (t, v) => ({
    mm: v.mm(t.mm),
    start: known(t.start),
    end: known(t.end),
    event: known(t.event),
    owner: knownPointer(t.owner),
    at: v.at(t.at),
  }),
  notifierEnd: (t, v) => ({ mm: v.mm(t.mm), start: known(t.start), end: known(t.end), at: v.at(t.at) }),
  tlbFlush: (t, v) => ({ mm: v.mm(t.mm), start: known(t.start), end: known(t.end), at: v.at(t.at) }),
  ioSubmit: (t, v) => ({ io: v.io(t.io), at: v.at(t.at) }),
  ioEnd: (t, v) => ({ io: v.io(t.io), at: v.at(t.at) }),
  drift: (t, v) => ({ drift: v.drift(t.drift) }),
  heal: (t, v) => ({ drift: v.drift(t.drift), at: v.at(t.at) }),
  exit: (t, v) => ({ mm: v.mm(t.mm), at: v.at(t.at), pins: pins(t.pins, v) }),
  lost: (t, v) => v.gap(t),
  end: (t, v) => ({ pins: pins(t.pins, v) }),
};

export const TRANSITION_NAMES = Object.keys(SHOW) as TransitionName[];

/**
 * Subscribe to a transition of the model, as a view. Transitions at an unknown address are not passed on: no rule could
 * use them, and numbers passed to a rule are never NaN.
 * @param wanted whether anybody is subscribed now; if not, no view is made
 */
export function listenTo(
  viewer: Viewer,
  name: TransitionName,
  tell: (shown: object, t: unknown) => void,
  wanted: () => boolean = () => true,
): void {
  const show = SHOW[name] as AnyShow;
  const place = (PLACE as Partial<Record<TransitionName, 'vpn' | 'range'>>)[name];
  viewer.model.on(name, (t: object) => {
    if (!wanted() || (place !== undefined && isUnknown(t, place))) return;
    tell(viewer.freeze(show(t, viewer)), t);
  });
}

function isUnknown(t: object, place: 'vpn' | 'range'): boolean {
  if (place === 'vpn') return Number.isNaN((t as { vpn: number }).vpn);
  const { start, end } = t as { start: number; end: number };
  return Number.isNaN(start) || Number.isNaN(end);
}

/** The numbers of a transition that say where it is: one address, or a range of pages; the others have none. */
const PLACE: {
  readonly [K in TransitionName as Raw[K] extends { vpn: number } ? K : never]: 'vpn';
} & {
  readonly [K in TransitionName as Raw[K] extends { start: number } ? K : never]: 'range' | undefined;
} = {
  cow: 'vpn',
  reuse: 'vpn',
  unshare: 'vpn',
  unmap: 'vpn',
  swapIn: 'vpn',
  earlyCopy: 'vpn',
  replace: 'vpn',
  split: 'vpn',
  deviceExclusive: 'vpn',
  exclusiveCopied: 'vpn',
  deviceRestore: 'vpn',
  fork: 'range',
  wrprotect: 'range',
  zap: 'range',
  // in bytes, and unknown values are undefined
  notifierStart: undefined,
  notifierEnd: undefined,
  tlbFlush: undefined,
};

/** Transitions that count in bytes, and in which unknown values are undefined. */
export const IN_BYTES: ReadonlySet<string> = new Set(['notifierStart', 'notifierEnd', 'tlbFlush']);
