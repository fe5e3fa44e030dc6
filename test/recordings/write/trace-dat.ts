// trace.dat, version 6 and 7, as trace-cmd writes it. Source: trace-cmd 3.3, Documentation/trace-cmd/trace-cmd.dat.v6.5.txt
// and .v7.5.txt.
import { deflateSync } from 'node:zlib';
import { formatText, type Written, type WrittenEvent } from './events.ts';
import { Out } from './out.ts';
import { headerPage, pagesOf, type RingOptions } from './ring.ts';
import { zstdFrame } from './zstd.ts';

export interface TraceDatOptions extends Partial<RingOptions> {
  version?: 6 | 7;
  compression?: 'none' | 'zlib' | 'zstd';
  clock?: string;
  /** names of instances, and what is in each; without: all in the top buffer */
  instances?: Record<string, readonly WrittenEvent[]>;
  /** in the top buffer; undefined: all */
  top?: readonly WrittenEvent[];
  /** options by their number, before the others */
  options?: [number, Buffer][];
  /** `per_cpu/cpuN/stats` */
  stats?: string[];
  /** a piece that trace-cmd split made: without the options of the recording */
  piece?: true;
  /** systems of other events whose formats are there too */
  systems?: string[];
  /** bytes of a page of the program that recorded; undefined: those of a page of the ring */
  page?: number;
  /** bytes of a `long` of the program that recorded */
  userLong?: number;
}

interface Cpu {
  cpu: number;
  pages: Buffer[];
}

interface Buffers {
  name: string;
  cpus: Cpu[];
}

const OPTION = { stat: 2, buffer: 3, clock: 4, uname: 5, cpus: 8 } as const;
const SECTION = {
  options: 0,
  buffer: 3,
  strings: 15,
  head: 16,
  ftrace: 17,
  events: 18,
  symbols: 19,
  printk: 20,
  tasks: 21,
};
const CHUNK_PAGES = 3;

export function traceDat(written: Written, options: TraceDatOptions = {}): Buffer {
  const ring: RingOptions = { little: true, pageSize: 4096, long: 8, ...options };
  const { version = 7 } = options;
  const buffers = buffersOf(written, options, ring);
  const out = new Out(ring.little)
    .bytes(Buffer.from([0x17, 0x08, 0x44]))
    .text('tracing')
    .string(String(version));
  out
    .u8(ring.little ? 0 : 1)
    .u8(options.userLong ?? 8)
    .u32(options.page ?? ring.pageSize);
  return version === 6 ? v6(out, written, options, ring, buffers) : v7(out, written, options, ring, buffers);
}

function buffersOf(written: Written, { top, instances = {} }: TraceDatOptions, ring: RingOptions): Buffers[] {
  const of = (name: string, events: readonly WrittenEvent[]): Buffers => ({
    name,
    cpus: Array.from({ length: written.cpus }, (_, cpu) => ({
      cpu,
      pages: pagesOf(
        events.filter((event) => event.cpu === cpu),
        cpu === 0 ? ring : { ...ring, lost: new Map() },
      ),
    })),
  });
  return [of('', top ?? written.events), ...Object.entries(instances).map(([name, events]) => of(name, events))];
}

const clocks = (clock: string): Buffer => Buffer.from(`[${clock}] other\0`);

function commonOptions(
  written: Written,
  { options = [], stats, clock = 'local', piece }: TraceDatOptions,
): [number, Buffer][] {
  const cpus = new Out(true).u32(written.cpus).all;
  if (piece)
    return [
      [OPTION.clock, clocks(clock)],
      [OPTION.cpus, cpus],
    ];
  return [
    ...options,
    ...(stats ?? []).map((text): [number, Buffer] => [OPTION.stat, Buffer.from(`${text}\0`)]),
    [OPTION.clock, clocks(clock)],
    [OPTION.uname, Buffer.from(`Linux host ${written.kernel} x86_64\0`)],
    [OPTION.cpus, cpus],
  ];
}

function putHead(out: Out, ring: RingOptions): Out {
  const text = headerPage(ring);
  return out.string('header_page').u64(text.length).text(text).string('header_event').u64(4).text('type');
}

function putFormats(out: Out, { formats }: Written, systems: readonly string[]): Out {
  const names = [...new Set(formats.map(({ system }) => system))];
  out.u32(names.length + systems.length);
  for (const name of names) {
    const of = formats.filter(({ system }) => system === name);
    out.string(name).u32(of.length);
    for (const format of of) {
      const text = formatText(format);
      out.u64(text.length).text(text);
    }
  }
  for (const [i, name] of systems.entries()) {
    const text = formatText({ id: 5000 + i, system: name, name: `${name}_any`, fields: [], printFmt: '""' });
    out.string(name).u32(1).u64(text.length).text(text);
  }
  return out;
}

function v6(out: Out, written: Written, options: TraceDatOptions, ring: RingOptions, buffers: Buffers[]): Buffer {
  putHead(out, ring).u32(0);
  putFormats(out, written, options.systems ?? []);
  out.u32(written.kallsyms.length).text(written.kallsyms).u32(0);
  out.u64(written.cmdlines.length).text(written.cmdlines).u32(written.cpus).text('options  \0');
  const places: number[] = [];
  for (const [id, value] of commonOptions(written, options)) {
    if (id === OPTION.cpus) continue;
    out.u16(id).u32(value.length).bytes(value);
  }
  for (const { name } of buffers.slice(1)) {
    out.u16(OPTION.buffer).u32(9 + name.length);
    places.push(out.length);
    out.u64(0).string(name);
  }
  out.u16(0);
  for (const [i, { cpus }] of buffers.entries()) {
    const at = out.length;
    if (i > 0) out.at(places[i - 1], (o) => o.u64(at));
    out.text('flyrecord\0');
    const table = out.length;
    out.zeros(16 * cpus.length);
    if (i === 0) {
      const clock = clocks(options.clock ?? 'local');
      out.u64(clock.length).bytes(clock);
    }
    for (const [n, { pages }] of cpus.entries()) {
      out.align(ring.pageSize);
      const from = out.length;
      for (const page of pages) out.bytes(page);
      out.at(table + 16 * n, (o) => o.u64(from).u64(pages.length * ring.pageSize));
    }
  }
  return out.all;
}

function v7(out: Out, written: Written, options: TraceDatOptions, ring: RingOptions, buffers: Buffers[]): Buffer {
  const { compression = 'none' } = options;
  const packed = (bytes: Buffer): Buffer => (compression === 'zlib' ? deflateSync(bytes) : zstdFrame(bytes));
  out.string(compression).string(compression === 'none' ? '' : '1.5');
  const first = out.length;
  out.u64(0);
  const section = (id: number, put: (body: Out) => void, plain = false): number => {
    const at = out.length;
    const body = new Out(ring.little);
    put(body);
    const isPacked = compression !== 'none' && !plain;
    const bytes = isPacked ? packed(body.all) : body.all;
    out
      .u16(id)
      .u16(isPacked ? 1 : 0)
      .u32(0)
      .u64(bytes.length + (isPacked ? 8 : 0));
    if (isPacked) out.u32(bytes.length).u32(body.length);
    out.bytes(bytes);
    return at;
  };
  const places: [number, number][] = [
    [SECTION.head, section(SECTION.head, (body) => putHead(body, ring))],
    [SECTION.ftrace, section(SECTION.ftrace, (body) => body.u32(0))],
    [SECTION.events, section(SECTION.events, (body) => putFormats(body, written, options.systems ?? []))],
    [SECTION.symbols, section(SECTION.symbols, (b) => b.u32(written.kallsyms.length).text(written.kallsyms))],
    [SECTION.printk, section(SECTION.printk, (body) => body.u32(0))],
    [SECTION.tasks, section(SECTION.tasks, (body) => body.u64(written.cmdlines.length).text(written.cmdlines))],
  ];
  const tables = buffers.map(({ name, cpus }) => {
    const at = out.length;
    out
      .u16(SECTION.buffer)
      .u16(compression === 'none' ? 0 : 1)
      .u32(0)
      .u64(0);
    const extents = cpus.map(({ cpu, pages }) => {
      out.align(ring.pageSize);
      const from = out.length;
      if (compression === 'none') for (const page of pages) out.bytes(page);
      else {
        out.u32(Math.ceil(pages.length / CHUNK_PAGES));
        for (let i = 0; i < pages.length; i += CHUNK_PAGES) {
          const raw = Buffer.concat(pages.slice(i, i + CHUNK_PAGES));
          const bytes = packed(raw);
          out.u32(bytes.length).u32(raw.length).bytes(bytes);
        }
      }
      return { cpu, offset: from, size: out.length - from };
    });
    const size = out.length - at - 16;
    out.at(at + 8, (o) => o.u64(size));
    return { name, at, extents };
  });
  const strings = section(SECTION.strings, (body) => body.string('names'), true);
  const put = (body: Out, id: number, value: Buffer) => body.u16(id).u32(value.length).bytes(value);
  const number = (n: number) => new Out(ring.little).u64(n).all;
  // two sections of options, of which one leads to the other
  const second = section(SECTION.options, (body) => {
    for (const [id, at] of [...places, [SECTION.strings, strings] as const]) put(body, id, number(at));
    for (const { name, at, extents } of tables) {
      const value = new Out(ring.little)
        .u64(at)
        .string(name)
        .string(options.clock ?? 'local')
        .u32(ring.pageSize);
      value.u32(extents.length);
      for (const { cpu, offset, size } of extents) value.u32(cpu).u64(offset).u64(size);
      put(body, OPTION.buffer, value.all);
    }
    put(body, 0, number(0));
  });
  const start = section(SECTION.options, (body) => {
    for (const [id, value] of commonOptions(written, options)) {
      put(body, id, id === OPTION.cpus ? new Out(ring.little).u32(written.cpus).all : value);
    }
    put(body, 0, number(second));
  });
  out.at(first, (o) => o.u64(start));
  return out.all;
}
