// Why: probes to add for certain kinds of events, if only the kernel version is known. The definitions are those of
// Debian's stock kernel of that version; `pindrift capture` makes them for any other from its BTF.
import { type Catalogue, OWN_CATALOGUE } from '../vocabulary/catalogue.ts';
import { type EraName, eraNamed, type StockName } from '../vocabulary/era.ts';
import { FUNCTIONS } from '../vocabulary/functions.ts';
import { probedArch } from './arch.ts';
import { type PlannedProbe, planProbes } from './plan.ts';
import { StockTypes } from './stock-types.ts';
import { folderOf, TRACEPOINTS } from './tracepoints.ts';

/** Lines for dynamic_events, files below /sys/kernel/tracing to set to 1. */
export function linesFor(kinds: readonly string[], era: EraName, catalogue: Catalogue = OWN_CATALOGUE): string[] {
  const events = eventsFor(kinds);
  const probes = stockProbes(era).filter(({ event }) => events.has(event));
  const tracepoints = TRACEPOINTS.filter(({ name }) => events.has(name)).map((one) => `events/${folderOf(one)}/enable`);
  const ofRules = kinds.map((kind) => catalogue.probeLine(kind, era)).filter((line) => line !== undefined);
  return [...probes.map(({ lines }) => lines[0].text), ...tracepoints, ...ofRules];
}

/** The release whose types give the offsets for an era: its own, or the nearest that is included. */
export const stockOf = (era: EraName): string => eraNamed(era)?.stock ?? '6.12';

/** The probe set of a stock kernel of Debian, for x86-64. */
export function stockProbes(era: EraName): readonly PlannedProbe[] {
  const stock = eraNamed(era)?.stock ?? '6.12';
  const known = planned.get(stock);
  if (known !== undefined) return known;
  const arch = probedArch('x86_64');
  if (arch === undefined) return [];
  const { probes } = planProbes(new StockTypes(stock), { arch, styles: ['registers', 'args'] });
  planned.set(stock, probes);
  return probes;
}

const planned = new Map<StockName, readonly PlannedProbe[]>();

/** Names of the events that report any of these kinds. */
export const eventsFor = (kinds: readonly string[]): Set<string> => new Set(kinds.flatMap(eventsOf));

/** Events that report this kind. */
function eventsOf(kind: string): string[] {
  const names = FUNCTIONS.flatMap(({ entry, events, ret }) => [
    entry === kind ? events?.[0] : undefined,
    ret === kind ? events?.[1] : undefined,
  ]);
  return names.filter((name) => name !== undefined);
}
