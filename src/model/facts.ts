// Facts about a recording itself, as opposed to its events.
import type { At } from './at.ts';

/** Events lost, or not recorded, between two places of the trace. */
export interface Gap {
  cpu: number;
  at: At;
  n: number;
}

/** Facts about the recording itself; complete before the `end` transition. */
export interface TraceFacts {
  /** CPUs of the machine, if a header shows it */
  cpus?: number;
  timeUnit: 'ns' | 'ticks' | 'none';
  /** events that the ring buffer overwrote before the first line */
  overwritten: number;
  /** lines that could not be read */
  unread: number;
  /** the filter that removed events, as flags */
  filtered?: string;
  /** why the input ends before it should */
  damage?: string;
  /** why it is not known whether events were lost */
  unsaid?: string;
  /** number of CPUs whose whole buffer is in the trace: those without events were idle */
  recordedCpus?: number;
  /** hits that probes missed, in sentences */
  missed?: readonly string[];
  /** kinds whose probes missed hits */
  missedKinds?: ReadonlySet<number>;
  /** kinds all of whose probes were enabled, with the fields they need, and missed nothing, if the header shows it */
  armed?: ReadonlySet<number>;
  /** kinds for which this kernel has no function, if the header shows it */
  nowhere?: ReadonlySet<number>;
}

/** Signs of missing lines, before any (identities.ts); `first`: where. */
export const nothingTorn = () => ({
  rets: 0,
  calls: 0,
  entries: 0,
  steps: 0,
  exits: 0,
  pages: 0,
  absurd: 0,
  first: undefined as At | undefined,
});
