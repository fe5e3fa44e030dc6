// A trace's identity.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';

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
