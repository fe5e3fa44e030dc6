// Facts about a trace known before its first event is read, and about its recording.

/** The text formats pindrift reads; one parser file each. */
export const TEXT_FORMATS = ['ftrace', 'trace-cmd', 'perf-script', 'csv'] as const;
export type TraceFormat = (typeof TEXT_FORMATS)[number];

/** The binary formats; one directory each in src/recordings/. */
export type RecordingFormat = 'trace.dat' | 'perf.data' | 'trace_pipe_raw';

export const isTextFormat = (format: string): format is TraceFormat =>
  (TEXT_FORMATS as readonly string[]).includes(format);

/** Words of {@link TraceHead.variant} for a recording whose events are in several files, and whether they are there. */
export const ofFiles = (files: number): string => `${files} files`;
export const isOfFiles = (variant: string): boolean => /(?:^|, )\d+ files$/.test(variant);

/** {@link TraceHead.variant} of what perf wrote to a pipe, as records, or followed as text. */
export const OF_PIPE = 'pipe';

/**
 * What perf script prints behind the arguments of an event (perf-columns.ts), in the order in which they are tried: what
 * describes a data source ends like a size.
 */
export const TRAILING_COLUMNS = ['instruction', 'data source', 'number', 'size', 'cgroup'] as const;
export type TrailingColumn = (typeof TRAILING_COLUMNS)[number];

/** Facts about the whole trace from its beginning. */
export interface TraceHead {
  format: TraceFormat | RecordingFormat;
  /** the variant in words, for people: `latency-format`, `no irq-info, tgid`, `raw (-R)`; empty for the default form */
  variant: string;
  /** kernel release, if the text shows it (latency-format header, perf header `# os release : `) */
  kernel?: string;
  /** architecture, if the text shows it (perf header `# arch : `), as printed by `uname -m` */
  machine?: string;
  /** trace clock, if the text shows or proves it (`x86-tsc` cannot be proved; integers without a point are `ticks`) */
  clock?: string;
  /**
   * `ns`: times are seconds with a fraction, parsed exactly. `ticks`: bare integers (counter, uptime, x86-tsc). `none`:
   * no times at all
   */
  timeUnit: 'ns' | 'ticks' | 'none';
  /**
   * number of digits after the point; 6 (us) or 9 (ns); 0 for ticks. Events of two CPUs closer than half a unit cannot
   * be ordered
   */
  timeDigits: number;
  /** whole seconds (or ticks) subtracted from every `ts` */
  timeBase: number;
  /** `# tracer: nop` */
  tracer?: string;
  /** CPUs according to the header (`#P:2`, `cpus=2`) */
  cpus?: number;
  /**
   * `# entries-in-buffer/entries-written: A/B`: events overwritten before the first line (B - A); undefined if the
   * header has no such line
   */
  overwritten?: number;
  /** what the text lacks and how to get it, in sentences */
  notes?: string[];
  /** number of events in the buffer according to the header; if there are fewer, some are missing */
  entries?: number;
  /** lines were cut at this column: those that reach it are incomplete */
  cutAt?: number;
  /** columns are missing on the left: a task's name that begins at the edge is incomplete */
  cutLeft?: true;
  /** all its events begin with blanks, as printed with a task's name in 16 columns: 15 characters at most */
  padded?: true;
  /** the widths of the columns before its events (column-form.ts); undefined: they have none, or several */
  columns?: number;
  /** columns behind the arguments of every event, the last one first */
  trailing?: readonly TrailingColumn[];
  /** what the header of a `pindrift capture` says about the recording, or a list of the enabled probes */
  recorded?: Recorded;
  /** what is wrong with the text as a whole, in a sentence; known at its end */
  damage?: string;
  /**
   * CSV only: the header row. `isRounded`: many rows have the same time, as a spreadsheet leaves it, and may have been sorted
   * by it
   */
  table?: { delimiter: string; columns: string[]; isRounded?: true };
}

/** One probe that was enabled. */
export interface ArmedProbe {
  event: string;
  /** probed function; undefined if a recording mentions a probe that was never hit */
  symbol: string | undefined;
  isReturn: boolean;
  /** names of the arguments in each of its events */
  fields: readonly string[];
  /** hits during the recording; undefined: not counted by the kernel */
  hits?: number;
  /** hits that the probe missed */
  missed?: number;
}

/** Facts about the recording. */
export interface Recorded {
  armed: ArmedProbe[];
  /** names of enabled tracepoints: `sched_process_fork`, `sys_enter_munmap` */
  tracepoints: string[];
  /** events that exist in the kernel but were not enabled */
  refused: string[];
  /** events of functions that do not exist in the kernel */
  absent: string[];
  /** CPUs whose buffer was read */
  cpus: number;
  /** events that were in the buffers of these CPUs when the text was written */
  entries: number;
  /** events dropped from the buffers, in addition to those counted in `overwritten` of the head */
  dropped: number;
  filters: string[];
  release?: string;
  /** as printed by `uname -m` */
  machine?: string;
  /** bytes per page, and per struct page */
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
  entries: 0,
  dropped: 0,
  filters: [],
});
