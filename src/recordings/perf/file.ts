// Why: reads perf.data as `perf record` writes it: a file with a header and tables, a stream (`-o -`) in which
// everything is a record, or a directory (`--threads`) with a file per thread.
//
//   PERFILE2, u64 size of the head, u64 size of an attr, {u64 offset, u64 size} of attrs, data, types; 256 bits of features
//   behind the data, for each feature that is there: {u64 offset, u64 size}
//   stream: PERFILE2, u64 16, records
// Sources: tools/perf/util/header.c, session.c of 6.12; Documentation/perf.data-file-format.txt.
import { type Bytes, Cursor, Damaged } from '../bytes.ts';
import { behind } from '../magic.ts';
import { readHead, readParts } from '../trace-dat/file.ts';
import type { Meta } from '../trace-dat/meta.ts';
import { type Attr, RecordType, readAttr, TRACEPOINT } from './layout.ts';
import { type RecordRange, Records } from './records.ts';

const Feature = {
  TracingData: 1,
  HostName: 3,
  OsRelease: 4,
  Arch: 6,
  NrCpus: 7,
  CommandLine: 11,
  EventDesc: 12,
  DirFormat: 24,
} as const;

export interface PerfFile {
  little: boolean;
  attrs: Attr[];
  meta: Meta | undefined;
  data: RecordRange;
  /** the records were written to a pipe */
  piped: boolean;
  /** the header of a directory (`record --threads`), whose other files contain the events */
  isDirectory: boolean;
  release?: string;
  /** as printed by `uname -m` */
  machine?: string;
  cpus?: number | undefined;
  /** words of perf's command line */
  command?: string[];
  /** names of events by the id of their attr, `pindrift:fault` */
  names: Map<number, string>;
  /** perf's name of the tracepoint with this id, until its format is known */
  said: Map<number, string>;
  damage: string[];
}

export const isPerfData = (head: Uint8Array): boolean => magicOf(head) !== undefined;

/** Whether the numbers are little endian. */
function magicOf(head: Uint8Array): boolean | undefined {
  const magic = String.fromCharCode(...head.subarray(0, 8));
  return magic === 'PERFILE2' ? true : magic === '2ELIFREP' ? false : undefined;
}

/** @throws Damaged if the header cannot be read */
export function openPerfFile(bytes: Bytes): PerfFile {
  const magic = new Uint8Array(8);
  bytes.readAt(magic, 0);
  const little = magicOf(magic) !== false;
  const cursor = new Cursor(bytes, little, 8);
  const headSize = cursor.u64();
  const file: PerfFile = {
    little,
    attrs: [],
    meta: undefined,
    data: { bytes, start: headSize, end: bytes.size },
    piped: headSize === 16,
    isDirectory: false,
    names: new Map(),
    said: new Map(),
    damage: [],
  };
  if (file.piped) readPipeHead(file);
  else readTables(file, cursor);
  return file;
}

function tolerate(file: PerfFile, what: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    file.damage.push(`${what}: ${error.message}`);
  }
}

function readTables(file: PerfFile, cursor: Cursor): void {
  const { little } = file;
  const { bytes } = file.data;
  const attrSize = cursor.u64();
  const attrs = { at: cursor.u64(), size: cursor.u64() };
  const data = { at: cursor.u64(), size: cursor.u64() };
  cursor.skip(16);
  const features = featuresIn(Array.from({ length: 4 }, () => cursor.big()));
  file.isDirectory = features.includes(Feature.DirFormat);
  file.data.start = data.at;
  if (!(data.at >= 0 && data.at <= bytes.size)) throw new Damaged('its data section extends beyond its end');
  if (data.size === 0) file.damage.push('the recording was not finished: perf has not written its tables');
  else file.data.end = Math.min(bytes.size, data.at + data.size);
  if (data.at + data.size > bytes.size)
    file.damage.push('the file is truncated: its tables refer to bytes beyond its end');
  // attrs are directly before the data, or (perf inject) after them
  if (attrs.at < data.at && attrs.at + attrs.size !== data.at)
    file.damage.push('its data section does not follow its attrs');
  if (attrs.size % attrSize !== 0 || attrs.at + attrs.size > bytes.size)
    file.damage.push('the table of its attrs is damaged');
  tolerate(file, 'its attrs', () =>
    readAttrs(file, new Cursor(bytes, little, attrs.at, attrs.at + attrs.size), attrSize),
  );
  if (data.size === 0) return;
  tolerate(file, 'its features', () => {
    const table = new Cursor(bytes, little, data.at + data.size);
    let end = Math.max(data.at + data.size + 16 * features.length, attrs.at + attrs.size);
    for (const feature of features) {
      const at = table.u64();
      const size = table.u64();
      // a feature that could not be written has an entry in the table, but its bit is not set
      const room = at - (data.at + data.size + 16 * features.length);
      if (feature === features[0] && !(room >= 0 && room < 16 * 256 && room % 16 === 0))
        file.damage.push('its features do not follow its data: a part of either is missing');
      tolerate(file, `feature ${feature}`, () => readFeature(file, feature, new Cursor(bytes, little, at, at + size)));
      end = Math.max(end, at + size);
    }
    file.damage.push(...[behind(bytes, end)].filter((words) => words !== undefined));
  });
}

/**
 * Numbers of the set bits. They are stored in words of perf's `long`: a 32-bit big-endian perf swaps the halves. perf
 * detects this by the bit of the host name, which is always set; so does this.
 */
function featuresIn(words: readonly bigint[]): number[] {
  const has = (all: readonly bigint[], bit: number) => ((all[bit >> 6] >> BigInt(bit & 63)) & 1n) === 1n;
  const swapped = words.map((word) => (word >> 32n) | ((word & 0xffffffffn) << 32n));
  const right = !has(words, Feature.HostName) && has(swapped, Feature.HostName) ? swapped : words;
  return Array.from({ length: 256 }, (_, bit) => bit).filter((bit) => has(right, bit));
}

function readAttrs(file: PerfFile, cursor: Cursor, attrSize: number): void {
  const size = attrSize - 16;
  if (!(size >= 64 && size <= 4096)) throw new Damaged('their size is invalid');
  const known = new Set<number>();
  while (cursor.left >= attrSize) {
    const attr = readAttr(cursor, size);
    const ids = new Cursor(file.data.bytes, file.little, cursor.u64());
    const count = cursor.u64() / 8;
    if (!Number.isInteger(count) || count * 8 > ids.left) throw new Damaged('the ids of an event are missing');
    for (let i = 0; i < count; i++) {
      const id = ids.u64();
      // a wrong id would claim the samples of another event
      if (known.has(id)) throw new Damaged('an id belongs to two events');
      known.add(id);
      attr.ids.push(id);
    }
    file.attrs.push(attr);
  }
}

function readFeature(file: PerfFile, feature: number, cursor: Cursor): void {
  switch (feature) {
    case Feature.TracingData:
      readTracingData(file, cursor.at);
      break;
    case Feature.OsRelease:
      file.release = readName(cursor);
      break;
    case Feature.Arch:
      file.machine = readName(cursor);
      break;
    case Feature.NrCpus:
      // that could be there, that are there
      cursor.skip(4);
      file.cpus = cursor.u32() || undefined;
      if (file.cpus === undefined) throw new Damaged('it counts no CPU');
      break;
    case Feature.CommandLine:
      file.command = Array.from({ length: Math.min(cursor.u32(), MOST_WORDS) }, () => readString(cursor));
      break;
    case Feature.EventDesc:
      readEventDesc(file, cursor);
      break;
  }
}

/** u32 length, text and NULs. */
const readString = (cursor: Cursor): string => cursor.text(cursor.u32(), 1 << 16).replace(/\0[\s\S]*$/, '');

/** Of a kernel or a machine, as uname(2) gives it: it has one. */
function readName(cursor: Cursor): string {
  const name = readString(cursor);
  if (name === '') throw new Damaged('it is empty');
  return name;
}

/** Maximum number of words of a command line. */
const MOST_WORDS = 1 << 16;

/** u32 count, u32 size of an attr; each attr, u32 count of ids, u32 length and name, ids. */
function readEventDesc(file: PerfFile, cursor: Cursor): void {
  let count = cursor.u32();
  const size = cursor.u32();
  const said = file.attrs.length;
  if (said > 0 && count !== said) file.damage.push(`it has ${said} attrs but describes ${count} events`);
  for (let i = 0; count > 0; count--, i++) {
    const { type, config, sampleType } = readAttr(cursor, size);
    let ids = cursor.u32();
    const name = readString(cursor);
    const attr = file.attrs[i];
    if (attr !== undefined && (attr.type !== type || attr.config !== config || attr.sampleType !== sampleType))
      file.damage.push(`the attr of ${name} is not the one that describes it`);
    if (type === TRACEPOINT) file.said.set(config, name);
    for (; ids > 0; ids--) file.names.set(cursor.u64(), name);
  }
  checkNames(file);
}

/** Whether perf's name is that of the format: `sched:sched_process_exit`, with or without a modifier such as `:u`. */
function checkNames({ damage, meta, said }: PerfFile): void {
  if (meta === undefined) return;
  for (const [id, what] of said) {
    const name = /^[^:]+:([\w-]+)(?::|$)/.exec(what)?.[1];
    const format = meta.formats.get(Number(id));
    if (name !== undefined && format !== undefined && format.name !== name)
      damage.push(`the format of event ${id} names it ${format.name}, but perf names it ${name}`);
  }
  said.clear();
}

/** The beginning of a trace.dat, up to the task names. */
function readTracingData(file: PerfFile, at: number): void {
  const { bytes } = file.data;
  const { cursor, meta, version } = readHead(bytes, '0.6', at);
  // the readable part is used
  file.meta = meta;
  readParts(bytes, cursor, meta, version >= 0.6);
  checkNames(file);
}

/** In a stream everything is a record; the descriptions of events precede the first event. */
function readPipeHead(file: PerfFile): void {
  const { little, data } = file;
  const records = new Records(data, little);
  while (records.step()) {
    const { type, place, end, at } = records;
    const body = new Cursor(data.bytes, little, place + 8, place + end - at);
    if (type === RecordType.HeaderAttr) {
      tolerate(file, 'an attr', () => {
        const attr = readAttr(body, undefined);
        while (body.left >= 8) attr.ids.push(body.u64());
        file.attrs.push(attr);
      });
    } else if (type === RecordType.TracingData) {
      tolerate(file, 'its formats', () => readTracingData(file, records.next));
      records.skip(outside(records));
    } else if (type === RecordType.Feature) {
      tolerate(file, 'a feature', () => {
        const feature = body.u64();
        if (feature !== Feature.TracingData) readFeature(file, feature, body);
      });
    } else if (type === RecordType.Sample || type === RecordType.Compressed || type === RecordType.Compressed2) break;
    else records.skip(outside(records));
  }
}

/** Number of bytes that belong to a record and follow it. */
export function outside({ type, view, at, end, little }: Records): number {
  if (type === RecordType.TracingData && end - at >= 12) return (view.getUint32(at + 8, little) + 7) & ~7;
  if (type === RecordType.AuxTrace && end - at >= 16) return Number(view.getBigUint64(at + 8, little));
  return 0;
}

/** Attrs of tracepoints; others are not read. */
export const tracepoints = (file: PerfFile): Attr[] => file.attrs.filter(({ type }) => type === TRACEPOINT);

/**
 * One attr for each tracepoint. `-e 'pindrift:*' -e pindrift:fault` opens fault twice, and each hit is a sample of both:
 * the one that leaves least out is read.
 */
export function eachOnce(file: PerfFile): Attr[] {
  const out = new Map<number, Attr>();
  for (const attr of tracepoints(file)) {
    const other = out.get(attr.config);
    if (other === undefined || (isWhole(attr) && !isWhole(other))) out.set(attr.config, attr);
  }
  return [...out.values()];
}

const isWhole = ({ each, narrow }: Attr): boolean => each && narrow === undefined;
