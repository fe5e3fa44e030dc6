// Probes that pindrift does not know: a rule brings the kernel function (or tracepoint), what its arguments are, and a
// kind of its own for it. From then on its events are decoded like any other. What is here already keeps its meaning.
import { eraNamed } from './era.ts';
import { addFunction, isEventName, meaningOf } from './functions.ts';
import { addKind, KIND_NAMES, type KindField, type KindName } from './kinds.ts';
import { Slot } from './record.ts';

/**
 * What an argument is.
 * `mm` an mm_struct pointer; `page` a struct page or folio pointer; `pfn` a page frame number; `address` a user
 * address; `number` anything counted, also flags and return values; `pointer` another kernel pointer; `symbol` text:
 * a kernel symbol, a quoted string (one per probe)
 */
export type FieldMeaning = 'mm' | 'page' | 'pfn' | 'address' | 'number' | 'pointer' | 'symbol';

/** One probe. */
export interface Probe {
  /** function probed, under all names it has had: `vfio_pin_pages_remote`; or the name of a tracepoint */
  readonly function: string | readonly string[];
  /** where the probe sits */
  readonly on: 'entry' | 'return' | 'tracepoint';
  /** names of the event in texts that do not show the function (trace-cmd, perf script) */
  readonly events?: readonly string[];
  /** arguments by their name in the trace (`npage=16`); `names`: what else they are called */
  readonly fields: Readonly<
    Record<string, FieldMeaning | { readonly is: FieldMeaning; readonly names: readonly string[] }>
  >;
  /**
   * the line for /sys/kernel/tracing/dynamic_events by kernel era (`6.1`, `6.12 7.2`, `all`), without the event's name:
   * `p vfio_pin_pages_remote npage=%cx:s64`. `coverage` and `capture` print it
   */
  readonly define?: Readonly<Record<string, string>>;
}

/** Probes by the kind of event they show: `{ vfioPin: { function: 'vfio_pin_pages_remote', ... } }`. */
export type Probes = Readonly<Record<string, Probe>>;

interface Known {
  definition: string;
  probe: Probe;
  meanings: readonly FieldMeaning[];
}

const known = new Map<string, Known>();
const byIndex = new Map<number, Known>();

/** What the fields of a kind that was brought are; undefined for pindrift's own. */
export const meaningsOf = (kind: number): readonly FieldMeaning[] | undefined => byIndex.get(kind)?.meanings;

/** Probes that were brought, by kind. */
export const broughtProbes = (): ReadonlyMap<string, Probe> =>
  new Map([...known].map(([kind, { probe }]) => [kind, probe]));

/** `p:pindrift/vfio_pin vfio_pin_pages_remote npage=%cx:s64`, as the rule that brings the kind defines it for a kernel era. */
export function broughtLine(kind: string, era: string): string | undefined {
  const probe = known.get(kind)?.probe;
  const lines = Object.entries(probe?.define ?? {});
  const of = (name: string | undefined) =>
    lines.find(([eras]) => eras === 'all' || eras.split(' ').includes(name ?? ''))?.[1];
  const on = of(era) ?? of(eraNamed(era)?.stock);
  if (probe === undefined || on === undefined) return undefined;
  const [type, ...rest] = on.trim().split(/\s+/);
  return `${type}:pindrift/${probe.events?.[0] ?? kind} ${rest.join(' ')}`;
}

/**
 * Learn probes.
 * @returns what is wrong with them, in words; nothing was learned then
 */
export function extend(probes: Probes): string | undefined {
  const fresh = Object.entries(probes).filter(([kind, probe]) => known.get(kind)?.definition !== JSON.stringify(probe));
  for (const [kind, probe] of fresh) {
    const problem = problemOf(kind, probe);
    if (problem !== undefined) return problem;
  }
  for (const [kind, probe] of fresh) learn(kind, probe);
  return undefined;
}

function problemOf(kind: string, probe: Probe): string | undefined {
  if (!/^[a-z][A-Za-z0-9]*$/.test(kind)) return `probes.${kind}: a kind is a name like vfioPin`;
  if (known.has(kind)) return `probes.${kind}: another rule brings this kind with another definition`;
  if ((KIND_NAMES as string[]).includes(kind))
    return `probes.${kind}: this is a kind of pindrift's own; handle it in \`events\``;
  const ret = probe.on === 'return';
  for (const name of functionsOf(probe)) {
    const meaning = meaningOf(name, ret);
    if (meaning !== undefined)
      return `probes.${kind}: ${name} (${probe.on}) is known as ${meaning}; handle that in \`events\``;
  }
  const taken = probe.events?.find(isEventName);
  if (taken !== undefined) return `probes.${kind}: the event name ${taken} is taken`;
  return slotsOf(probe) === undefined
    ? `probes.${kind}: at most eight numbers, one mm and one symbol fit an event`
    : undefined;
}

function learn(kind: string, probe: Probe): void {
  const fields = slotsOf(probe) as KindField[];
  const meanings = Object.values(probe.fields).map((field) => (typeof field === 'string' ? field : field.is));
  const index = addKind(kind, fields);
  const entry: Known = { definition: JSON.stringify(probe), probe, meanings };
  known.set(kind, entry);
  byIndex.set(index, entry);
  for (const [i, name] of functionsOf(probe).entries()) {
    const events = probe.on === 'tracepoint' ? [namesOf(probe)[i]] : [];
    addFunction(name, kind as KindName, probe.on === 'return', i === 0 ? [...events, ...(probe.events ?? [])] : events);
  }
}

const namesOf = (probe: Probe): readonly string[] =>
  typeof probe.function === 'string' ? [probe.function] : probe.function;
const functionsOf = (probe: Probe): string[] =>
  namesOf(probe).map((name) => (probe.on === 'tracepoint' ? `tp:${name}` : name));

const FREE = [Slot.PAGE, Slot.ADDR, Slot.OTHER, Slot.N, Slot.FLAGS, Slot.END, Slot.PTE_HI, Slot.PTE_LO] as const;

/** A slot of the record for each field; undefined when they do not fit. */
function slotsOf(probe: Probe): KindField[] | undefined {
  const free: number[] = [...FREE];
  let hasMm = false;
  let hasSymbol = false;
  const out: KindField[] = [];
  for (const [name, field] of Object.entries(probe.fields)) {
    const is = typeof field === 'string' ? field : field.is;
    const names = typeof field === 'string' ? [name] : [name, ...field.names];
    let slot: number | undefined;
    if (is === 'symbol') {
      slot = hasSymbol ? undefined : Slot.SYM;
      hasSymbol = true;
    } else if (is === 'mm' && !hasMm) {
      slot = Slot.MM;
      hasMm = true;
    } else slot = free.shift();
    if (slot === undefined) return undefined;
    out.push({ slot, type: is === 'symbol' ? 'sym' : 'num', names, name });
  }
  return out;
}
