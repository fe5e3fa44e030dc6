// Why: an event that was never seen either did not happen or was not recorded. If the header of a capture (or --armed)
// shows that all probes for a kind of event were enabled and never hit, it did not happen.
import { PROBE_TABLE } from '../../capture/probe-table.ts';
import type { ArmedProbe, Recorded } from '../../parsers/formats/head.ts';
import type { Catalogue } from '../../vocabulary/catalogue.ts';
import { Kind } from '../../vocabulary/kinds.ts';
import { NEEDED_FIELDS } from '../../vocabulary/needed.ts';

/** The kind reported by a probe, and pindrift's name for the event. */
interface Shown {
  kind: string;
  event: string;
}

const ESSENTIAL = new Set(PROBE_TABLE.filter(({ tier }) => tier === 'A').map(({ name }) => name));

/** Kinds by number. */
export interface ArmedKinds {
  armed: ReadonlySet<number>;
  nowhere: ReadonlySet<number>;
}

/**
 * @param seen number of events in the trace by kind
 * @param era of the kernel, if known
 */
export function armedKinds(
  catalogue: Catalogue,
  recorded: Recorded,
  seen: ArrayLike<number>,
  era: string | undefined,
): ArmedKinds {
  const { functions, kindNames } = catalogue;
  const eventsOf = eventsByKind(catalogue);
  const byKind = new Map<string, Map<string, ArmedProbe | undefined>>();
  const note = ({ kind, event }: Shown, probe: ArmedProbe | undefined): void => {
    const events = byKind.get(kind) ?? new Map<string, ArmedProbe | undefined>();
    byKind.set(kind, events.set(event, probe));
  };
  for (const probe of recorded.armed) {
    const shown = shownBy(probe, catalogue);
    if (shown !== undefined) note(shown, probe);
  }
  for (const name of recorded.tracepoints) {
    const at = catalogue.probed(name, undefined, false);
    const { entry: kind, events } = functions[at?.fn ?? 0];
    if (kind !== undefined) note({ kind, event: events?.[0] ?? name }, undefined);
  }
  const refused = new Set(recorded.refused);
  const absent = new Set(recorded.absent);
  const isAbsent = (event: string): boolean =>
    absent.has(event) || (!refused.has(event) && !existsIn(event, era, catalogue));
  const isArmed = (kind: string): boolean => {
    const events = byKind.get(kind);
    if (
      events === undefined ||
      !wantedOf(eventsOf.get(kind) ?? []).every((event) => events.has(event) || isAbsent(event))
    )
      return false;
    const probes = [...events.values()].filter((probe) => probe !== undefined);
    // hit, but not in the trace: lost, or filtered out
    const isSilent = seen[catalogue.kind(kind) ?? -1] === 0 && probes.some(({ hits }) => (hits ?? 0) > 0);
    return (
      !isSilent &&
      probes.every((probe) => (probe.missed ?? 0) === 0 && hasFields(probe, catalogue.kind(kind) ?? 0, catalogue))
    );
  };
  const isNowhere = (kind: string): boolean => {
    const events = eventsOf.get(kind) ?? [];
    return !byKind.has(kind) && events.length > 0 && events.every(isAbsent);
  };
  const numbers = (test: (kind: string) => boolean): Set<number> =>
    new Set(kindNames.flatMap((kind, number) => (test(kind) ? [number] : [])));
  return { armed: numbers(isArmed), nowhere: numbers(isNowhere) };
}

/** Whether it has the fields that rules read (vocabulary/needed.ts), under any of their names. */
function hasFields({ fields }: ArmedProbe, kind: number, catalogue: Catalogue): boolean {
  const all = catalogue.fields[kind];
  return (NEEDED_FIELDS[kind] ?? []).every((name) => {
    const slot = all.find((field) => field.name === name)?.slot;
    const names = all.filter((field) => field.slot === slot).flatMap((field) => field.names);
    return (
      names.some((one) => fields.includes(one)) ||
      (kind === Kind.newAnon && name === 'compound' && fields.includes('head'))
    );
  });
}

/**
 * I/O ends in interrupts, and a probe hit inside the handler of another one is missed. This hides no drift: a pin whose
 * I/O or lifetime has no end in the trace is known, and counted elsewhere (`over`, `open`).
 */
const ENDS: ReadonlySet<string> = new Set(['bioEnd', 'bioRelease', 'bioCheckDirty']);

/** Hits that probes missed: events that are not in the trace although nothing was overwritten. */
export function missedBy(recorded: Recorded, catalogue: Catalogue): string[] {
  return recorded.armed
    .filter((probe) => (probe.missed ?? 0) > 0 && !ENDS.has(shownBy(probe, catalogue)?.kind ?? ''))
    .map(
      ({ event, symbol, isReturn, missed }) =>
        `the probe missed ${missed} ${isReturn ? 'returns' : 'calls'} of ${symbol ?? event}`,
    );
}

/** Kinds whose probes missed hits: some of their events are not in the trace. */
export function missedKinds(recorded: Recorded, catalogue: Catalogue): ReadonlySet<number> {
  return kindsOf(
    recorded.armed.filter((probe) => (probe.missed ?? 0) > 0),
    catalogue,
  );
}

/** Kinds of the events of these probes. */
export const kindsOf = (probes: readonly ArmedProbe[], catalogue: Catalogue): Set<number> =>
  new Set(probes.flatMap((probe) => catalogue.kind(shownBy(probe, catalogue)?.kind ?? '') ?? []));

/** pindrift's event name shows more than the function: try_grab_folio() has two meanings. */
function shownBy({ event, symbol, isReturn }: ArmedProbe, catalogue: Catalogue): Shown | undefined {
  for (const { events, entry, ret } of catalogue.functions) {
    if (events?.[0] === event && entry !== undefined) return { kind: entry, event };
    if (events?.[1] === event && ret !== undefined) return { kind: ret, event };
  }
  const at = catalogue.probed(event, symbol, isReturn);
  if (at === undefined) return undefined;
  const fn = catalogue.functions[at.fn];
  const kind = at.ret ? fn.ret : fn.entry;
  return kind === undefined ? undefined : { kind, event: fn.events?.[at.ret ? 1 : 0] ?? event };
}

/** The events that show each kind. Asked for every kind, the catalogue is read once: 4 % of a check of 1,300 lines. */
function eventsByKind({ functions }: Catalogue): ReadonlyMap<string, readonly string[]> {
  const out = new Map<string, string[]>();
  const add = (kind: string | undefined, event: string | undefined): void => {
    if (kind === undefined || event === undefined) return;
    const events = out.get(kind);
    if (events === undefined) out.set(kind, [event]);
    else events.push(event);
  };
  for (const { events, entry, ret } of functions) {
    add(entry, events?.[0]);
    add(ret, events?.[1]);
  }
  return out;
}

function wantedOf(events: readonly string[]): string[] {
  const essential = events.filter((event) => ESSENTIAL.has(event));
  return essential.length > 0 ? essential : events.filter((event) => PROBED.has(event));
}

const PROBED = new Set(PROBE_TABLE.map(({ name }) => name));

/** Whether a function that reports the event exists in that era, as far as known. */
function existsIn(event: string, era: string | undefined, { functions }: Catalogue): boolean {
  const of = functions.filter(({ events }) => events?.includes(event));
  return era === undefined || of.some(({ eras }) => eras === undefined || eras.split(' ').includes(era));
}
