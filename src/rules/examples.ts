// Why: the examples of the built-in rules are stored as trace files, so `pindrift check` can read examples/ID.fires.txt
// like any other trace. They are read lazily; a plain check never opens them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Examples } from './contract.ts';

/** @param id of a built-in rule */
export function examplesOf(id: string): Examples {
  const read = (which: keyof Examples): string =>
    readFileSync(fileURLToPath(new URL(`./examples/${id}.${which}.txt`, import.meta.url)), 'utf8');
  return {
    get fires() {
      return read('fires');
    },
    get silent() {
      return read('silent');
    },
  };
}
