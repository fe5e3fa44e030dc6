// Why: a trace.dat v7 has the positions of its CPUs' data at the end. A truncated file lacks them but still contains
// data: the length of compressed data is known, and plain pages of another CPU begin where the time goes back.
import { type Bytes, viewOf } from '../bytes.ts';
import { readPageLayout } from '../ring-page.ts';
import type { Meta } from './meta.ts';
import type { BufferInfo } from './options.ts';

const aligned = (at: number, pageSize: number): number => Math.ceil(at / pageSize) * pageSize;

/** @param from position after the header of the buffer's section */
export function recoverBuffer(bytes: Bytes, from: number, packed: boolean, meta: Meta): BufferInfo {
  const pageSize = meta.pageSize >= 256 && meta.pageSize <= 1 << 20 ? meta.pageSize : 4096;
  const cpus = packed ? packedCpus(bytes, from, pageSize, meta.little) : plainCpus(bytes, from, pageSize, meta);
  return { name: '', offset: from - 16, pageSize, cpus, text: false };
}

type Cpus = BufferInfo['cpus'];

/** Maximum number of CPUs of a kernel. */
const MOST_CPUS = 8192;

function packedCpus(bytes: Bytes, from: number, pageSize: number, little: boolean): Cpus {
  const out: Cpus = [];
  const head = new Uint8Array(4);
  const view = viewOf(head);
  const word = (at: number) => (bytes.readAt(head, at) === 4 ? view.getUint32(0, little) : undefined);
  let at = aligned(from, pageSize);
  while (out.length < MOST_CPUS) {
    const pieces = word(at);
    if (pieces === undefined || pieces > 1 << 24) break;
    let end = at + 4;
    for (let i = 0; i < pieces && end < bytes.size; i++) {
      const size = word(end);
      if (size === undefined) break;
      end += 8 + size;
    }
    out.push({ cpu: out.length, offset: at, size: Math.min(end, bytes.size) - at });
    if (pieces > 0 && end >= bytes.size) break;
    at = aligned(Math.max(end, at + 1), pageSize);
  }
  return out;
}

function plainCpus(bytes: Bytes, from: number, pageSize: number, meta: Meta): Cpus {
  const { commitOffset } = readPageLayout(meta.headerPage, meta.little, meta.longSize);
  const out: Cpus = [];
  const head = new Uint8Array(commitOffset);
  const view = viewOf(head);
  let last = 0n;
  for (let at = aligned(from, pageSize); at + commitOffset <= bytes.size; at += pageSize) {
    if (bytes.readAt(head, at) < commitOffset) break;
    const time = view.getBigUint64(0, meta.little);
    const cpu = out.at(-1);
    if (cpu === undefined || time < last) out.push({ cpu: out.length, offset: at, size: pageSize });
    else cpu.size += pageSize;
    last = time;
    if (out.length > MOST_CPUS) break;
  }
  const end = out.at(-1);
  if (end !== undefined) end.size = Math.min(end.size, bytes.size - end.offset);
  return out;
}
