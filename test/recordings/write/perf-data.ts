// perf.data as `perf record -a` writes it: a file, a stream, packed, or a directory of threads. Sources: tools/perf/
// util/header.c, session.c, Documentation/perf.data-file-format.txt of 6.12; include/uapi/linux/perf_event.h.
import { formatText, type Written, type WrittenEvent, type WrittenFormat } from './events.ts';
import { Out } from './out.ts';
import { putAttr, putSample, putSampleId, type SampleOptions } from './perf-sample.ts';
import { headerPage } from './ring.ts';
import { blocks, frameStart } from './zstd.ts';

export interface PerfDataOptions {
  little?: boolean;
  pipe?: boolean;
  /** records are packed into such pieces, COMPRESSED (81) or COMPRESSED2 (83) */
  packed?: 81 | 83;
  /** bytes of an attr */
  attrSize?: number;
  /** records of LOST before the event of this number: how many */
  lost?: ReadonlyMap<number, number>;
  /** LOST_SAMPLES at the end */
  lostSamples?: number;
  /** words of the command line; none: perf had no such feature */
  command?: readonly string[];
  /** perf started this program; `ends`: the stream shows its exit */
  program?: { comm: string; ends: boolean };
  /** events of one kind between two rounds */
  round?: number;
  /** these go to files of their own beside it (`--threads`) */
  threads?: readonly (readonly WrittenEvent[])[];
  /** what is in the samples of each event; one for all: the usual */
  samples?: SampleOptions | readonly SampleOptions[];
  /** perf itself is of 32 bits */
  narrow?: boolean;
  /** events that are named to perf twice, and opened twice */
  twice?: (format: WrittenFormat) => boolean;
}

const TYPE = {
  lost: 2,
  comm: 3,
  exit: 4,
  fork: 7,
  sample: 9,
  lostSamples: 13,
  attr: 64,
  tracing: 66,
  round: 68,
  feature: 80,
};
/** perf takes a file of the other byte order that has no host name for one without features. */
const FEATURE = { tracing: 1, host: 3, release: 4, cpus: 7, command: 11, events: 12, directory: 24, packed: 27 };
/** what perf unpacks at once */
const UNPACKED_MOST = 1 << 20;

export function perfData(written: Written, options: PerfDataOptions = {}): Buffer {
  const { little = true, pipe = false } = options;
  const out = new Out(little);
  const magic = Buffer.from('PERFILE2');
  out.bytes(little ? magic : magic.reverse()).u64(pipe ? 16 : 104);
  return pipe ? stream(out, written, options) : file(out, written, options);
}

/** `data.0`, `data.1` and so on of a directory. */
export const threadFiles = (written: Written, options: PerfDataOptions): Buffer[] =>
  (options.threads ?? []).map((events) => recordsOf(written, { ...options, lostSamples: 0 }, events));

const idOf = (format: { id: number }): number => 70_000 + format.id;

/** What perf opens, with the id that its samples have. */
const opened = ({ formats }: Written, { twice }: PerfDataOptions): { format: WrittenFormat; id: number }[] => [
  ...formats.map((format) => ({ format, id: idOf(format) })),
  ...formats.filter((format) => twice?.(format)).map((format) => ({ format, id: 10_000 + idOf(format) })),
];

/** What the samples of an event are made of: events take turns. */
function sampleOf({ id }: { id: number }, { samples = {} }: PerfDataOptions): SampleOptions {
  if (!Array.isArray(samples)) return samples as SampleOptions;
  return samples[id % samples.length] as SampleOptions;
}

const attr = (out: Out, format: WrittenFormat, options: PerfDataOptions): Out =>
  putAttr(out, format.id, options.attrSize ?? 128, sampleOf(format, options));

function record(out: Out, type: number, put: (body: Out) => void): void {
  const { length: at } = out;
  out.u32(type).u16(0).u16(0);
  put(out);
  const size = out.length - at;
  out.at(at + 6, (o) => o.u16(size));
}

type Tail = (body: Out, at: { pid: number; ts: bigint; cpu: number }, format?: WrittenFormat) => void;

/** Of the program that perf started. */
const PROGRAM = 4000;
const COMM_EXEC = 1 << 13;

function comm(out: Out, pid: number, name: string, ts: bigint, tail: Tail): void {
  record(out, TYPE.comm, (body) => {
    if (pid === PROGRAM) body.at(body.length - 4, (o) => o.u16(COMM_EXEC));
    const from = body.length;
    body.u32(pid).u32(pid).string(name);
    body.align(8, from);
    tail(body, { pid, ts, cpu: 0 });
  });
}

/** All records: names first, then rounds of each CPU's events. */
function recordsOf(written: Written, options: PerfDataOptions, events: readonly WrittenEvent[]): Buffer {
  const { little = true, lost, lostSamples = 0, round = 64 } = options;
  const out = new Out(little);
  // what perf makes up has no id, and is laid out as the first event has it
  const tail: Tail = (body, at, format) =>
    putSampleId(body, at, format === undefined ? 0 : idOf(format), sampleOf(format ?? written.formats[0], options));
  // a thread that is there before has no time; a child takes the name of its parent
  const [first, ...more] = [...new Map(written.events.map((event) => [event.pid, event.comm]))].filter(
    ([pid]) => pid > 0,
  );
  comm(out, first[0], first[1], 0n, tail);
  for (const [pid, name] of more) {
    if (name === first[1]) {
      record(out, TYPE.fork, (body) => {
        body.u32(pid).u32(first[0]).u32(pid).u32(first[0]).u64(0);
        tail(body, { pid, ts: 0n, cpu: 0 });
      });
    } else comm(out, pid, name, 0n, tail);
  }
  const exit = (pid: number, tid: number, { ts, cpu }: { ts: bigint; cpu: number }) =>
    record(out, TYPE.exit, (body) => {
      body.u32(pid).u32(1).u32(tid).u32(1).u64(ts);
      tail(body, { pid: tid, ts, cpu });
    });
  const { program } = options;
  if (program !== undefined) comm(out, PROGRAM, program.comm, events[0]?.ts ?? 0n, tail);
  const ids = opened(written, options);
  const sample = (event: WrittenEvent) => {
    for (const { id } of ids.filter(({ format }) => format === event.format))
      record(out, TYPE.sample, (body) => putSample(body, event, id, sampleOf(event.format, options)));
  };
  for (let at = 0; at < events.length; at += round) {
    const part = events.slice(at, at + round);
    for (let cpu = 0; cpu < written.cpus; cpu++) {
      for (const event of part) {
        if (event.cpu !== cpu) continue;
        const n = lost?.get(written.events.indexOf(event)) ?? 0;
        if (n > 0) {
          record(out, TYPE.lost, (body) => {
            body.u64(idOf(event.format)).u64(n);
            tail(body, event, event.format);
          });
        }
        sample(event);
      }
    }
    record(out, TYPE.round, () => {});
  }
  const last = events.at(-1);
  if (last !== undefined) {
    exit(last.pid, last.pid, last);
    // a thread of the program, and the program
    if (program !== undefined) exit(PROGRAM, PROGRAM + 1, last);
    if (program?.ends) exit(PROGRAM, PROGRAM, last);
  }
  if (lostSamples > 0) {
    record(out, TYPE.lostSamples, (body) => tail(body.u64(lostSamples), { pid: 0, ts: 0n, cpu: 0 }));
  }
  record(out, TYPE.round, () => {});
  return out.all;
}

/** One stream of zstd, cut anywhere. */
function packedRecords(records: Buffer, type: 81 | 83, little: boolean): Buffer {
  const out = new Out(little);
  let start = true;
  for (let at = 0; at < records.length; at += 1000) {
    const piece = Buffer.concat([start ? frameStart() : Buffer.alloc(0), ...blocks(records.subarray(at, at + 1000))]);
    start = false;
    record(out, type, (body) => {
      if (type === 83)
        body
          .u64(piece.length)
          .bytes(piece)
          .align(8, body.length - piece.length);
      else body.bytes(piece);
    });
  }
  return out.all;
}

/** The head of a trace.dat up to the task names. */
function tracingData(out: Out, written: Written): void {
  out
    .bytes(Buffer.from([0x17, 0x08, 0x44]))
    .text('tracing')
    .string('0.6')
    .u8(out.little ? 0 : 1)
    .u8(8)
    .u32(4096);
  const text = headerPage({ little: out.little, pageSize: 4096, long: 8 });
  out.string('header_page').u64(text.length).text(text).string('header_event').u64(4).text('type').u32(0);
  const systems = [...new Set(written.formats.map(({ system }) => system))];
  out.u32(systems.length);
  for (const name of systems) {
    const of = written.formats.filter(({ system }) => system === name);
    out.string(name).u32(of.length);
    for (const format of of) {
      const body = formatText(format);
      out.u64(body.length).text(body);
    }
  }
  out.u32(written.kallsyms.length).text(written.kallsyms).u32(0);
  out.u64(written.cmdlines.length).text(written.cmdlines);
}

/** u32 length, text and NULs up to a multiple of 64. */
function padded(out: Out, text: string): Out {
  const length = Math.ceil((text.length + 1) / 64) * 64;
  return out
    .u32(length)
    .text(text)
    .zeros(length - text.length);
}

function feature(out: Out, id: number, written: Written, options: PerfDataOptions): void {
  const { command = ['perf', 'record', '-a'] } = options;
  switch (id) {
    case FEATURE.tracing:
      tracingData(out, written);
      break;
    case FEATURE.host:
      padded(out, 'host');
      break;
    case FEATURE.directory:
      out.u64(1);
      break;
    case FEATURE.packed:
      // version, zstd, level, ratio
      out.u32(1).u32(1).u32(1).u32(1).u32(UNPACKED_MOST);
      break;
    case FEATURE.release:
      padded(out, written.kernel);
      break;
    case FEATURE.cpus:
      out.u32(written.cpus).u32(written.cpus);
      break;
    case FEATURE.command:
      out.u32(command.length);
      for (const word of command) padded(out, word);
      break;
    default:
      out.u32(opened(written, options).length).u32(options.attrSize ?? 128);
      for (const { format, id } of opened(written, options)) {
        attr(out, format, options).u32(1);
        padded(out, `${format.system}:${format.name}`).u64(id);
      }
  }
}

const featuresOf = ({ command, packed, threads }: PerfDataOptions): number[] =>
  Object.values(FEATURE).filter(
    (id) =>
      (id !== FEATURE.command || command === undefined || command.length > 0) &&
      (id !== FEATURE.packed || packed !== undefined) &&
      (id !== FEATURE.directory || threads !== undefined),
  );

function data(written: Written, options: PerfDataOptions): Buffer {
  const { little = true, packed, threads } = options;
  const apart = new Set(threads?.flat());
  const records = recordsOf(
    written,
    options,
    written.events.filter((event) => !apart.has(event)),
  );
  return packed === undefined ? records : packedRecords(records, packed, little);
}

function file(out: Out, written: Written, options: PerfDataOptions): Buffer {
  const { attrSize = 128 } = options;
  const features = featuresOf(options);
  const formats = opened(written, options);
  const idsAt = 104;
  const attrsAt = idsAt + 8 * formats.length;
  const dataAt = attrsAt + (attrSize + 16) * formats.length;
  const records = data(written, options);
  out
    .u64(attrSize + 16)
    .u64(attrsAt)
    .u64((attrSize + 16) * formats.length)
    .u64(dataAt)
    .u64(records.length)
    .u64(0)
    .u64(0);
  const bits = features.reduce((all, id) => all | (1n << BigInt(id)), 0n);
  // words of perf's own long
  if (options.narrow) out.u32(Number(bits)).u32(0);
  else out.u64(bits);
  out.u64(0).u64(0).u64(0);
  for (const { id } of formats) out.u64(id);
  for (const [i, { format }] of formats.entries())
    attr(out, format, options)
      .u64(idsAt + 8 * i)
      .u64(8);
  out.bytes(records);
  const table = out.length;
  out.zeros(16 * features.length);
  for (const [i, id] of features.entries()) {
    const at = out.length;
    feature(out, id, written, options);
    const size = out.length - at;
    out.at(table + 16 * i, (o) => o.u64(at).u64(size));
  }
  return out.all;
}

function stream(out: Out, written: Written, options: PerfDataOptions): Buffer {
  for (const { format, id } of opened(written, options)) {
    record(out, TYPE.attr, (body) => attr(body, format, options).u64(id));
  }
  for (const id of featuresOf(options)) {
    if (id === FEATURE.tracing) continue;
    if (id === FEATURE.events) continue; // longer than a record can be
    record(out, TYPE.feature, (body) => {
      body.u64(id);
      feature(body, id, written, options);
    });
  }
  const blob = new Out(out.little);
  tracingData(blob, written);
  blob.align(8);
  record(out, TYPE.tracing, (body) => body.u32(blob.length).u32(0));
  out.bytes(blob.all);
  return out.bytes(data(written, options)).all;
}
