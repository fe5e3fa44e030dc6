// Why: two recordings in one file (`>>` for `>`, members of a .gz appended) are two, and tables of the first do not
// mention the second.
import type { Bytes } from './contract.ts';

const MAGICS = [
  [0x17, 0x08, 0x44, ...Buffer.from('tracing')],
  [...Buffer.from('PERFILE2')],
  [...Buffer.from('2ELIFREP')],
];

/** Whether a file that begins like this is a recording, readable or not. */
export const isRecording = (head: Uint8Array): boolean =>
  MAGICS.some((magic) => magic.every((byte, i) => head[i] === byte));

export const ANOTHER = 'another recording follows it in the same file, and was not read';

const CHUNK = 1 << 16;

/**
 * What follows a recording that ends at `end`, as a description of damage; undefined: nothing, or zeros, with which a
 * file is filled that was not written to its end, or copied in blocks.
 */
export function behind(bytes: Bytes, end: number): string | undefined {
  const chunk = new Uint8Array(CHUNK);
  for (let at = end; at < bytes.size; at += CHUNK) {
    const first = chunk.subarray(0, bytes.readAt(chunk, at)).findIndex((byte) => byte !== 0);
    if (first >= 0) return described(bytes, at + first);
  }
  return undefined;
}

function described(bytes: Bytes, at: number): string {
  const head = new Uint8Array(16);
  bytes.readAt(head, at);
  if (isRecording(head)) return ANOTHER;
  return `${bytes.size - at} bytes that follow it in the file are not part of it`;
}
