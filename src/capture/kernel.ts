// Why: the kernel of a capture: its types, architecture, release and symbols, from this machine or from files of
// another one.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { machine, release } from 'node:os';
import { InputError } from '../util/errors.ts';
import { PROBED_ARCHES, type ProbedArch, probedArch } from './arch.ts';
import { Btf } from './btf/btf.ts';
import { BtfError } from './btf/error.ts';
import { type BtfImage, readImage } from './btf/image.ts';
import { BtfKind } from './btf/kinds.ts';
import { memberOf } from './btf/members.ts';
import { BtfTypes } from './btf/types.ts';
import { parseSymbols, type SymbolTable } from './symbols.ts';

export const OWN_BTF = '/sys/kernel/btf/vmlinux';
const OWN_SYMBOLS = '/proc/kallsyms';

export interface TracedKernel {
  /** the file with its types */
  path: string;
  types: BtfTypes;
  arch: ProbedArch;
  /** '' unknown */
  release: string;
  /** of the BTF as /sys/kernel/btf/vmlinux gives it */
  sha256: string;
  symbols: SymbolTable | undefined;
  /** it is the running kernel */
  isOwn: boolean;
  /** the kernel's probes accept arguments by name (it contains trace_btf.c) */
  takesNames: boolean;
}

export interface KernelFiles {
  /** BTF, vmlinux, vmlinuz; then modules, if any */
  btf?: readonly string[] | undefined;
  symbols?: string | undefined;
  release?: string | undefined;
  arch?: string | undefined;
}

/** @throws InputError if a file cannot be used */
export function tracedKernel(files: KernelFiles): TracedKernel {
  const paths = files.btf ?? [OWN_BTF];
  const isOwn = files.btf === undefined;
  const [path, ...modules] = withBase(paths);
  const image = imageOf(path, isOwn);
  const vmlinux = reading(path, () => new Btf(image.bytes));
  const btf = modules.reduce((base, module) => reading(module, () => new Btf(readImage(module).bytes, base)), vmlinux);
  const arch = archFor(files.arch ?? image.machine ?? reading(path, () => guessed(path, vmlinux, isOwn)), path);
  return {
    path,
    types: new BtfTypes(btf),
    arch,
    release: files.release ?? image.release ?? (isOwn ? release() : ''),
    sha256: createHash('sha256').update(image.bytes).digest('hex'),
    symbols: symbolsOf(files.symbols ?? (isOwn ? OWN_SYMBOLS : undefined), files.symbols !== undefined),
    isOwn,
    takesNames: reading(path, () => vmlinux.named('btf_find_struct_member', BtfKind.func)).length > 0,
  };
}

/** A module alone is based on the running kernel. */
const withBase = (paths: readonly string[]): readonly string[] =>
  paths.length === 1 && /\.ko(\.\w+)?$/.test(paths[0]) ? [OWN_BTF, ...paths] : paths;

function imageOf(path: string, isOwn: boolean): BtfImage {
  try {
    return reading(path, () => readImage(path));
  } catch (error) {
    if (!isOwn || (error as { cause?: { code?: string } }).cause?.code !== 'ENOENT') throw error;
    throw new InputError('this kernel does not expose its types (no BTF: CONFIG_DEBUG_INFO_BTF)', {
      where: path,
      tryThis:
        '--btf FILE with the vmlinux of this kernel, or BTF made from its debug package: pahole --btf_encode_detached=FILE vmlinux',
    });
  }
}

/** Every error about a file names the file. Some errors in BTF are found only when a type is used. */
export function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof BtfError) throw new InputError(error.message, { where: path, tryThis: TRY });
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const words = { ENOENT: 'no such file', EACCES: 'no permission to read it', EISDIR: 'this is a directory' }[code];
    throw new InputError(words ?? `cannot be read (${code})`, { where: path, tryThis: TRY, cause: error });
  }
}

const TRY = 'use a copy of /sys/kernel/btf/vmlinux, a vmlinux, or the vmlinuz of the traced kernel';

function archFor(name: string, path: string): ProbedArch {
  const arch = probedArch(name);
  if (arch !== undefined) return arch;
  throw new InputError(`unsupported architecture: ${name}`, {
    where: path,
    tryThis: `--arch ${PROBED_ARCHES.map((known) => known.machine).join(', ')}`,
  });
}

/** Architecture from the registers a kernel saves: BTF has no other indication. */
function guessed(path: string, btf: Btf, isOwn: boolean): string {
  if (isOwn) return machine();
  const [regs] = btf.named('pt_regs', BtfKind.struct);
  const isOf = ({ ownRegister }: ProbedArch) =>
    regs !== undefined && ownRegister !== undefined && memberOf(btf, regs, ownRegister) !== undefined;
  const arch = PROBED_ARCHES.find(isOf);
  if (arch !== undefined) return arch.machine;
  throw new InputError('the BTF does not show the architecture', { where: path, tryThis: '--arch x86_64' });
}

/** The smallest kernel has 100 of the functions that may be probed. */
const FEWEST_KNOWN = 20;
const SYMBOL_FILES = 'available_filter_functions, /proc/kallsyms or System.map';

function symbolsOf(path: string | undefined, mustBe: boolean): SymbolTable | undefined {
  if (path === undefined) return undefined;
  try {
    const table = parseSymbols(readFileSync(path, 'latin1'));
    if (table.size >= FEWEST_KNOWN) return table;
    if (!mustBe) return undefined;
  } catch (error) {
    if (!mustBe) return undefined;
    throw new InputError('cannot be read', { where: path, tryThis: SYMBOL_FILES, cause: error });
  }
  throw new InputError('this is not a kernel symbol table', { where: path, tryThis: SYMBOL_FILES });
}
