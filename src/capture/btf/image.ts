// Why: BTF may be raw (/sys/kernel/btf/vmlinux), in a section of a vmlinux or a module, or in a boot image: a bzImage
// of x86 (Documentation/arch/x86/boot.rst), a self-extracting EFI image (linux/pe.h, "zimg"), or a plain Image that has
// to be searched.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { archOfElf } from '../../vocabulary/kernel/arch/index.ts';
import { Btf } from './btf.ts';
import { BtfError } from './error.ts';
import { MOST_UNPACKED, packedAt, packing, unpack, unpackStart } from './unpack.ts';

/** Size of a vmlinux with DWARF; larger files are rejected. */
const MOST_READ = 2 ** 31;
const MOST_BTF = 64 << 20;

/** Content of a file. */
export interface BtfImage {
  bytes: Uint8Array;
  /** description of the source: `.BTF` of a decompressed vmlinux, ... */
  from: string;
  /** machine of the ELF file or image, if it shows one: `x86_64` */
  machine?: string;
  /** `Linux version 6.12.107+deb13-amd64 (...)` of an image */
  release?: string;
}

/** @throws BtfError, and errors of fs */
export function readImage(path: string): BtfImage {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    if (size > MOST_READ) throw new BtfError(`${size} bytes: larger than any kernel`);
    // files of sysfs have a size, those of procfs do not
    const file: Bytes = { size: size || MOST_BTF, read: (at, n) => readAt(fd, at, n) };
    return imageOf(file, 0);
  } finally {
    closeSync(fd);
  }
}

interface Bytes {
  size: number;
  /** at most `n` bytes from `at` on */
  read(at: number, n: number): Uint8Array;
}

function readAt(fd: number, at: number, n: number): Uint8Array {
  const out = new Uint8Array(n);
  let got = 0;
  while (got < n) {
    const more = readSync(fd, out, got, n - got, at + got);
    if (more === 0) break;
    got += more;
  }
  return out.subarray(0, got);
}

const inMemory = (bytes: Uint8Array): Bytes => ({
  size: bytes.length,
  read: (at, n) => bytes.subarray(Math.min(at, bytes.length), Math.min(at + n, bytes.length)),
});

function imageOf(file: Bytes, depth: number): BtfImage {
  const head = file.read(0, 0x1000);
  if (isBtf(head)) return { bytes: file.read(0, Math.min(file.size, MOST_BTF)), from: 'BTF' };
  if (is(head, [0x7f, 0x45, 0x4c, 0x46])) return fromElf(file, head);
  if (depth > 2) throw new BtfError('compressed too many times');
  if (packing(head) !== undefined) return imageOf(inMemory(unpack(file.read(0, limited(file.size)))), depth + 1);
  if (head.length > 0x250 && ascii(head, 0x202, 0x206) === 'HdrS') return fromBzImage(file, head, depth);
  if (ascii(head, 0, 2) === 'MZ' && ascii(head, 4, 8) === 'zimg') {
    const view = viewOf(head);
    return imageOf(inMemory(unpack(file.read(view.getUint32(8, true), limited(view.getUint32(12, true))))), depth + 1);
  }
  const bytes = file.read(0, limited(file.size));
  const found = scanned(bytes) ?? packedIn(bytes);
  if (found === undefined) throw withoutBtf(bannerOf(bytes));
  return found;
}

/**
 * The image of s390 is self-extracting and has no header with the position (scripts/extract-vmlinux searches for it
 * too).
 */
function packedIn(bytes: Uint8Array): BtfImage | undefined {
  let tried = 0;
  let release: string | undefined;
  for (const at of packedAt(bytes)) {
    if (++tried > MOST_TRIED) break;
    try {
      const unpacked = unpack(bytes.subarray(at));
      const inner = scanned(unpacked);
      if (inner !== undefined) return inner;
      release ??= bannerOf(unpacked);
    } catch (error) {
      if (!(error instanceof BtfError)) throw error;
    }
  }
  if (release !== undefined) throw withoutBtf(release);
  return undefined;
}

/** @param release of a kernel image; undefined: the file is none */
const withoutBtf = (release: string | undefined): BtfError =>
  new BtfError(
    release === undefined
      ? 'no BTF, ELF file or kernel image'
      : `the kernel ${release} has no BTF: it was built without CONFIG_DEBUG_INFO_BTF`,
  );

/** Compressed and searched images are read into memory completely. */
function limited(size: number): number {
  if (size > 160 << 20) throw new BtfError(`${size} bytes of a compressed image: larger than any kernel`);
  return size;
}

const isBtf = (head: Uint8Array): boolean =>
  (is(head, [0x9f, 0xeb, 1]) || is(head, [0xeb, 0x9f, 1])) && head.length >= 24;

function fromBzImage(file: Bytes, head: Uint8Array, depth: number): BtfImage {
  const view = viewOf(head);
  const start = ((head[0x1f1] || 4) + 1) * 512;
  const at = start + view.getUint32(0x248, true);
  const length = view.getUint32(0x24c, true);
  if (length < 8 || at + length > file.size) throw new BtfError('the image is truncated: its payload is incomplete');
  const payload = file.read(at, limited(length));
  const size = viewOf(payload).getUint32(payload.length - 4, true);
  // the size of the decompressed data follows everything but gzip, which contains its own
  const packed = packing(payload) === 'gzip' ? payload : payload.subarray(0, payload.length - 4);
  const inner = inStart(packed, size) ?? imageOf(inMemory(unpack(packed, size)), depth + 1);
  const version = view.getUint16(0x20e, true) + 0x200;
  const text = file.read(version, 200);
  return { ...inner, machine: inner.machine ?? 'x86_64', release: /^[\w.+~-]+/.exec(ascii(text, 0, 200))?.[0] };
}

/**
 * The linker script puts .BTF before all data (include/asm-generic/vmlinux.lds.h): in stock kernels it ends after 40 to
 * 57 % of vmlinux. Its section headers are the last thing in it, and xz takes as long for the rest as for the start.
 *
 * @param size of what is packed, from the image; need not be correct
 */
function inStart(packed: Uint8Array, size: number): BtfImage | undefined {
  const start = size > MOST_UNPACKED ? undefined : unpackStart(packed, Math.floor(size * 0.6));
  return start && scanned(start);
}

/** Sections `.BTF` and `.BTF.base` of an ELF file of 64 bits, either byte order. */
function fromElf(file: Bytes, head: Uint8Array): BtfImage {
  if (head[4] !== 2) throw new BtfError('a 32-bit ELF file: 32-bit kernels are not supported');
  const le = head[5] !== 2;
  const view = viewOf(head);
  const table = Number(view.getBigUint64(0x28, le));
  const entry = view.getUint16(0x3a, le);
  const count = view.getUint16(0x3c, le);
  const names = view.getUint16(0x3e, le);
  if (entry < 64 || count === 0) throw new BtfError('an ELF file without sections');
  const headers = file.read(table, entry * count);
  if (headers.length < entry * count) throw new BtfError('the ELF file is truncated: its section headers are missing');
  const at = viewOf(headers);
  const section = (i: number) => ({
    name: at.getUint32(i * entry, le),
    start: Number(at.getBigUint64(i * entry + 24, le)),
    size: Number(at.getBigUint64(i * entry + 32, le)),
  });
  if (names >= count) throw new BtfError('the ELF file has no section names');
  const strings = file.read(section(names).start, Math.min(section(names).size, 1 << 20));
  const named = (wanted: string) => {
    for (let i = 0; i < count; i++) {
      const { name, start, size } = section(i);
      if (ascii(strings, name, name + wanted.length) === wanted && strings[name + wanted.length] === 0)
        return { start, size };
    }
    return undefined;
  };
  const btf = named('.BTF');
  if (btf === undefined)
    throw new BtfError('this file has no section .BTF (pahole -J FILE makes one from DWARF, if it has that)');
  if (named('.BTF.base') !== undefined)
    throw new BtfError('a module with its own base (.BTF.base): load it, and use /sys/kernel/btf/NAME');
  if (btf.size > MOST_BTF || btf.start + btf.size > file.size)
    throw new BtfError('truncated: its section .BTF is incomplete');
  return { bytes: file.read(btf.start, btf.size), from: '.BTF', machine: archOfElf(view.getUint16(18, le))?.machine };
}

/** Maximum number of places that look like BTF but are not; the magic occurs by chance once in some hundred images. */
const MOST_TRIED = 8;

/** An Image of arm64 or riscv: its BTF is at some multiple of four. */
function scanned(bytes: Uint8Array): BtfImage | undefined {
  const image = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let tried = 0;
  for (const magic of ['9feb0100', 'eb9f0100']) {
    const start = Buffer.from(magic, 'hex');
    for (let at = image.indexOf(start); at >= 0; at = image.indexOf(start, at + 1)) {
      if (at % 4 !== 0 || image.length - at < 24) continue;
      if (++tried > MOST_TRIED) throw new BtfError('nothing in it that looks like BTF is valid');
      const found = plausible(bytes.subarray(at));
      if (found !== undefined) return { bytes: found, from: 'BTF in an image', release: bannerOf(bytes) };
    }
  }
  return undefined;
}

function plausible(bytes: Uint8Array): Uint8Array | undefined {
  const view = viewOf(bytes);
  const le = bytes[0] === 0x9f;
  const header = view.getUint32(4, le);
  const end = header + view.getUint32(16, le) + view.getUint32(20, le);
  if ((header !== 24 && header !== 32) || end > bytes.length || view.getUint32(12, le) < 1000) return undefined;
  try {
    return new Btf(bytes.subarray(0, end)).count > 100 ? bytes.subarray(0, end) : undefined;
  } catch {
    return undefined;
  }
}

function bannerOf(bytes: Uint8Array): string | undefined {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf('Linux version ');
  return at < 0 ? undefined : /^Linux version ([\w.+~-]+)/.exec(ascii(bytes, at, at + 120))?.[1];
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const is = (bytes: Uint8Array, magic: readonly number[]): boolean => magic.every((byte, i) => bytes[i] === byte);
const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, Math.min(to, bytes.length)));
