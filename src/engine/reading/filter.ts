// --since, --until, --pid, --comm, --cpu, --event: selects events of a trace by the first columns of their lines,
// before their arguments are read. A filtered trace proves less, so removed events are counted.

import type { TraceHead } from '../../parsers/formats/head.ts';
import type { TraceLine } from '../../parsers/formats/line.ts';
import { InputError } from '../../util/errors.ts';

/** As given by the user. All given conditions must hold; for a list, one of its values. */
export interface TraceFilter {
  /** first and last time, as printed in the trace: `9.044846`, or a bare number of ticks */
  since?: string;
  until?: string;
  /** thread or process ids */
  pid?: readonly number[];
  comm?: readonly string[];
  cpu?: readonly number[];
  /** event names; `sched:*`, `gup_*` and `pindrift:fault` too */
  event?: readonly string[];
}

const FLAGS = ['since', 'until', 'pid', 'comm', 'cpu', 'event'] as const;

/** The filter as command line flags; empty if there is none. */
export function describeFilter(filter: TraceFilter): string {
  return FLAGS.flatMap((flag) => [filter[flag] ?? []].flat().map((value) => `--${flag} ${value}`)).join(' ');
}

export const isFilter = (filter: TraceFilter | undefined): filter is TraceFilter =>
  filter !== undefined && describeFilter(filter) !== '';

/** A filter, prepared for the lines of one trace. */
export class LineFilter {
  readonly #since: number;
  readonly #until: number;
  readonly #pids: ReadonlySet<number> | undefined;
  readonly #cpus: ReadonlySet<number> | undefined;
  readonly #comms: readonly Uint8Array[] | undefined;
  readonly #events: readonly Pattern[] | undefined;

  constructor(filter: TraceFilter, head: TraceHead) {
    this.#since = filter.since === undefined ? Number.NEGATIVE_INFINITY : timeOf(filter.since, 'since', head);
    this.#until = filter.until === undefined ? Number.POSITIVE_INFINITY : timeOf(filter.until, 'until', head);
    if (this.#since > this.#until) {
      throw new InputError(`--since ${filter.since} is after --until ${filter.until}`, {
        tryThis: 'the earlier time first',
      });
    }
    this.#pids = setOf(filter.pid);
    this.#cpus = setOf(filter.cpu);
    this.#comms = listOf(filter.comm)?.map(bytesOf);
    this.#events = listOf(filter.event)?.map(patternOf);
  }

  /** Whether to use an event. If its line shows no time, task or CPU, that condition is ignored. */
  keeps(line: TraceLine): boolean {
    const { ts, pid, cpu } = line;
    // false for NaN, an event without a time
    if (ts < this.#since || ts > this.#until) return false;
    if (this.#cpus !== undefined && cpu >= 0 && !this.#cpus.has(cpu)) return false;
    if (this.#pids !== undefined && pid >= 0 && !this.#pids.has(pid) && !(line.tgid >= 0 && this.#pids.has(line.tgid)))
      return false;
    if (this.#comms !== undefined && line.commEnd > line.commStart) {
      if (
        !this.#comms.some(
          (comm) => comm.length === line.commEnd - line.commStart && standsAt(comm, line.buf, line.commStart),
        )
      )
        return false;
    }
    return this.#events === undefined || this.#events.some((pattern) => matches(pattern, line));
  }
}

/** `system:name`, each exact or, with a star at its end, a prefix. */
interface Pattern {
  system: Uint8Array | undefined;
  name: Uint8Array;
  exact: boolean;
}

function patternOf(event: string): Pattern {
  const colon = event.indexOf(':');
  const name = event.slice(colon + 1);
  return {
    system: colon < 0 ? undefined : bytesOf(event.slice(0, colon)),
    name: bytesOf(name.replace(/\*$/, '')),
    exact: !name.endsWith('*'),
  };
}

function matches({ system, name, exact }: Pattern, line: TraceLine): boolean {
  const { buf, nameStart, systemStart } = line;
  const length = line.nameEnd - nameStart;
  if (exact ? length !== name.length : length < name.length) return false;
  if (!standsAt(name, buf, nameStart)) return false;
  const systemLength = line.systemEnd - systemStart;
  // if a text shows no systems, the system is ignored
  return (
    system === undefined || systemLength <= 0 || (systemLength === system.length && standsAt(system, buf, systemStart))
  );
}

function standsAt(bytes: Uint8Array, buf: Uint8Array, at: number): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== buf[at + i]) return false;
  return true;
}

/** A time as printed in the trace, in the unit of {@link TraceLine.ts}. */
function timeOf(text: string, flag: string, head: TraceHead): number {
  const { timeUnit, timeBase } = head;
  if (timeUnit === 'none')
    throw new InputError(`--${flag}: this trace has no times`, { tryThis: `the command without --${flag}` });
  const m = (timeUnit === 'ns' ? /^(\d{1,15})(?:\.(\d{1,9}))?$/ : /^(\d{1,19})$/).exec(text.trim());
  if (m === null) {
    const example = timeUnit === 'ns' ? 'seconds, such as 9.044846' : 'a whole number of ticks';
    throw new InputError(`--${flag} ${text}: times in this trace look like ${example}`, {
      tryThis: 'copy a time from the trace, without its colon',
    });
  }
  if (timeUnit === 'ticks') return Number(BigInt(m[1]) - BigInt(timeBase));
  return (Number(m[1]) - timeBase) * 1e9 + Number((m[2] ?? '').padEnd(9, '0'));
}

const listOf = <T>(values: readonly T[] | undefined): readonly T[] | undefined =>
  values === undefined || values.length === 0 ? undefined : values;
const setOf = (values: readonly number[] | undefined): ReadonlySet<number> | undefined =>
  listOf(values) === undefined ? undefined : new Set(values);
// task names are bytes in the kernel; user input is UTF-8
const bytesOf = (s: string): Uint8Array => new TextEncoder().encode(s);
