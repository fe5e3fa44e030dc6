// The parts of a sample in the order of the kernel, each with something in it, and the attr that asks for them. Sources:
// include/uapi/linux/perf_event.h of 6.12; evsel__parse_sample() of perf 6.1, which reads what is written here.
import { payload, type WrittenEvent } from './events.ts';
import { Out } from './out.ts';

/** Bits of sample_type, in the order in which the parts stand. */
export const PART = {
  identifier: 1 << 16,
  ip: 1 << 0,
  tid: 1 << 1,
  time: 1 << 2,
  addr: 1 << 3,
  id: 1 << 6,
  stream: 1 << 9,
  cpu: 1 << 7,
  period: 1 << 8,
  read: 1 << 4,
  chain: 1 << 5,
  raw: 1 << 10,
  branches: 1 << 11,
  userRegs: 1 << 12,
  userStack: 1 << 13,
  weight: 1 << 14,
  source: 1 << 15,
  transaction: 1 << 17,
  kernelRegs: 1 << 18,
  physical: 1 << 19,
  cgroup: 1 << 21,
  dataPage: 1 << 22,
  codePage: 1 << 23,
  weights: 1 << 24,
  aux: 1 << 20,
} as const;

export type Part = keyof typeof PART;

/** What `perf record -a` asks for with several tracepoints. */
export const USUAL: readonly Part[] = ['identifier', 'tid', 'time', 'cpu', 'raw'];

export interface SampleOptions {
  parts?: readonly Part[];
  /** PERF_FORMAT_*, of the part `read` */
  readFormat?: number;
  /** other records say who, where and when, as samples do */
  idAll?: boolean;
  /** further bits of the flags: exclude_kernel (5), exclude_host (19), write_backward (27) */
  flags?: readonly number[];
  /** bytes of NUL behind the data of the event, before what is behind them; more than the usual */
  slack?: number;
}

/** Registers that are asked for: three of them. */
const REGS = 0b111n;

export const sampleType = ({ parts = USUAL }: SampleOptions): number =>
  parts.reduce((bits, part) => bits + PART[part], 0);

/** The attr of a tracepoint, of so many bytes. */
export function putAttr(out: Out, config: number, bytes: number, options: SampleOptions): Out {
  const { length: from } = out;
  const { parts = USUAL, readFormat = 4 | 16, idAll = true, flags = [] } = options;
  out.u32(2).u32(bytes).u64(config).u64(1).u64(sampleType(options)).u64(readFormat);
  // the flags are bits of bytes: disabled, inherit, ... sample_id_all (18)
  const bit = (n: number) => (out.little ? 1 << (n & 7) : 0x80 >> (n & 7));
  const set = [0, 1, ...(idAll ? [18] : []), ...flags];
  for (let byte = 0; byte < 4; byte++) out.u8(set.filter((n) => n >> 3 === byte).reduce((bits, n) => bits | bit(n), 0));
  out.u32(0);
  // wakeup, kind of a breakpoint, two of its numbers
  out.u32(0).u32(0).u64(0);
  if (bytes > 64) out.u64(0);
  // branches: any, with the hardware's index (17)
  if (bytes > 72) out.u64(parts.includes('branches') ? (1 << 3) | (1 << 17) : 0);
  if (bytes > 80)
    out
      .u64(parts.includes('userRegs') ? REGS : 0)
      .u32(parts.includes('userStack') ? 16 : 0)
      .u32(0);
  if (bytes > 96) out.u64(parts.includes('kernelRegs') ? REGS : 0);
  return out.zeros(from + bytes - out.length);
}

/** One sample, from behind the head of its record. */
export function putSample(out: Out, event: WrittenEvent, id: number, options: SampleOptions): void {
  const { parts = USUAL } = options;
  for (const part of Object.keys(PART) as Part[]) if (parts.includes(part)) putPart[part](out, event, id, options);
}

/** What stands at the end of every other record. */
export function putSampleId(
  out: Out,
  { pid, ts, cpu }: { pid: number; ts: bigint; cpu: number },
  id: number,
  { parts = USUAL, idAll = true }: SampleOptions,
): Out {
  if (!idAll) return out;
  const has = (part: Part) => parts.includes(part);
  if (has('tid')) out.u32(pid).u32(pid);
  if (has('time')) out.u64(ts);
  if (has('id')) out.u64(id);
  if (has('stream')) out.u64(id + 1);
  if (has('cpu')) out.u32(cpu).u32(0);
  if (has('identifier')) out.u64(id);
  return out;
}

const regs = (out: Out): Out => out.u64(2).u64(0x11).u64(0x12).u64(0x13);
const SOMEWHERE = 0xffffffff81000000n;

const putPart: Record<Part, (out: Out, event: WrittenEvent, id: number, options: SampleOptions) => void> = {
  identifier: (out, _, id) => out.u64(id),
  ip: (out) => out.u64(SOMEWHERE),
  tid: (out, { pid }) => out.u32(pid).u32(pid),
  time: (out, { ts }) => out.u64(ts),
  addr: (out) => out.u64(0),
  id: (out, _, id) => out.u64(id),
  stream: (out, _, id) => out.u64(id + 1),
  cpu: (out, { cpu }) => out.u32(cpu).u32(0),
  period: (out) => out.u64(1),
  // a counter that does not move is no sample to perf
  read: (out, { ts }, id, { readFormat = 4 | 16 }) => {
    const has = (bit: number) => (readFormat & bit) !== 0;
    const times = () => {
      if (has(1)) out.u64(1000);
      if (has(2)) out.u64(900);
    };
    const value = (of: number) => {
      out.u64(ts);
      if (has(4)) out.u64(of);
      if (has(16)) out.u64(0);
    };
    if (!has(8)) {
      out.u64(ts);
      times();
      if (has(4)) out.u64(id);
      if (has(16)) out.u64(0);
      return;
    }
    out.u64(2);
    times();
    value(id);
    value(id + 1);
  },
  chain: (out) => out.u64(2).u64(0xffffffffffffff80n).u64(SOMEWHERE),
  raw: (out, event, _, { slack = 0 }) => {
    const data = payload(event, new Out(out.little));
    data.align(8, 4).zeros(slack);
    out.u32(data.length).bytes(data.all);
  },
  // number, index of the hardware, and of each: from, to, flags
  branches: (out) => out.u64(1).u64(0).u64(SOMEWHERE).u64(SOMEWHERE).u64(0),
  userRegs: regs,
  userStack: (out) => out.u64(16).zeros(16).u64(8),
  weight: (out) => out.u64(3),
  source: (out) => out.u64(0x5080021),
  transaction: (out) => out.u64(0),
  kernelRegs: regs,
  physical: (out) => out.u64(0x1234000),
  aux: (out) => out.u64(8).zeros(8),
  cgroup: (out) => out.u64(1),
  dataPage: (out) => out.u64(4096),
  codePage: (out) => out.u64(4096),
  weights: (out) => out.u32(3).u16(2).u16(1),
};
