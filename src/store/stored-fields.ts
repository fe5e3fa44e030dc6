// Why: an event that a store has as columns is decoded like one in a line, by whoever knows what its arguments mean.
import { text } from '../util/bytes.ts';
import { readArguments } from '../vocabulary/arguments.ts';
import { valueEnd } from '../vocabulary/ends.ts';
import type { Fields } from '../vocabulary/fields.ts';
import { half, number64, signed64 } from '../vocabulary/number.ts';
import type { StoredEvent } from './events.ts';

/** The arguments of an event out of a store; those that fit no column of its table stand behind the others. */
export class StoredFields implements Fields {
  readonly names: readonly string[];
  readonly #args: readonly { key: string; text: string; value: bigint | string }[];

  constructor({ args, extra }: StoredEvent) {
    this.#args = extra === '' ? args : [...args, ...argumentsIn(extra)];
    this.names = this.#args.map(({ key }) => key);
  }

  number(k: number, bareHex: boolean): number {
    const { value, text: printed } = this.#args[k];
    if (bareHex) return number64(Buffer.from(printed, 'latin1'), 0, printed.length, true);
    if (typeof value === 'string') return number64(Buffer.from(value, 'latin1'), 0, value.length, false);
    half.hi = Number(BigInt.asIntN(32, value >> 32n));
    half.lo = Number(BigInt.asIntN(32, value));
    return signed64(half.hi, half.lo);
  }

  text(k: number): string {
    const { value, text: printed } = this.#args[k];
    // a column of words holds what stands behind the value too: `prev_comm=my task`
    return typeof value === 'string' ? value.slice(0, endOf(value)) : printed;
  }
}

const endOf = (value: string): number => valueEnd(Buffer.from(value, 'latin1'), 0, value.length);

function argumentsIn(extra: string): { key: string; text: string; value: string }[] {
  const buf = Buffer.from(extra, 'latin1');
  return readArguments(buf, 0, buf.length).list.map(({ key, start, end }) => {
    const value = text(buf, start, end);
    return { key, text: value, value };
  });
}
