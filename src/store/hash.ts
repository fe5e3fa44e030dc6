// The identity of a trace, and of the vocabulary that its records are written in.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { FUNCTIONS } from '../vocabulary/functions.ts';
import { KIND_FIELDS, KIND_NAMES } from '../vocabulary/kinds.ts';

/** SHA-256 of the kinds, their fields and the functions: records have their numbers, and only of those known then. */
export function hashVocabulary(): string {
  return createHash('sha256')
    .update(JSON.stringify([KIND_NAMES, KIND_FIELDS, FUNCTIONS]))
    .digest('hex');
}

/** SHA-256 of a file. */
export function hashFile(path: string): string {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(1 << 20);
  const fd = fs.openSync(path, 'r');
  try {
    for (let n = fs.readSync(fd, chunk); n > 0; n = fs.readSync(fd, chunk)) hash.update(chunk.subarray(0, n));
  } finally {
    fs.closeSync(fd);
  }
  return hash.digest('hex');
}
