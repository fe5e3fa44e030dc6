// A finding: plain data, with the same shape in memory, in the store and in `--json`.

export type Severity = 'error' | 'warning' | 'note';
/** A worse severity has a greater number. */
export const SEVERITY_RANK: Readonly<Record<Severity, number>> = { note: 0, warning: 1, error: 2 };
export type Confidence = 'certain' | 'high' | 'medium' | 'low';
export type Harm = 'lost-dma-write' | 'stale-device-read' | 'leak' | 'corruption';
export type Verdict = 'violated' | 'clean' | 'could-not-be-checked';

/** Who pinned what. A field is undefined if the trace does not show it. */
export interface PinIdentity {
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
  /** struct page pointer as hex, for traces from which vmemmap_base cannot be determined */
  page?: string;
  /** kernel function the caller used: `pin_user_pages_fast` */
  api?: string;
  /** its caller, if the trace shows it: `iov_iter_get_pages+0xd4` */
  caller?: string;
}

/** The pin of a finding. */
export interface PinInfo extends PinIdentity {
  /** FOLL_ names, decoded for the trace's era */
  flags: string[];
  /** time at which the pin was taken, ns since the trace's time base (ticks if the clock has no seconds) */
  time?: number;
}

/** The file and line that a line of a merged trace comes from; the path as given by the user, lines from 1. */
export interface Origin {
  path: string;
  line: number;
}

/** A line of the trace that proves a step; `role` is the kind of step. */
export interface Evidence {
  /** pin, grab, unmap, swap-in, fork, wrprotect, zap, copy, i/o end, release, leak ... */
  role: string;
  /** line number in the trace, from 1; for a recording the number of the record */
  line: number;
  /** byte offset of the line in the decompressed text; for a recording a number that identifies the record */
  offset: number;
  /**
   * place of the record in a recording: the byte in the file, or the byte in the compressed block that begins there;
   * and its length in bytes
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
  /** what happened, as a phrase: `PTE -> swap entry of pfn 0x47b3c` */
  what: string;
  /** the line, verbatim; added from the source after the replay */
  text: string;
  /** call chain lines that follow the line in the trace, verbatim */
  stack?: string[];
  /** if the trace was merged from several files (`--merge`); `line` counts in the merged text */
  from?: Origin;
}

/** One finding. Arrays keep the order of the trace. */
export interface Finding {
  /** 1-based, in trace order; the argument of `show N` */
  n: number;
  rule: string;
  /** other rules that describe the same drift less exactly */
  also: string[];
  severity: Severity;
  confidence: Confidence;
  /** why the confidence is not higher, in words; empty for certain */
  doubts: string[];
  /** the process itself removed or changed the mapping it had pinned */
  selfInflicted: boolean;
  harm: Harm[];
  pin: PinInfo;
  /** the process whose memory it is, if a task of another one pinned it (pin_user_pages_remote()) */
  process?: Pick<PinIdentity, 'pid' | 'tgid' | 'comm'>;
  /** the page the address maps now, and that address, if mremap() has moved the page since; undefined if not known */
  mapping?: { pfn?: string; page?: string; address?: string };
  /** what caused the drift, as a phrase */
  cause: string;
  evidence: Evidence[];
  message: string;
  /** why, in one or two sentences */
  why?: string;
  /** `hash ("subject") (in vX.Y)` */
  fixedBy?: string[];
  /** what to do */
  advice?: string;
  /** the same for the same drift in another run: contains no pointers, pids or times, and no steps after the drift */
  fingerprint: string;
  /**
   * fingerprints of the same finding in earlier versions of pindrift, for baselines and configs written by them; the
   * newest first
   */
  formerFingerprints?: string[];
  /** index into the report's traces */
  trace: number;
}

/** All fingerprints of a finding: its own, and those of earlier versions of pindrift. */
export const namesOf = ({ fingerprint, formerFingerprints }: Pick<Finding, 'fingerprint' | 'formerFingerprints'>) => [
  fingerprint,
  ...(formerFingerprints ?? []),
];
