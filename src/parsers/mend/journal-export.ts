// Why: `journalctl -o export` writes a field that is not UTF-8, or has control characters or newlines, as its name, its
// length and its bytes (https://systemd.io/JOURNAL_EXPORT_FORMATS). Such a file has lengths in it, so it is no text with
// a field per line: the messages are taken out of it, each on a line of its own.
import { NEWLINE } from '../../util/bytes.ts';
import { ConvertedSource } from './converted-source.ts';
import { LONGEST } from './parts.ts';

/** A field in its first form, and in the other: a name, and eight bytes, of which the upper four are zero. */
const FIELD = /^[A-Z_][A-Z0-9_]*=/;
const SIZED = /\n[A-Z_][A-Z0-9_]*\n[\s\S]{4}\0{4}/;

/** Whether a text that begins like this (one character per byte) has fields with a length. */
export const hasSizedFields = (head: string): boolean => FIELD.test(head) && SIZED.test(head);

const MESSAGE = 'MESSAGE';
const LENGTH_BYTES = 8;

/** The messages of entries of the journal. */
export class JournalExport extends ConvertedSource {
  #rest: Buffer = Buffer.alloc(0);
  /** bytes to come of a field with a length; undefined: the next line is a field */
  #left: number | undefined;
  /** that field is the message */
  #isMessage = false;
  /** a line was too long for a field */
  #isTorn = false;

  override get mended(): string {
    return 'in entries of the journal';
  }

  protected override convert(bytes: Buffer): Buffer {
    const given = Buffer.concat([this.#rest, bytes]);
    const out: Buffer[] = [];
    let at = 0;
    for (;;) {
      const next = this.#left === undefined ? this.#line(given, at, out) : this.#value(given, at, this.#left, out);
      if (next === at) break;
      at = next;
    }
    this.#rest = given.subarray(at);
    return Buffer.concat(out);
  }

  protected override incomplete(): string | undefined {
    if (this.#isTorn) return 'the journal that the text is in has lines that are no fields';
    const isCut = this.#left !== undefined || this.#rest.length > 0;
    return isCut ? 'the journal that the text is in is cut: it ends within a field' : undefined;
  }

  /** Take a line, and the length behind it if it is only a name. Returns the position behind them; `at`: more is needed. */
  #line(given: Buffer, at: number, out: Buffer[]): number {
    const end = given.indexOf(NEWLINE, at);
    if (end < 0) {
      this.#isTorn ||= given.length - at > LONGEST;
      return this.#isTorn ? given.length : at;
    }
    const behind = end + 1;
    const equals = given.indexOf('=', at);
    const isSized = end > at && (equals < 0 || equals > end);
    const name = given.toString('latin1', at, isSized ? end : Math.min(equals, end));
    if (!isSized) {
      // only a blank line, between entries, is none
      this.#isTorn ||= end > at && !FIELD.test(`${name}=`);
      if (name === MESSAGE) out.push(given.subarray(equals + 1, behind));
      return behind;
    }
    if (behind + LENGTH_BYTES > given.length) return at;
    this.#left = Number(given.readBigUInt64LE(behind));
    this.#isMessage = name === MESSAGE;
    return behind + LENGTH_BYTES;
  }

  /** Take bytes of a field, and the newline behind it. */
  #value(given: Buffer, at: number, left: number, out: Buffer[]): number {
    const end = Math.min(given.length, at + left + 1);
    if (this.#isMessage) out.push(given.subarray(at, end));
    const rest = left + 1 - (end - at);
    this.#left = rest > 0 ? rest - 1 : undefined;
    return end;
  }
}
