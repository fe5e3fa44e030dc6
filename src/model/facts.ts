// What is known of a recording itself, beside its events.
import type { At } from './at.ts';

/** Events lost, or not recorded, between two places of the trace. */
export interface Gap {
  cpu: number;
  at: At;
  n: number;
}

/** What is known of the recording itself, beside its events; complete before the `end` transition. */
export interface TraceFacts {
  /** CPUs of the machine, where a header says so */
  cpus?: number;
  timeUnit: 'ns' | 'ticks' | 'none';
  /** events that the ring buffer overwrote before the first line */
  overwritten: number;
  /** lines that could not be read */
  unread: number;
  /** the filter that left events out, as flags */
  filtered?: string;
  /** why the input ends before it should */
  damage?: string;
  /** why nobody can tell whether events were lost */
  unsaid?: string;
  /** CPUs whose whole buffer is in the trace: what is silent there was idle */
  recordedCpus?: number;
  /** what probes could not take, in sentences */
  missed?: readonly string[];
  /** kinds whose probes missed hits */
  missedKinds?: ReadonlySet<number>;
  /** kinds all whose probes were on, with the fields they need, and missed nothing, where the head of the recording says so */
  armed?: ReadonlySet<number>;
  /** kinds that this kernel has no function for, where the head of the recording says so */
  nowhere?: ReadonlySet<number>;
}
