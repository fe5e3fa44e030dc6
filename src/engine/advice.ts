// Why: three sets of events to record. The `needs` of the rules are not sufficient: the model also needs to know which
// task uses which mm, what an address maps and when a pin ends, and omitting those events hides findings. A set is
// therefore derived from what the replay reads, and scripts/honesty.ts measures whether it keeps its promise.
import { eventsFor, linesFor, stockProbes } from '../capture/coverage-lines.ts';
import type { PlannedProbe } from '../capture/plan.ts';
import { folderOf, TRACEPOINTS } from '../capture/tracepoints.ts';
import { REPLAYED } from '../model/replay.ts';
import type { AnyRule } from '../rules/contract.ts';
import { catalogueFor } from '../vocabulary/catalogue.ts';
import type { EraName } from '../vocabulary/era.ts';
import type { KindName } from '../vocabulary/kinds.ts';

export const SET_NAMES = ['minimal', 'recommended', 'full'] as const;
export type SetName = (typeof SET_NAMES)[number];

/** One of the sets on one kernel. */
export interface ProbeSet {
  name: SetName;
  /** lines for dynamic_events, then files below /sys/kernel/tracing to set to 1 */
  lines: string[];
  /** rules whose requirements are all met */
  decides: string[];
  /** number of events of the set in a trace, and whether all of its kinds were seen */
  events?: number;
  eventsPerSecond?: number;
  isWhole?: boolean;
}

/** GUP calls and their grabs: without these nothing else is useful. */
export const NEEDED_FIRST: readonly KindName[] = [
  'gup',
  'gupRet',
  'grab',
  'grabRet',
  'followPte',
  'followPteRet',
  'pinPages',
];

/** Pins from call to release, and everything that maps another page at an address in a fault or a fork. */
const MINIMAL: readonly KindName[] = [
  ...NEEDED_FIRST,
  ...(['putFolio', 'unpin', 'unpinPages', 'unpinRange', 'unpinFolio'] as const),
  ...(['bioSubmit', 'bioAdd', 'bioEnd', 'bioRelease', 'pipeAdd', 'pipeRelease'] as const),
  ...(['newAnon', 'anonRmap', 'anonRmapPmd', 'newHugetlb', 'fault', 'thpFault'] as const),
  ...(['wpFault', 'wpFaultRet', 'wpPmd', 'wpPmdRet', 'wpHugetlb', 'clearFlush', 'wpCopy'] as const),
  ...(['forkVma', 'forkVmaRet', 'zap', 'unmapVmas', 'mmExit'] as const),
  ...(['taskFork', 'taskNew', 'taskExit', 'taskExec'] as const),
];

/** Used by the replay, but too frequent for what they add. */
const COSTLY: ReadonlySet<string> = new Set<KindName>([
  'tlbFlush',
  'notifierStart',
  'notifierEnd',
  'pageAlloc',
  'pageFree',
  'lost',
]);

/** Kinds of a set. With `recommended`, every finding is the same as with the full set. */
export function kindsOf(set: SetName, rules: readonly AnyRule[]): string[] {
  if (set === 'minimal') return [...MINIMAL];
  const { kindNames } = catalogueFor(rules);
  if (set === 'full') return [...kindNames];
  const asked = new Set<string>([
    ...MINIMAL,
    ...rules.flatMap(({ meta }) => (meta.needs as readonly (readonly string[])[]).flat()),
  ]);
  return kindNames.filter((kind, k) => (REPLAYED[k] || asked.has(kind)) && !COSTLY.has(kind));
}

/** Lines of a set for one kernel, in the order in which to define them. */
export function linesOfSet(set: SetName, rules: readonly AnyRule[], era: EraName): string[] {
  const lines = linesFor(kindsOf(set, rules), era, catalogueFor(rules));
  if (set !== 'full') return lines;
  const probes = stockProbes(era).map(({ lines }) => lines[0].text);
  return [...probes, ...lines.filter((line) => line.startsWith('events/'))];
}

/** The three sets for a kernel. @param probes everything that can be probed on it */
export function setsFor(
  rules: readonly AnyRule[],
  era: EraName | undefined,
  probes: readonly PlannedProbe[],
): ProbeSet[] {
  const catalogue = catalogueFor(rules);
  return SET_NAMES.map((name) => {
    const kinds = kindsOf(name, rules);
    const events = eventsFor(kinds);
    const lineOf = (kind: string): string | undefined =>
      era === undefined ? undefined : catalogue.probeLine(kind, era);
    const ofRules = kinds.filter((kind) => lineOf(kind) !== undefined);
    const inSet = probes.filter(({ event }) => name === 'full' || events.has(event));
    const switches = TRACEPOINTS.filter((one) => events.has(one.name));
    const shown = new Set([...inSet.map(({ event }) => event), ...switches.map((one) => one.name)]);
    const can = (kind: string): boolean =>
      ofRules.includes(kind) || [...eventsFor([kind])].some((event) => shown.has(event));
    return {
      name,
      lines: [
        ...inSet.map(({ lines }) => lines[0].text),
        ...switches.map((one) => `events/${folderOf(one)}/enable`),
        ...ofRules.map((kind) => lineOf(kind) ?? ''),
      ],
      decides: rules
        .filter(({ meta }) => (meta.needs as readonly (readonly string[])[]).every((anyOf) => anyOf.some(can)))
        .map(({ meta }) => meta.id),
    };
  });
}
