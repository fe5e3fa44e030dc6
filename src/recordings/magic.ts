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

/** Number of bytes that are looked at: a file that was not written to its end is filled with zeros. */
const LOOKED_AT = 1 << 20;

/** What follows a recording that ends at `end`, as a description of damage; undefined: nothing, or zeros. */
export function behind(bytes: Bytes, end: number): string | undefined {
  if (end >= bytes.size) return undefined;
  const rest = new Uint8Array(Math.min(LOOKED_AT, bytes.size - end));
  bytes.readAt(rest, end);
  if (isRecording(rest)) return 'another recording follows it in the same file, and was not read';
  return rest.some((byte) => byte !== 0)
    ? `${bytes.size - end} bytes that follow it in the file are not part of it`
    : undefined;
}
