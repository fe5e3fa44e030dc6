// Why: selects the buffers of a trace.dat to read, converts their times, and evaluates the options about the recording.
import { count } from '../../util/count.ts';
import { InputError } from '../../util/errors.ts';
import { armedEvents, isSelection } from '../armed.ts';
import { type Bytes, Damaged } from '../bytes.ts';
import type { Recording } from '../contract.ts';
import type { CpuStat } from '../cpu-stats.ts';
import { Kallsyms } from '../kallsyms.ts';
import { type CpuPages, openStreams } from '../open-streams.ts';
import { thirtyTwoBits } from '../ring-page.ts';
import { RingRecording } from '../ring-recording.ts';
import { readTasks } from '../tasks.ts';
import { chooseBuffers } from './buffers.ts';
import { openTraceDat, type TraceDat } from './file.ts';
import { TRACING } from './meta.ts';
import type { BufferInfo } from './options.ts';
import { behind, isThere, pageLayout, pagesOf } from './pages-of.ts';
import { correction } from './times.ts';

const isTraceDat = (head: Uint8Array): boolean =>
  head.length >= TRACING.length && [...TRACING].every((c, i) => head[i] === c.charCodeAt(0));

/** Open a trace.dat. */
export async function openTraceDatRecording(
  path: string,
  bytes: Bytes,
  head: Uint8Array,
  symbols?: () => Uint8Array,
): Promise<Recording | undefined> {
  if (!isTraceDat(head)) return undefined;
  const file = await open(path, bytes);
  const { meta, options, buffers } = file;
  const { chosen, missing } = chooseBuffers(file, bytes);
  if (chosen.length === 0) {
    const text = buffers.some((buffer) => buffer.text);
    throw new InputError(`this trace.dat has no events${file.damage.length > 0 ? ` (${file.damage[0]})` : ''}`, {
      where: path,
      tryThis: text ? 'trace-cmd report FILE > trace.txt' : 'copy the file again from its origin',
    });
  }
  const [first] = chosen;
  const names = chosen.map(({ name }) => name);
  const layout = pageLayout(file, first);
  if (layout.longSize === 4) throw thirtyTwoBits(path);
  const cpus: CpuPages[] = chosen.flatMap((buffer) => pagesOf(file, buffer, bytes));
  const { streams, ...times } = openStreams(cpus, layout, {
    clock: first.clock,
    ns: options.time.tsc !== undefined,
    add: options.time.add,
    correction: (cpu) => correction(options.time, cpu),
  });
  const others = buffers.filter((buffer) => !chosen.includes(buffer) && buffer.cpus.some(({ size }) => size > 0));
  const notes = others.map(
    (buffer) => `the file also has the buffer ${buffer.name || 'of the top level'}, which was not read`,
  );
  // the contents of an instance that is not read are unknown
  const isWhole = others.length === 0;
  return new RingRecording({
    head: {
      format: 'trace.dat',
      variant: [`version ${file.version}`, namesOf(names)].filter(Boolean).join(', '),
      kernel: /^\S+ \S+ (\d+\.\S+)/.exec(options.uname ?? '')?.[1],
      machine: /^\S+ \S+ \S+ (\w+)$/.exec(options.uname ?? '')?.[1],
      clock: first.clock,
      ...times,
      cpus: options.cpus ?? new Set(cpus.map(({ cpu }) => cpu)).size,
      ...(notes.length > 0 ? { notes } : {}),
    },
    little: meta.little,
    formats: meta.formats,
    kallsyms: symbols === undefined || meta.kallsyms?.empty === false ? meta.kallsyms : new Kallsyms(symbols),
    comms: readTasks(meta.cmdlines),
    tgids: new Map(),
    streams,
    stats: statsOf(file, chosen),
    armed: isWhole && isSelection(meta.formats.values()) ? armedEvents(meta.formats.values()) : undefined,
    damage: [
      ...file.damage,
      ...missing.map(({ buffer, events }) => notRead(buffer, events)),
      ...chosen.flatMap((buffer) => leftOut(file, buffer, bytes)),
      ...pieceOf(file),
    ].map((what) => `trace.dat: ${what}`),
    bytes,
    close: () => bytes.close(),
  });
}

/** `buffer mm`, `buffers mm, pages`, `buffers c1 and that of the top level` */
function namesOf(names: readonly string[]): string {
  const own = names.filter((name) => name !== '');
  if (own.length === 0) return '';
  const all = `buffer${names.length === 1 ? '' : 's'} ${own.join(', ')}`;
  return own.length < names.length ? `${all} and that of the top level` : all;
}

const notRead = ({ name }: BufferInfo, events: number): string =>
  `the buffer ${name || 'of the top level'} with ${count(events, 'event')} has others than the one that was read: check the text of each (trace-cmd report -B NAME)`;

/**
 * What every recording has, and a piece that `trace-cmd split` made of one has not: a piece begins and ends anywhere.
 * Source: trace-cmd 3.3, tracecmd/trace-record.c, add_options(); tracecmd/trace-split.c.
 */
const pieceOf = ({ options: { uname, version, stats } }: TraceDat): string[] =>
  uname === undefined && version === undefined && stats.size === 0
    ? ['nothing in it describes the recording, as in a piece made by trace-cmd split: check the whole recording']
    : [];

async function open(path: string, bytes: Bytes): Promise<TraceDat> {
  try {
    return await openTraceDat(bytes);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    throw new InputError(`this trace.dat cannot be read: ${error.message}`, {
      where: path,
      tryThis: 'copy the file again from its origin',
    });
  }
}

/** The text of the `trace` file, which the trace.dat of a latency tracer contains instead of events. */
export async function latencyText(bytes: Bytes, head: Uint8Array): Promise<Uint8Array | undefined> {
  if (!isTraceDat(head)) return undefined;
  try {
    const { buffers } = await openTraceDat(bytes);
    const text = buffers.find((buffer) => buffer.text);
    if (text === undefined || text.offset >= bytes.size) return undefined;
    // a buffer has some megabytes, and the text is complete
    const out = new Uint8Array(Math.min(bytes.size - text.offset, MOST_TEXT));
    return out.subarray(0, bytes.readAt(out, text.offset));
  } catch (error) {
    if (error instanceof Damaged) return undefined;
    throw error;
  }
}

const MOST_TEXT = 1 << 27;

/**
 * CPUs missing in the table of a buffer, with data in the file or not. The data of CPUs are consecutive, each at the
 * beginning of a page.
 */
function leftOut(file: TraceDat, buffer: BufferInfo, bytes: Bytes): string[] {
  const out = new Set<string>();
  const { pageSize } = pageLayout(file, buffer);
  for (const { offset, size } of buffer.cpus) {
    if (size > 0 && !isThere(bytes)({ offset, size })) out.add('the data of a CPU are beyond its end: it is truncated');
    const next = behind(buffer, offset);
    // the length of compressed pages follows from the number of their blocks
    if (file.unpacker === undefined && size > 0 && next !== undefined && next - (offset + size) >= pageSize)
      out.add('its table of CPUs omits part of their data');
    if (
      buffer.cpus.some((cpu) => cpu.offset > offset && cpu.offset < offset + size && cpu.size > 0) &&
      file.unpacker === undefined
    )
      out.add('its table of CPUs refers to the same data twice');
  }
  return [...out];
}

/** Sums of the counters of all buffers read, by CPU. */
function statsOf({ options }: TraceDat, chosen: readonly BufferInfo[]): CpuStat[] {
  const out = new Map<number, CpuStat>();
  for (const stat of chosen.flatMap(({ name }) => options.stats.get(name) ?? [])) {
    const { cpu, lost, kept } = out.get(stat.cpu) ?? { cpu: stat.cpu, lost: 0, kept: 0 };
    out.set(cpu, { cpu, lost: lost + stat.lost, kept: (kept ?? 0) + (stat.kept ?? 0) });
  }
  return [...out.values()];
}
