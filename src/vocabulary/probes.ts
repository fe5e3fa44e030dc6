// Probes that pindrift does not know: a rule says the kernel function (or tracepoint), what its arguments are, and a kind of
// its own for it. In a vocabulary that was given it, its events are decoded like any other.
import type { KindField } from './kinds.ts';
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

/** What the fields of a probe's events are, in their order. */
export const meaningsOf = (probe: Probe): readonly FieldMeaning[] =>
  Object.values(probe.fields).map((field) => (typeof field === 'string' ? field : field.is));

const namesOf = (probe: Probe): readonly string[] =>
  typeof probe.function === 'string' ? [probe.function] : probe.function;

/** Functions and the names of the events they are known by, as functions.ts has them. */
export const functionsOf = (probe: Probe): { name: string; events: readonly string[] }[] =>
  namesOf(probe).map((name, i) => {
    const own = i === 0 ? (probe.events ?? []) : [];
    return probe.on === 'tracepoint' ? { name: `tp:${name}`, events: [name, ...own] } : { name, events: own };
  });

const FREE = [Slot.PAGE, Slot.ADDR, Slot.OTHER, Slot.N, Slot.FLAGS, Slot.END, Slot.PTE_HI, Slot.PTE_LO] as const;

/** A slot of the record for each field; undefined when they do not fit. */
export function slotsOf(probe: Probe): KindField[] | undefined {
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
