// Why: a trace.dat may have a top buffer and instances. An event that is on in two of them is in both at each hit, and
// would be read twice. But buffers with other CPUs, other tasks or another time have parts of one recording.
import { type Bytes, latin1 } from '../bytes.ts';
import type { CpuStream } from '../cpu-stream.ts';
import { type CpuPages, openStreams } from '../open-streams.ts';
import type { PageLayout } from '../ring-page.ts';
import type { TraceDat } from './file.ts';
import type { BufferInfo } from './options.ts';
import { pageLayout, pagesOf } from './pages-of.ts';

export interface ChosenBuffers {
  /** those that are read together */
  chosen: BufferInfo[];
  /** those with events that are in none of these, and how many */
  missing: { buffer: BufferInfo; events: number }[];
}

/** Buffers with different hits of one clock; of buffers with the same hits the one with the most types of probes. */
export function chooseBuffers(file: TraceDat, bytes: Bytes): ChosenBuffers {
  const full = file.buffers.filter((buffer) => !buffer.text && pagesOf(file, buffer, bytes).length > 0);
  if (full.length <= 1) return { chosen: full, missing: [] };
  const contents = full.map((buffer) => contentOf(file, buffer, bytes));
  contents.sort((a, b) => b.probes - a.probes);
  const [first] = contents;
  const chosen = [first];
  const missing: ChosenBuffers['missing'] = [];
  for (const one of contents.slice(1)) {
    const isLike = one.buffer.clock === first.buffer.clock && one.buffer.pageSize === first.buffer.pageSize;
    const found = isLike ? chosen.map((other) => compare(file, bytes, one, other)) : [];
    if (isLike && found.every((hits) => isApart(hits))) chosen.push(one);
    else if (found.every(({ own }) => own > 0)) missing.push({ buffer: one.buffer, events: one.events });
  }
  return { chosen: full.filter((buffer) => chosen.some((one) => one.buffer === buffer)), missing };
}

interface Content {
  buffer: BufferInfo;
  events: number;
  /** types of events, and how many of them are probes */
  ids: Set<number>;
  probes: number;
}

const streamsOf = (pages: readonly CpuPages[], layout: PageLayout): CpuStream[] =>
  openStreams(pages, layout, { clock: undefined, ns: false, add: 0n }).streams;

function contentOf(file: TraceDat, buffer: BufferInfo, bytes: Bytes): Content {
  const { little, formats } = file.meta;
  const ids = new Set<number>();
  let events = 0;
  for (const stream of streamsOf(pagesOf(file, buffer, bytes), pageLayout(file, buffer)))
    while (stream.next()) {
      events++;
      const { view, start, end } = stream.page;
      if (start + 2 <= end) ids.add(view.getUint16(start, little));
    }
  const isProbe = (id: number) => formats.get(id)?.fields.some((f) => f.name.startsWith('__probe_')) === true;
  return { buffer, events, ids, probes: [...ids].filter(isProbe).length };
}

/** Hits of one buffer that are also in another, and those that are not. */
interface Hits {
  both: number;
  own: number;
}

/** Chance makes some hits of two buffers look alike. */
const BY_CHANCE = 0.01;

const isApart = ({ both, own }: Hits): boolean => both <= BY_CHANCE * (both + own);

function compare(file: TraceDat, bytes: Bytes, one: Content, other: Content): Hits {
  if (![...one.ids].some((id) => other.ids.has(id))) return { both: 0, own: one.events };
  const mine = pagesOf(file, one.buffer, bytes);
  // together, so that their times have one base
  const streams = streamsOf([...mine, ...pagesOf(file, other.buffer, bytes)], pageLayout(file, one.buffer));
  const isMine = ({ pages }: CpuStream): boolean => mine.some((cpu) => cpu.pages === pages);
  const out = { both: 0, own: 0 };
  for (const stream of streams.filter(isMine))
    compareCpu(
      stream,
      streams.find((each) => each.cpu === stream.cpu && !isMine(each)),
      out,
    );
  return out;
}

/** Each buffer takes the time itself, one after the other; an interrupt may come in between. */
const APART_NS = 1e6;

const dataOf = ({ page: { buf, start, end } }: CpuStream): string => latin1(buf.subarray(start, end));

function compareCpu(one: CpuStream, other: CpuStream | undefined, out: Hits): void {
  /** times of the hits near the current one, by what they contain, and all of them in order */
  const near = new Map<string, number[]>();
  let queue: { data: string; ts: number }[] = [];
  let at = 0;
  let more = other?.next() === true;
  while (one.next()) {
    for (; other !== undefined && more && other.ts <= one.ts + APART_NS; more = other.next()) {
      const hit = { data: dataOf(other), ts: other.ts };
      const same = near.get(hit.data);
      if (same === undefined) near.set(hit.data, [hit.ts]);
      else same.push(hit.ts);
      queue.push(hit);
    }
    for (; at < queue.length && queue[at].ts < one.ts - APART_NS; at++) {
      const { data, ts } = queue[at];
      const times = near.get(data);
      if (times?.[0] === ts) times.shift();
      if (times?.length === 0) near.delete(data);
    }
    if (at > 4096) {
      queue = queue.slice(at);
      at = 0;
    }
    if (near.get(dataOf(one))?.shift() === undefined) out.own++;
    else out.both++;
  }
}
