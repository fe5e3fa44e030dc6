// What a rule found: plain data, the same shape in memory, in the store and in `--json`.

export type Severity = 'error' | 'warning' | 'note';
/** A worse one has a greater number. */
export const SEVERITY_RANK: Readonly<Record<Severity, number>> = { note: 0, warning: 1, error: 2 };
export type Confidence = 'certain' | 'high' | 'medium' | 'low';
export type Harm = 'lost-dma-write' | 'stale-device-read' | 'leak' | 'corruption';
export type Verdict = 'violated' | 'clean' | 'could-not-be-checked';

/** The pin a finding speaks about. A field the trace did not show is undefined. */
export interface PinInfo {
  /** thread that took the pin */
  pid?: number;
  tgid?: number;
  comm?: string;
  /** mm_struct pointer as hex */
  mm?: string;
  /** user address of the page as hex */
  address?: string;
  /** page frame number as hex */
  pfn?: string;
  /** struct page pointer as hex, for traces that never show vmemmap_base */
  page?: string;
  /** kernel function the caller used: `pin_user_pages_fast` */
  api?: string;
  /** who called it, where the trace says so: `iov_iter_get_pages+0xd4` */
  caller?: string;
  /** FOLL_ names, decoded for the trace's era */
  flags: string[];
  /** when the pin was held, ns since the trace's time base (ticks where the clock has no seconds) */
  time?: number;
}

/** The line of a file from which a line of a merged trace is; the path as the user named it, lines from 1. */
export interface Origin {
  path: string;
  line: number;
}

/** One line of the trace that proves a step. `role` is the step in words of the field. */
export interface Evidence {
  /** pin, grab, unmap, swap-in, fork, wrprotect, zap, copy, i/o end, release, leak ... */
  role: string;
  /** line number in the trace, from 1; of a recording the number of the record */
  line: number;
  /** byte offset of the line in the decompressed text; of a recording a number that finds the record again */
  offset: number;
  /**
   * where the record stands in a recording: at which byte, or at which byte of the packed piece that begins there, and
   * how many bytes it has
   */
  record?: { offset?: number; unpacked?: number; length: number };
  time?: number;
  cpu?: number;
  /** thread id */
  pid?: number;
  /** `comm-pid` */
  task?: string;
  /** kernel function: `try_to_unmap_one` */
  fn?: string;
  /** what happened, one phrase: `PTE -> swap entry of pfn 0x47b3c` */
  what: string;
  /** the line, verbatim; filled in from the source after the replay */
  text: string;
  /** call chain lines that follow the line in the trace, verbatim */
  stack?: string[];
  /** where the trace was merged of several files (`--merge`): `line` counts in the merged text */
  from?: Origin;
}

/** One finding. Arrays keep the order of the trace. */
export interface Finding {
  /** 1-based, in trace order; what `show N` takes */
  n: number;
  rule: string;
  /** other rules that describe the same drift less exactly */
  also: string[];
  severity: Severity;
  confidence: Confidence;
  /** why the confidence is not higher, in words; empty for certain */
  doubts: string[];
  /** the process gave up or changed the mapping it had pinned itself */
  selfInflicted: boolean;
  harm: Harm[];
  pin: PinInfo;
  /** what the address maps now; undefined when not known */
  mapping?: { pfn?: string; page?: string };
  /** what made the page and the mapping part, one phrase */
  cause: string;
  evidence: Evidence[];
  message: string;
  /** why, in one or two sentences */
  why?: string;
  /** `hash ("subject") (in vX.Y)` */
  fixedBy?: string[];
  /** what to try */
  advice?: string;
  /** same for the same drift in another run: no pointers, pids or times in it, and nothing that came after the drift */
  fingerprint: string;
  /** what earlier versions of pindrift call it, for baselines and configs that they wrote; the newest first */
  formerFingerprints?: string[];
  /** index into the report's traces */
  trace: number;
}

/** Every name of a drift: its own, and those that earlier versions of pindrift gave it. */
export const namesOf = ({ fingerprint, formerFingerprints }: Pick<Finding, 'fingerprint' | 'formerFingerprints'>) => [
  fingerprint,
  ...(formerFingerprints ?? []),
];
