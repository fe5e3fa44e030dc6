// Why: flags that several commands take mean the same in each.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type { TraceFilter } from '../../engine/filter.ts';
import { describeFormat, reportFormats } from '../../report/index.ts';
import { InputError } from '../../util/errors.ts';

const TRACE_FORMATS = ['ftrace', 'trace-cmd', 'perf-script', 'csv'] as const;
const FAIL_ON = ['error', 'warning', 'note', 'never'] as const;
export type FailOn = (typeof FAIL_ON)[number];

export const tracesArg = Args.string({
  description:
    'a recording (trace.dat, perf.data, a directory of raw pages) or the text of a trace: ftrace, trace-cmd report, perf script or CSV; plain, .gz, .zst or .xz; - is standard input',
  required: true,
  multiple: true,
  // oclif would take a pipe on stdin for the argument itself
  ignoreStdin: true,
});

export const traceFlags = {
  format: Flags.option({ options: TRACE_FORMATS })({
    summary: 'the format of the trace, where it is detected wrongly: ftrace, trace-cmd, perf-script or csv',
    helpValue: 'FORMAT',
  }),
  kernel: Flags.string({
    summary: 'kernel of the trace, when the trace does not show it: 5.10, 6.1.0-18-amd64, ...',
    helpValue: 'RELEASE',
  }),
  kallsyms: Flags.string({
    summary: 'symbols of that boot, for a recording that has none (perf.data)',
    description: 'A copy of /proc/kallsyms, made as root on that machine before it is booted again.',
    helpValue: 'FILE',
  }),
};

export const mergeFlag = {
  merge: Flags.boolean({
    summary: 'the files are one capture, one file a CPU: merge them by time',
    description:
      'Texts of per_cpu/cpu*/trace, read while tracing was off. Where it is plain that they are one capture, they are merged without being asked; --no-merge takes each file alone.',
    allowNo: true,
  }),
};

export const armedFlag = {
  armed: Flags.string({
    summary: 'a copy of dynamic_events: what was armed and is not in the trace did not happen',
    description:
      'Captures made by `pindrift capture` say it themselves. For others: cp /sys/kernel/tracing/dynamic_events armed.txt while it is recorded.',
    helpValue: 'FILE',
  }),
};

/** Which events of a trace are looked at (engine/filter.ts); what is left out lowers what can be said. */
export const filterFlags = {
  since: Flags.string({ summary: 'leave out events before this time, as the trace prints it', helpValue: 'TIME' }),
  until: Flags.string({ summary: 'leave out events after this time', helpValue: 'TIME' }),
  pid: Flags.integer({
    summary: 'only these threads or processes; may be given more than once',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'PID',
  }),
  comm: Flags.string({
    summary: 'only tasks of this name; may be given more than once',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'NAME',
  }),
  cpu: Flags.integer({ summary: 'only these CPUs', multiple: true, multipleNonGreedy: true, helpValue: 'N' }),
  event: Flags.string({
    summary: 'only these events, such as `pindrift:*` or `gup_*`',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'NAME',
  }),
};

/** The filter of the flags; undefined when none is given. */
export function filterOf(flags: TraceFilter): TraceFilter | undefined {
  const { since, until, pid, comm, cpu, event } = flags;
  const filter = { since, until, pid, comm, cpu, event };
  return Object.values(filter).some((value) => value !== undefined) ? filter : undefined;
}

export const workersFlag = Flags.integer({
  summary: 'threads for a large plain file: one replays, the others read; 1 does both',
  min: 1,
  max: 16,
  helpValue: 'N',
});

const formatList = reportFormats.map((format) => `${format} (${describeFormat(format).summary})`).join('; ');

/** @param aliases other names of the flag; `--format` is one where no trace is read */
export function reportFlag(aliases: string[] = []) {
  return Flags.option({ options: reportFormats, multiple: false })({
    aliases,
    summary: `how to report: ${reportFormats.join(', ')}`,
    description: `One of: ${formatList}. Without this flag a file is written in the format its name asks for, the rest is pretty.`,
    helpValue: 'FORMAT',
  });
}

export const reportFlags = {
  json: Flags.boolean({ summary: 'print JSON for scripts: the same as --report json', exclusive: ['report'] }),
  report: reportFlag(),
  output: Flags.string({
    char: 'o',
    summary:
      'write the report to this file instead of standard output; may be given more than once, - is standard output',
    helpValue: 'FILE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'on-undecided': Flags.option({ options: ['error', 'skip'] as const, default: 'error' })({
    summary: 'how JUnit reports a trace that cannot be decided: as an error, or as a skipped test',
    helpValue: 'error|skip',
  }),
  verbose: Flags.boolean({ summary: 'quote the trace line of each step' }),
};

export const screenFlags = {
  color: Flags.boolean({
    summary: 'colours, or none; otherwise NO_COLOR, FORCE_COLOR and the terminal decide',
    allowNo: true,
  }),
  quiet: Flags.boolean({ char: 'q', summary: 'print nothing and show no progress: the exit code is the answer' }),
};

export const baselineFlag = Flags.string({
  summary: 'findings that this file knows do not count; `triage --baseline FILE --update` writes it',
  description:
    'For CI that fails only on what is new. Findings of its known and invalid groups are reported as suppressed, with the comment; one of a fixed group counts again.',
  helpValue: 'FILE.json',
});

export const failOnFlag = Flags.option({ options: FAIL_ON, default: 'warning' })({
  summary:
    'error, warning or note: findings of this severity and above end with exit code 1; never: 0 whatever is found',
  helpValue: 'SEVERITY',
});

export const forceFlag = Flags.boolean({ summary: 'replace the store if it is there already' });

export const saveFlags = {
  save: Flags.string({ summary: 'keep everything in this store too, as `ingest` does', helpValue: 'FILE.db' }),
  force: Flags.boolean({ summary: 'replace the store if it is there already', dependsOn: ['save'] }),
};

/** What `--host-from` says: its first group in a path is the host. */
export function hostPattern(text: string | undefined): RegExp | undefined {
  if (text === undefined) return undefined;
  try {
    return new RegExp(text);
  } catch (error) {
    throw new InputError(`--host-from: ${(error as Error).message}`, { tryThis: "--host-from '/captures/([^/]+)/'" });
  }
}
