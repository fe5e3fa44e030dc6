// Why: reads trace.dat, version 6 (consecutive parts) and 7 (sections, found through options), as trace-cmd writes it.
//
//   17 08 44 "tracing" VERSION\0, u8 endian, u8 long size, u32 page size, then
//   v6  header_page.. | formats | kallsyms | printk | cmdlines | u32 cpus | "options  \0".. | "flyrecord\0" {u64 offset, u64 size}..
//   v7  compressor\0 version\0, u64 place of the options; sections: u16 id, u16 flags, u32 name, u64 size
// Sources: trace-cmd 3.3, Documentation/trace-cmd/trace-cmd.dat.v6.5.txt and .v7.5.txt, lib/trace-cmd/trace-input.c.
import { type Bytes, Cursor, Damaged, MemoryBytes } from '../bytes.ts';
import { Kallsyms } from '../kallsyms.ts';
import { behind } from '../magic.ts';
import { isPageSize } from '../ring-page.ts';
import { Unpacker } from '../unpack.ts';
import { type Meta, readCmdlines, readEventFormats, readFtraceFormats, readHeaderInfo, TRACING } from './meta.ts';
import { type BufferInfo, chosenClock, noOptions, Option, type Options, readOption } from './options.ts';
import { recoverBuffer } from './recover.ts';

export interface TraceDat {
  version: number;
  meta: Meta;
  options: Options;
  /** the top buffer first */
  buffers: BufferInfo[];
  /** for compressed per-CPU data; undefined: they are not compressed */
  unpacker: Unpacker | undefined;
  /** the first byte that none of its parts contains; undefined: unknown */
  end: number | undefined;
  /** parts of the tables that could not be read, one sentence each */
  damage: string[];
}

const ID = { options: 0, buffer: 3 } as const;
const PACKED = 1;

/** @throws Damaged if the header cannot be read */
export async function openTraceDat(bytes: Bytes): Promise<TraceDat> {
  const { cursor, meta, version } = readHead(bytes, '7');
  const file: TraceDat = {
    version,
    meta,
    options: noOptions(),
    buffers: [],
    unpacker: undefined,
    end: undefined,
    damage: [],
  };
  if (version >= 7) await new Sections(bytes, cursor, file).read();
  else tolerate(file, 'its tables', () => readV6(bytes, cursor, file));
  const more = file.end === undefined ? undefined : behind(bytes, file.end);
  if (more !== undefined) file.damage.push(more);
  return file;
}

/** The header, which v6, v7 and perf's TRACING_DATA share. */
export function readHead(bytes: Bytes, last: string, from = 0): { cursor: Cursor; meta: Meta; version: number } {
  const head = new Cursor(bytes, true, from);
  if (head.text(10) !== TRACING) throw new Damaged('it has the wrong magic');
  const name = head.string(16);
  const version = Number.parseFloat(name);
  if (!(version <= Number(last)))
    throw new Damaged(`unsupported version ${name.replace(/[^\w.]/g, '?')}; versions up to ${last} are supported`);
  const little = head.u8() === 0;
  const longSize = head.u8();
  const cursor = new Cursor(bytes, little, head.at);
  const pageSize = cursor.u32();
  const meta = { little, longSize, pageSize, headerPage: '', formats: new Map(), kallsyms: undefined, cmdlines: '' };
  return { cursor, meta, version };
}

function tolerate(file: TraceDat, what: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    file.damage.push(`${what}: ${error.message}`);
  }
}

/** The parts up to the task names; perf's TRACING_DATA has them too. */
export function readParts(bytes: Bytes, cursor: Cursor, meta: Meta, cmdlines: boolean): void {
  readHeaderInfo(cursor, meta);
  readFtraceFormats(cursor, meta);
  readEventFormats(cursor, meta);
  const symbols = cursor.u32();
  const at = cursor.at;
  if (symbols > 0) meta.kallsyms = new Kallsyms(() => plain(bytes, at, symbols));
  cursor.skip(symbols);
  cursor.skip(cursor.u32());
  if (cmdlines) readCmdlines(cursor, meta);
}

function plain(bytes: Bytes, at: number, size: number): Uint8Array {
  const out = new Uint8Array(Math.max(0, Math.min(size, bytes.size - at)));
  return out.subarray(0, bytes.readAt(out, at));
}

function readV6(bytes: Bytes, cursor: Cursor, file: TraceDat): void {
  const { meta, options } = file;
  readParts(bytes, cursor, meta, true);
  options.cpus = cursor.u32();
  const buffer: BufferInfo = { name: '', offset: 0, cpus: [], text: false };
  // of a truncated table, the CPUs in it are used
  file.buffers.push(buffer);
  readTable(cursor, file, buffer);
  if (options.clockFollows && !buffer.text) options.clock = chosenClock(cursor.text(cursor.u64(), 4096)) ?? 'local';
  buffer.clock = options.clock;
  for (const instance of options.buffers) {
    if (instance.offset <= 0 || instance.offset >= bytes.size) continue;
    instance.clock = options.clock;
    file.buffers.push(instance);
    tolerate(file, `instance ${instance.name}`, () =>
      readTable(new Cursor(bytes, meta.little, instance.offset), file, instance),
    );
  }
  // the text of a latency tracer has no length
  const cpus = file.buffers.flatMap((each) => each.cpus);
  if (file.damage.length === 0 && !file.buffers.some(({ text }) => text))
    file.end = Math.max(cursor.at, ...cpus.map(({ offset, size }) => offset + size));
}

/** Options, if there are any, followed by the positions of the CPUs' data, or by the text of a latency tracer. */
function readTable(cursor: Cursor, file: TraceDat, buffer: BufferInfo): void {
  const { options, meta } = file;
  let word = cursor.text(10);
  if (word.startsWith('options')) {
    for (let id = cursor.u16(); id !== Option.Done; id = cursor.u16()) {
      const value = cursor.take(cursor.u32(), 1 << 22);
      tolerate(file, `option ${id}`, () => readOption(id, value, meta.little, false, options));
    }
    word = cursor.text(10);
  }
  if (word.startsWith('latency')) {
    buffer.text = true;
    buffer.offset = cursor.at;
    return;
  }
  if (!word.startsWith('flyrecord')) throw new Damaged('neither options nor data follow the task names');
  const cpus = options.cpus ?? 0;
  for (let cpu = 0; cpu < cpus; cpu++) buffer.cpus.push({ cpu, offset: cursor.u64(), size: cursor.u64() });
}

interface Section {
  id: number;
  packed: boolean;
  at: number;
  size: number;
}

/** Version 7. */
class Sections {
  readonly #bytes: Bytes;
  readonly #head: Cursor;
  readonly #file: TraceDat;
  #unpacker: Unpacker | undefined;

  constructor(bytes: Bytes, head: Cursor, file: TraceDat) {
    this.#bytes = bytes;
    this.#head = head;
    this.#file = file;
  }

  async read(): Promise<void> {
    const file = this.#file;
    const head = this.#head;
    const compressor = head.string(32);
    head.string(64);
    const first = head.u64();
    this.#unpacker = await Unpacker.of(compressor);
    if (this.#unpacker === undefined)
      throw new Damaged(`its compression is ${compressor.replace(/[^\w.]/g, '?')}; zlib and zstd are supported`);
    file.unpacker = this.#unpacker;
    const there = this.#scan(head.at);
    this.#options(first, there);
    const { sections } = file.options;
    for (const { id, at } of there) if (!sections.has(id)) sections.set(id, at - HEADER);
    this.#part(Option.HeaderInfo, 'the header of its ring buffer', readHeaderInfo);
    this.#part(Option.FtraceEvents, "formats of the tracers' events", readFtraceFormats);
    this.#part(Option.EventFormats, 'formats of its events', readEventFormats);
    this.#part(Option.Cmdlines, 'task names', readCmdlines);
    this.#kallsyms();
    for (const [id, what] of UNREAD) this.#isThere(id, what);
    this.#buffers(there);
  }

  /** Consecutive sections, up to the first that is not one. */
  #scan(from: number): Section[] {
    const out: Section[] = [];
    let at = from;
    while (at + HEADER <= this.#bytes.size && out.length < 4096) {
      const section = this.#section(at);
      if (section === undefined || !isSection(section)) break;
      out.push(section);
      at = section.at + section.size;
    }
    this.#file.end = at;
    return out;
  }

  #section(at: number): Section | undefined {
    if (!(at > 0 && at + HEADER <= this.#bytes.size)) return undefined;
    const cursor = new Cursor(this.#bytes, this.#file.meta.little, at, at + HEADER);
    const id = cursor.u16();
    const flags = cursor.u16();
    cursor.u32();
    return { id, packed: (flags & PACKED) !== 0, at: at + HEADER, size: cursor.u64() };
  }

  /** Follow the chain of options; if it is broken, use those found by scanning. */
  #options(first: number, there: readonly Section[]): void {
    const seen = new Set<number>();
    let whole = false;
    const read = (at: number): number => {
      const section = this.#section(at);
      if (section === undefined || section.id !== ID.options) throw new Damaged('they are not where they should be');
      seen.add(at);
      return this.#readOptions(this.#body(section));
    };
    tolerate(this.#file, 'its options', () => {
      let at = first;
      while (at !== 0) {
        if (seen.has(at)) throw new Damaged('they lead back to themselves');
        at = read(at);
      }
      whole = true;
    });
    if (whole) return;
    for (const { id, at } of there) {
      if (id === ID.options && !seen.has(at - HEADER))
        tolerate(this.#file, 'its options', () => void read(at - HEADER));
    }
  }

  /** @returns position of the next options; 0: there are none */
  #readOptions(cursor: Cursor): number {
    const { options, meta } = this.#file;
    for (;;) {
      const id = cursor.u16();
      const size = cursor.u32();
      if (id === Option.Done) return size >= 8 ? cursor.u64() : 0;
      const value = cursor.take(size, 1 << 22);
      tolerate(this.#file, `option ${id}`, () => readOption(id, value, meta.little, true, options));
    }
  }

  /** The decompressed contents of a section. */
  #body({ packed, at, size }: Section): Cursor {
    const { little } = this.#file.meta;
    if (!packed) return new Cursor(this.#bytes, little, at, at + size);
    return new Cursor(new MemoryBytes(this.#unpack(at)), little);
  }

  #unpack(at: number): Uint8Array {
    const cursor = new Cursor(this.#bytes, this.#file.meta.little, at);
    const packed = cursor.u32();
    const raw = cursor.u32();
    const body = raw === 0 ? new Uint8Array(0) : this.#unpacker?.unpackLarge(cursor.take(packed, 1 << 26), raw);
    if (body === undefined) throw new Damaged('it cannot be decompressed');
    return body;
  }

  #part(id: number, what: string, read: (cursor: Cursor, meta: Meta) => void): void {
    tolerate(this.#file, what, () => {
      const section = this.#section(this.#file.options.sections.get(id) ?? 0);
      if (section === undefined || section.id !== id) throw new Damaged('they are missing');
      read(this.#body(section), this.#file.meta);
    });
  }

  /** A section that is not read now is where the options say. */
  #isThere(id: number, what: string): void {
    const at = this.#file.options.sections.get(id);
    if (at === undefined) return;
    tolerate(this.#file, what, () => {
      const section = this.#section(at);
      if (section?.id !== id || section.at + section.size > this.#bytes.size) throw new Damaged('they are missing');
    });
  }

  #kallsyms(): void {
    const { meta, options } = this.#file;
    const section = this.#section(options.sections.get(Option.Kallsyms) ?? 0);
    if (section === undefined || section.id !== Option.Kallsyms) return;
    meta.kallsyms = new Kallsyms(() => {
      try {
        return section.packed
          ? this.#unpack(section.at).subarray(4)
          : plain(this.#bytes, section.at + 4, section.size - 4);
      } catch (error) {
        if (error instanceof Damaged) return undefined;
        throw error;
      }
    });
  }

  #buffers(there: readonly Section[]): void {
    const { options, buffers, damage, meta } = this.#file;
    buffers.push(
      ...options.buffers.filter(({ name }) => name === ''),
      ...options.buffers.filter(({ name }) => name !== ''),
    );
    for (const buffer of buffers) {
      const section = this.#section(buffer.offset);
      if (section === undefined || (section.id !== ID.buffer && section.id !== Option.BufferText)) {
        damage.push('the data of a buffer are not where they should be');
        buffer.cpus = [];
      } else if (buffer.text) buffer.offset = section.at;
      else {
        if (!isPageSize(buffer.pageSize ?? 0))
          damage.push(`a buffer cannot have pages of ${buffer.pageSize ?? 0} bytes; the size in its header is used`);
        if (!section.packed) this.#file.unpacker = undefined;
        buffer.end = section.at + section.size;
      }
    }
    if (buffers.length > 0) return;
    // the file is truncated before the option with the positions of the data
    const section = there.find(({ id }) => id === ID.buffer);
    if (section === undefined) return;
    if (!section.packed) this.#file.unpacker = undefined;
    damage.push('the table of its CPUs is missing; their data were located by their content');
    buffers.push(recoverBuffer(this.#bytes, section.at, section.packed, meta));
  }
}

/** Ids of a newer trace-cmd are larger than those known here, but small; options have an end, so they are not empty. */
const isSection = ({ id, size }: Section): boolean => id < 256 && (id !== ID.options || size > 0);

/** Sections that are read when they are needed, or not at all. */
const UNREAD: readonly (readonly [id: number, what: string])[] = [
  [Option.Kallsyms, 'symbols'],
  [Option.Printk, 'formats of trace_printk()'],
];

/** Bytes of a section's header. */
const HEADER = 16;
