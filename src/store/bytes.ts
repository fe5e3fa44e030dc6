// Trace text is bytes: mostly ASCII, sometimes UTF-8, and arbitrary task names. SQLite's text is UTF-8. Valid UTF-8 is
// stored as text, anything else as a blob of the same bytes, so nothing changes.
import { isUtf8 } from 'node:buffer';
import { text } from '../util/bytes.ts';

export function bytesEqual(known: Uint8Array, buf: Uint8Array, start: number, end: number): boolean {
  const n = known.length;
  if (end - start !== n) return false;
  for (let i = 0; i < n; i++) if (known[i] !== buf[start + i]) return false;
  return true;
}

export function isAscii(buf: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (buf[at] >= 128) return false;
  return true;
}

/** Value for SQLite: text if the bytes are valid UTF-8. */
export function textOrBlob(buf: Uint8Array, start: number, end: number): string | Buffer {
  if (isAscii(buf, start, end)) return text(buf, start, end);
  const bytes = Buffer.from(buf.slice(start, end));
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes;
}

/** A value of SQLite as text with one character per byte, as outside of the store. */
export function byteText(value: string | Buffer | Uint8Array | null | undefined): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string'
    ? Buffer.from(value, 'utf8').toString('latin1')
    : Buffer.from(value).toString('latin1');
}

/** ... and back. */
export function sqlText(text: string): string | Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return textOrBlob(bytes, 0, bytes.length);
}
