// Why: what src/capture/stock-types.txt says of a kernel is taken from its BTF, not typed. This replaces what the file
// says of one kernel:
//
//     node --import tsx scripts/stock-types.ts 6.12 BTF [SYMBOLS]
import { readFileSync, writeFileSync } from 'node:fs';
import { probedArch } from '../src/capture/arch.ts';
import { Btf } from '../src/capture/btf/btf.ts';
import { readImage } from '../src/capture/btf/image.ts';
import { BtfKind } from '../src/capture/btf/kinds.ts';
import { BtfTypes } from '../src/capture/btf/types.ts';
import { type MemberStep, parseTarget } from '../src/capture/expression.ts';
import { planProbes } from '../src/capture/plan.ts';
import { PROBE_TABLE } from '../src/capture/probe-table.ts';
import { parseSymbols } from '../src/capture/symbols.ts';
import type { KernelTypes } from '../src/capture/types.ts';

const [, , era, path, symbolsPath] = process.argv;
const arch = probedArch('x86_64');
if (path === undefined || arch === undefined) throw new Error('usage: stock-types.ts ERA BTF [SYMBOLS]');
const btf = new Btf(readImage(path).bytes);
const types = new BtfTypes(btf);
const symbols = symbolsPath === undefined ? undefined : parseSymbols(readFileSync(symbolsPath, 'latin1'));

/** Remembers what was asked. */
const lines = new Set<string>();
const watching: KernelTypes = {
  prototypes: (fn) => types.prototypes(fn),
  locate(from, path) {
    const location = types.locate(from, path);
    const struct = structOf(Number(from));
    if (location !== undefined && path.length > 0 && location.bits === 0)
      lines.add(`${struct}${textOf(path)} ${location.offsets.join(' ')}`);
    return location;
  },
  pointerTo: (struct) => types.pointerTo(struct),
  enumerator(name) {
    const value = types.enumerator(name);
    if (value !== undefined) lines.add(`${name} ${value}`);
    return value;
  },
};

const textOf = (path: readonly MemberStep[]): string => path.map(({ op, name }) => op + name).join('');

function structOf(type: number): string {
  if (type < 0) return btf.name(-type);
  const bare = btf.bare(type);
  return btf.kind(bare) === BtfKind.ptr ? btf.name(btf.bare(btf.target(bare))) : '';
}

const { probes } = planProbes(watching, { arch, styles: ['registers'], symbols });
const used = new Set(probes.map(({ symbol }) => symbol.replace(/\..*/, '')));
const functions = [...new Set(PROBE_TABLE.flatMap(({ on }) => on.map((one) => parseTarget(one).fn)))]
  .filter((fn) => used.has(fn))
  .map((fn) => {
    const [{ params, returns }] = types.prototypes(fn);
    const words = params.map(({ name, type }) => `${name}${structOf(Number(type)) && `:${structOf(Number(type))}`}`);
    return `${fn}(${words.join(' ')})${returns ? '' : ' void'}`;
  });

const file = 'src/capture/stock-types.txt';
/** The kernels that each line holds for. */
const table = new Map<string, string[]>();
for (const row of readFileSync(file, 'utf8').split('\n')) {
  const [, kernels = '', line = ''] = /^((?:\d+\.\d+ )+) *(.*)$/.exec(row) ?? [];
  const others = kernels.split(' ').filter((kernel) => kernel !== '' && kernel !== era);
  if (others.length > 0) table.set(line, others);
}
for (const line of [...functions, ...lines]) table.set(line, [...(table.get(line) ?? []), era]);

const byVersion = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
const rows = [...table].sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(
  file,
  `# What the probe table asks of the types of Debian's kernels for x86-64, each line behind the kernels it is true of;
# made by scripts/stock-types.ts.
${rows.map(([line, kernels]) => `${kernels.sort(byVersion).join(' ').padEnd(17)} ${line}`).join('\n')}
`,
);
