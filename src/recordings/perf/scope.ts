// Why: an event opened by perf was enabled, but for which tasks? The command line in the file shows whether every task
// on every CPU was recorded, and whether a filter was used. Source: tools/perf/builtin-record.c of 6.12,
// __record_options[].

import { newRecorded, type Recorded, type TraceHead } from '../../parsers/formats/head.ts';
import { armedEvents } from '../armed.ts';
import { eachOnce, type PerfFile } from './file.ts';
import { Workload } from './workload.ts';

/** Scope of the recording, according to the command line. */
export interface Scope {
  /** all tasks on all CPUs */
  everywhere: boolean;
  /** filters, as on the command line */
  filters: string[];
  /** the program that perf started, of which it records all tasks, or all of all CPUs */
  program?: string;
}

/** What the records of perf say about the whole recording. */
export type RecordingFacts = Partial<Pick<TraceHead, 'variant' | 'kernel' | 'machine' | 'cpus' | 'recorded'>>;

/** Options with an argument, and those that are filters. */
const WITH_WORD = 'cCDeFGjkmoprtu';
const NARROWING = 'CGSptu';
const LONG_WITH_WORD = [
  ...[
    'affinity',
    'aux-sample',
    'branch-filter',
    'call-graph',
    'clockid',
    'control',
    'count',
    'cpu',
    'cgroup',
    'debuginfod',
  ],
  ...[
    'delay',
    'event',
    'filter',
    'freq',
    'mmap-flush',
    'mmap-pages',
    'num-thread-synthesize',
    'output',
    'pid',
    'proc-map-timeout',
  ],
  ...['realtime', 'switch-max-files', 'switch-output-event', 'synth', 'tid', 'uid', 'vmlinux', 'max-size'],
  ...['setup-filter', 'user-regs'],
];
const LONG_NARROWING = [
  ...['all-user', 'cpu', 'cgroup', 'filter', 'overwrite', 'pid', 'setup-filter', 'snapshot', 'tid', 'uid'],
  // the file is one of several
  ...['switch-output', 'switch-output-event', 'switch-max-files'],
];

/** perf takes the beginning of an option for the option, if it is that of no other. */
const isOne = (name: string, options: readonly string[]): boolean =>
  name !== '' && options.some((option) => option === name || (!KNOWN.has(name) && option.startsWith(name)));

/** Options that are the beginning of others, or of which others are. */
const KNOWN = new Set([...LONG_WITH_WORD, ...LONG_NARROWING, 'all-cpus', 'group', 'no-buildid', 'stat', 'data']);

/**
 * @param words of the command line, `perf` first
 * @returns undefined if it is not `perf record`
 */
export function scopeOf(words: readonly string[]): Scope | undefined {
  const from = words.indexOf('record');
  if (from < 0 || from > 4) return undefined;
  const scope: Scope = { everywhere: false, filters: [] };
  let isAll = false;
  let at = from + 1;
  for (; at < words.length; at++) {
    const word = words[at];
    if (word === '--' || !word.startsWith('-') || word === '-') break;
    if (word.startsWith('--')) {
      const name = word.slice(2).replace(/=.*$/, '');
      if (isOne(name, ['all-cpus'])) isAll = true;
      if (isOne(name, LONG_NARROWING)) scope.filters.push(word);
      if (isOne(name, LONG_WITH_WORD) && !word.includes('=')) at++;
      continue;
    }
    for (let i = 1; i < word.length; i++) {
      if (word[i] === 'a') isAll = true;
      if (NARROWING.includes(word[i])) scope.filters.push(`-${word[i]}`);
      // the argument of such an option is the rest of the word, or the next one
      if (WITH_WORD.includes(word[i])) {
        if (i === word.length - 1) at++;
        break;
      }
      // optional levels and kinds, which may follow directly
      if ('zIS'.includes(word[i])) break;
    }
  }
  // without a command and without tasks everything is recorded, as with -a
  const program = words[at] === '--' ? words[at + 1] : words[at];
  if (scope.filters.length === 0) scope.program = program;
  if (!isAll && program !== undefined && scope.filters.length === 0) scope.filters.push('perf record without -a');
  scope.everywhere = scope.filters.length === 0;
  return scope;
}

/** The program that perf started, if all of its records are in a stream. */
export function workloadOf({ command, piped }: PerfFile): Workload | undefined {
  const program = command === undefined || !piped ? undefined : scopeOf(command)?.program;
  return program === undefined ? undefined : new Workload(program);
}

/** Facts in a perf.data about its recording; empty if it contains no command line. */
export function recordedBy(file: PerfFile): { recorded?: Recorded } {
  const scope = file.command === undefined ? undefined : scopeOf(file.command);
  const attrs = eachOnce(file);
  const filters = [...(scope?.filters ?? [])];
  filters.push(...new Set(attrs.flatMap(({ narrow }) => narrow ?? [])));
  if (attrs.some(({ each }) => !each)) filters.push('a sample for so many events, not for each');
  if (scope === undefined && filters.length === 0) return {};
  const formats = attrs.flatMap(({ config }) => file.meta?.formats.get(config) ?? []);
  const isProven = scope?.everywhere === true && filters.length === 0;
  return { recorded: { ...(isProven ? armedEvents(formats) : newRecorded()), filters } };
}
