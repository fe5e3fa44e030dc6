// Why: selects the buffers of a trace.dat to read, converts their times, and evaluates the options about the recording.
import { InputError } from '../../util/errors.ts';
import { armedEvents, isSelection } from '../armed.ts';
import { type Bytes, Damaged } from '../bytes.ts';
import type { Recording } from '../contract.ts';
import type { CpuStat } from '../cpu-stats.ts';
import { Kallsyms } from '../kallsyms.ts';
import { type CpuPages, openStreams } from '../open-streams.ts';
import { PackedPages, PlainPages } from '../pages.ts';
import { isPageSize, readPageLayout, thirtyTwoBits } from '../ring-page.ts';
import { RingRecording } from '../ring-recording.ts';
import { readTasks } from '../tasks.ts';
import { openTraceDat, type TraceDat } from './file.ts';
import { TRACING } from './meta.ts';
import type { BufferInfo } from './options.ts';
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
  const chosen = chooseBuffers(file, bytes);
  if (chosen.length === 0) {
    const text = buffers.some((buffer) => buffer.text);
    throw new InputError(`this trace.dat has no events${file.damage.length > 0 ? ` (${file.damage[0]})` : ''}`, {
      where: path,
      tryThis: text ? 'trace-cmd report FILE > trace.txt' : 'copy the file again from its origin',
    });
  }
  const [first] = chosen;
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
      variant: [`version ${file.version}`, first.name === '' ? '' : `buffer ${first.name}`].filter(Boolean).join(', '),
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
    damage: [...file.damage, ...chosen.flatMap((buffer) => leftOut(file, buffer, bytes))].map(
      (what) => `trace.dat: ${what}`,
    ),
    bytes,
    close: () => bytes.close(),
  });
}

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

function pageLayout({ meta }: TraceDat, buffer: BufferInfo) {
  const layout = readPageLayout(meta.headerPage, meta.little, meta.longSize);
  // v7 has it per buffer (sub-buffers can be larger than a page), v6 in the page header
  if (buffer.pageSize !== undefined && isPageSize(buffer.pageSize)) layout.pageSize = buffer.pageSize;
  else if (layout.pageSize < meta.pageSize && isPageSize(meta.pageSize)) layout.pageSize = meta.pageSize;
  return layout;
}

function pagesOf(file: TraceDat, buffer: BufferInfo, bytes: Bytes): CpuPages[] {
  const { pageSize } = pageLayout(file, buffer);
  return buffer.cpus.filter(isThere(bytes)).map(({ cpu, ...extent }) => ({
    cpu,
    pages:
      file.unpacker === undefined
        ? new PlainPages(bytes, extent, pageSize)
        : new PackedPages(
            bytes,
            { ...extent, limit: behind(buffer, extent.offset) },
            pageSize,
            file.meta.little,
            file.unpacker,
          ),
  }));
}

const isThere =
  (bytes: Bytes) =>
  ({ offset, size }: { offset: number; size: number }): boolean =>
    size > 0 && offset > 0 && offset < bytes.size;

/** Position of the next data after `offset`: those of another CPU, or another section. */
function behind({ cpus, end }: BufferInfo, offset: number): number | undefined {
  const after = cpus.filter((cpu) => cpu.offset > offset).map((cpu) => cpu.offset);
  return after.length > 0 ? Math.min(...after) : end;
}

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

/**
 * All buffers with events of one clock, if no event type is in two of them; otherwise the one with the most types of
 * probes, since an event in two buffers would be read twice.
 */
function chooseBuffers(file: TraceDat, bytes: Bytes): BufferInfo[] {
  const full = file.buffers.filter((buffer) => !buffer.text && pagesOf(file, buffer, bytes).length > 0);
  if (full.length <= 1) return full;
  const ids = full.map((buffer) => idsOf(file, buffer, bytes));
  const all = new Set(ids.flatMap((set) => [...set]));
  const apart = ids.reduce((n, set) => n + set.size, 0) === all.size;
  if (apart && full.every(({ clock, pageSize }) => clock === full[0].clock && pageSize === full[0].pageSize))
    return full;
  const probes = (set: Set<number>) =>
    [...set].filter((id) => file.meta.formats.get(id)?.fields.some((f) => f.name.startsWith('__probe_'))).length;
  const best = ids.reduce((a, set, i) => (probes(set) > probes(ids[a]) ? i : a), 0);
  return [full[best]];
}

/** Number of events examined per CPU. */
const LOOKED_AT = 20_000;

function idsOf(file: TraceDat, buffer: BufferInfo, bytes: Bytes): Set<number> {
  const out = new Set<number>();
  const cpus = pagesOf(file, buffer, bytes);
  const { streams } = openStreams(cpus, pageLayout(file, buffer), { clock: undefined, ns: false, add: 0n });
  for (const stream of streams) {
    for (let i = 0; i < LOOKED_AT && stream.next(); i++) {
      const { view, start, end } = stream.page;
      if (start + 2 <= end) out.add(view.getUint16(start, file.meta.little));
    }
  }
  return out;
}
