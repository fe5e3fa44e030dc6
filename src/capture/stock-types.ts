// Why: `coverage` suggests probes for a capture of which only the text is known. stock-types.txt contains the types of
// four Debian kernels that the probe table needs. Captures are never made from these: another build of the same version
// has other offsets.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { StockName } from '../vocabulary/era.ts';
import type { MemberStep } from './expression.ts';
import type { KernelTypes, MemberPlace, Prototype, TypeRef } from './types.ts';

/**
 * Types read from lines as scripts/stock-types.ts writes them, each after the kernels it holds for:
 *
 *     5.10 6.1          do_wp_page(vmf:vm_fault)        a function, its parameters and the structs they point to
 *     6.12              exit_mmap(mm:mm_struct) void    a function that returns nothing
 *     6.12 7.2          vm_fault->vma->vm_mm 0 64       offsets from a pointer to the struct, one for each pointer followed
 *     6.1               PG_head 16                      an enumerator
 */
export class StockTypes implements KernelTypes {
  readonly #functions = new Map<string, Prototype>();
  readonly #places = new Map<string, MemberPlace>();
  readonly #numbers = new Map<string, number>();

  constructor(kernel: StockName) {
    const text = readFileSync(fileURLToPath(new URL('./stock-types.txt', import.meta.url)), 'utf8');
    for (const row of text.split('\n')) {
      const [, kernels = '', line = ''] = /^((?:\d+\.\d+ )+) *(.*)$/.exec(row) ?? [];
      if (!kernels.split(' ').includes(kernel)) continue;
      const [, fn, params, nothing] = /^(\w+)\((.*)\)( void)?$/.exec(line) ?? [];
      if (fn !== undefined) {
        this.#functions.set(fn, {
          params: params.split(' ').filter(Boolean).map(parameterOf),
          returns: nothing === undefined,
        });
        continue;
      }
      const [what, ...numbers] = line.split(' ');
      if (what.includes('->')) this.#places.set(what, { offsets: numbers.map(Number), bit: 0, bits: 0, size: 8 });
      else if (numbers.length > 0) this.#numbers.set(what, Number(numbers[0]));
    }
  }

  prototypes(fn: string): readonly Prototype[] {
    const prototype = this.#functions.get(fn);
    return prototype === undefined ? [] : [prototype];
  }

  locate(from: TypeRef, path: readonly MemberStep[]): MemberPlace | undefined {
    if (path.length === 0) return { offsets: [], bit: 0, bits: 0, size: 8 };
    return this.#places.get(`${from}${path.map(({ op, name }) => op + name).join('')}`);
  }

  pointerTo(struct: string): TypeRef {
    return struct;
  }

  enumerator(name: string): number | undefined {
    return this.#numbers.get(name);
  }
}

function parameterOf(text: string): { name: string; size: number; type: string } {
  const [name, type = ''] = text.split(':');
  return { name, size: 8, type };
}
