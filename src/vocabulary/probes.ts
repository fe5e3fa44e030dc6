// Probes that pindrift does not know. A rule defines the kernel function (or tracepoint), the meaning of its arguments,
// and a kind for it; a vocabulary that was given the definition decodes its events like any other.
import type { KindField } from './kinds.ts';
import { Slot } from './record.ts';

/**
 * Meaning of an argument. `mm` an mm_struct pointer; `page` a struct page or folio pointer; `pfn` a page frame number;
 * `address` a user address; `number` a count, flags or return value; `pointer` another kernel pointer; `symbol` text: a
 * kernel symbol, a quoted string (one per probe)
 */
export type FieldMeaning = 'mm' | 'page' | 'pfn' | 'address' | 'number' | 'pointer' | 'symbol';

/** One probe. */
export interface Probe {
  /** probed function, under all names it has had: `vfio_pin_pages_remote`; or the name of a tracepoint */
  readonly function: string | readonly string[];
  /** type of probe */
  readonly on: 'entry' | 'return' | 'tracepoint';
  /** event names in texts that do not show the function (trace-cmd, perf script) */
  readonly events?: readonly string[];
  /** arguments by their name in the trace (`npage=16`); `names`: alternative names */
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

/** Meanings of the fields of a probe's events, in order. */
export const meaningsOf = (probe: Probe): readonly FieldMeaning[] =>
  Object.values(probe.fields).map((field) => (typeof field === 'string' ? field : field.is));

const namesOf = (probe: Probe): readonly string[] =>
  typeof probe.function === 'string' ? [probe.function] : probe.function;

/** Functions and the event names they are known by, in the form used in functions.ts. */
export const functionsOf = (probe: Probe): { name: string; events: readonly string[] }[] =>
  namesOf(probe).map((name, i) => {
    const own = i === 0 ? (probe.events ?? []) : [];
    return probe.on === 'tracepoint' ? { name: `tp:${name}`, events: [name, ...own] } : { name, events: own };
  });

const FREE = [Slot.PAGE, Slot.ADDR, Slot.OTHER, Slot.N, Slot.FLAGS, Slot.END, Slot.PTE_HI, Slot.PTE_LO] as const;

/** A slot of the record for each field; undefined if there are too many. */
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
