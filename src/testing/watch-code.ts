// Why: runs the tests whenever the author saves a rule.
import { watch } from 'node:fs';
import { CODE } from '../engine/running/load-module.ts';

/** Editors write a file in several steps. */
const SETTLED_MS = 100;

/** @returns a function that waits for the next change of a code file in the directory; changes in between count */
export function watchCode(folder: string): () => Promise<void> {
  let isChanged = false;
  let wake: (() => void) | undefined;
  watch(folder, { recursive: true }, (_event, name) => {
    if (name === null || name.includes('node_modules') || !CODE.some((ending) => name.endsWith(ending))) return;
    isChanged = true;
    wake?.();
  });
  return async () => {
    if (!isChanged)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    isChanged = false;
  };
}
