// What is known of a trace before its first event is read, and of how it was recorded.

/** The text formats pindrift reads; one parser file each. */
export type TraceFormat = 'ftrace' | 'trace-cmd' | 'perf-script' | 'csv';

/** The binary ones; one folder each in src/recordings/. */
export type RecordingFormat = 'trace.dat' | 'perf.data' | 'trace_pipe_raw';

/** What the beginning of a trace says about the whole of it. */
export interface TraceHead {
  format: TraceFormat | RecordingFormat;
  /** the variant in words, for people: `latency-format`, `no irq-info, tgid`, `raw (-R)`; empty for the default form */
  variant: string;
  /** kernel release where the text names one (latency-format header, perf header `# os release : `) */
  kernel?: string;
  /** architecture where the text names one (perf header `# arch : `), as `uname -m` says it */
  machine?: string;
  /** trace clock where the text shows or proves it (`x86-tsc` is not provable; integers without a point are `ticks`) */
  clock?: string;
  /** `ns`: times are seconds with a fraction, read exactly. `ticks`: bare integers (counter, uptime, x86-tsc). `none`: no times at all */
  timeUnit: 'ns' | 'ticks' | 'none';
  /** number of digits behind the point; 6 (us) or 9 (ns); 0 for ticks. Half a unit is what an order across CPUs rests on */
  timeDigits: number;
  /** whole seconds (or ticks) that every `ts` is relative to */
  timeBase: number;
  /** `# tracer: nop` */
  tracer?: string;
  /** CPUs as the header gives them (`#P:2`, `cpus=2`) */
  cpus?: number;
  /** `# entries-in-buffer/entries-written: A/B`: events overwritten before the first line (B - A); undefined when the header has no such line */
  overwritten?: number;
  /** what the text lacks and how to get it, sentences for people */
  notes?: string[];
  /** events that its header counts in the buffer; fewer lines than these are not all */
  entries?: number;
  /** lines were cut at this column: those that reach it are not whole */
  cutAt?: number;
  /** what a head made by `pindrift capture` says of the recording, or a list of what was armed */
  recorded?: Recorded;
  /** what is wrong with the whole of the text, in a sentence; known at its end, for whoever has only the head */
  damage?: string;
  /** CSV only: what the header row says */
  table?: { delimiter: string; columns: string[] };
}

/** One probe that was armed. */
export interface ArmedProbe {
  event: string;
  /** probed function; undefined where a recording tells of a probe that was never hit */
  symbol: string | undefined;
  isReturn: boolean;
  /** names of the arguments that each of its events carries */
  fields: readonly string[];
  /** while it was recorded; undefined: the kernel does not count */
  hits?: number;
  /** calls that the probe could not take */
  missed?: number;
}

/** What is known of the recording. */
export interface Recorded {
  armed: ArmedProbe[];
  /** names of tracepoints that were on: `sched_process_fork`, `sys_enter_munmap` */
  tracepoints: string[];
  /** events that the kernel has and that were not armed */
  refused: string[];
  /** events of functions that the kernel has not */
  absent: string[];
  /** CPUs whose buffer was read */
  cpus: number;
  /** events that the buffers did not keep, beside those that `overwritten` of the head counts */
  dropped: number;
  filters: string[];
  release?: string;
  /** as `uname -m` says it */
  machine?: string;
  /** bytes of a page, and of a struct page */
  pageBytes?: number;
  structPage?: number;
  clock?: string;
}

export const newRecorded = (): Recorded => ({
  armed: [],
  tracepoints: [],
  refused: [],
  absent: [],
  cpus: 0,
  dropped: 0,
  filters: [],
});
