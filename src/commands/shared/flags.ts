// Why: flags shared by several commands have the same meaning in each.
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type { TraceFilter } from '../../engine/reading/filter.ts';
import { TEXT_FORMATS } from '../../parsers/formats/head.ts';
import { describeFormat, reportFormats } from '../../report/index.ts';
import { InputError } from '../../util/errors.ts';

const FAIL_ON = ['error', 'warning', 'note', 'never'] as const;
export type FailOn = (typeof FAIL_ON)[number];

export const tracesArg = Args.string({
  description:
    'a recording (trace.dat, perf.data, a directory of raw pages) or the text of a trace: ftrace, trace-cmd report, ' +
    'perf script or CSV; plain, .gz, .zst or .xz; - is standard input',
  required: true,
  multiple: true,
  // otherwise oclif would read the argument from a pipe on stdin
  ignoreStdin: true,
});

export const traceFlags = {
  format: Flags.option({ options: TEXT_FORMATS })({
    summary: 'the format of the trace, if it is detected wrongly: ftrace, trace-cmd, perf-script or csv',
    helpValue: 'FORMAT',
  }),
  kernel: Flags.string({
    summary: 'kernel of the trace, if the trace does not show it: 5.10, 6.1.0-18-amd64, ...',
    helpValue: 'RELEASE',
  }),
  kallsyms: Flags.string({
    summary: 'kernel symbols of that boot, for a recording without symbols (perf.data)',
    description: 'A copy of /proc/kallsyms, made as root on that machine before it is rebooted.',
    helpValue: 'FILE',
  }),
};

export const mergeFlag = {
  merge: Flags.boolean({
    summary: 'the files are one capture, one file per CPU: merge them by time',
    description:
      'For per_cpu/cpu*/trace files read while tracing was off. Files that clearly belong to one capture are merged by ' +
      'default; --no-merge takes each file alone.',
    allowNo: true,
  }),
};

export const armedFlag = {
  armed: Flags.string({
    summary: 'a copy of dynamic_events: enabled probes without a hit in the trace count as not having happened',
    description:
      'Captures made by `pindrift capture` contain this information. For others: cp /sys/kernel/tracing/dynamic_events ' +
      'armed.txt while recording.',
    helpValue: 'FILE',
  }),
};

/** Which events of a trace are used (engine/reading/filter.ts); a filter weakens the conclusions. */
export const filterFlags = {
  since: Flags.string({
    summary: 'ignore events before this time, in the time format of the trace',
    helpValue: 'TIME',
  }),
  until: Flags.string({ summary: 'ignore events after this time', helpValue: 'TIME' }),
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

/** The filter given by the flags; undefined if there is none. */
export function filterOf(flags: TraceFilter): TraceFilter | undefined {
  const { since, until, pid, comm, cpu, event } = flags;
  const filter = { since, until, pid, comm, cpu, event };
  return Object.values(filter).some((value) => value !== undefined) ? filter : undefined;
}

export const workersFlag = Flags.integer({
  summary: 'threads for a large plain file: one replays, the others parse; 1 does both',
  min: 1,
  max: 16,
  helpValue: 'N',
});

const formatList = reportFormats.map((format) => `${format} (${describeFormat(format).summary})`).join('; ');

/** @param aliases other names of the flag; `--format` is one for commands that read no trace */
export function reportFlag(aliases: string[] = []) {
  return Flags.option({ options: reportFormats, multiple: false })({
    aliases,
    summary: `report format: ${reportFormats.join(', ')}`,
    description: `One of: ${formatList}. By default a file is written in the format of its extension, other output as pretty.`,
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
    summary: 'use colours, or do not; by default NO_COLOR, FORCE_COLOR and the terminal decide',
    allowNo: true,
  }),
  quiet: Flags.boolean({
    char: 'q',
    summary: 'print nothing and show no progress; only the exit code reports the result',
  }),
};

export const baselineFlag = Flags.string({
  summary: 'ignore the known findings in this file; `triage --baseline FILE --update` writes it',
  description:
    'For CI that fails only on new findings. Findings of known and invalid groups are reported as suppressed, with ' +
    'the comment; findings of fixed groups count again.',
  helpValue: 'FILE.json',
});

export const failOnFlag = Flags.option({ options: FAIL_ON, default: 'warning' })({
  summary: 'error, warning or note: findings of this severity and above give exit code 1; never: always exit code 0',
  helpValue: 'SEVERITY',
});

export const forceFlag = Flags.boolean({ summary: 'overwrite an existing store; any other file is kept' });

export const saveFlags = {
  save: Flags.string({ summary: 'also write everything to this store, as `ingest` does', helpValue: 'FILE.db' }),
  force: Flags.boolean({ summary: 'overwrite an existing store; any other file is kept', dependsOn: ['save'] }),
};

/** The pattern of `--host-from`: its first group, matched against the path, is the host. */
export function hostPattern(text: string | undefined): RegExp | undefined {
  if (text === undefined) return undefined;
  try {
    return new RegExp(text);
  } catch (error) {
    throw new InputError(`--host-from: ${(error as Error).message}`, { tryThis: "--host-from '/captures/([^/]+)/'" });
  }
}
