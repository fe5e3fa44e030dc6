// A hundred thousand rows as JSON consist mostly of repeated keys and digits. Stored as columns, with numbers as
// differences to the previous row and each word once, they take a tenth of the space before compression.

/** Differences to the value above; null where there is no value. */
export type Deltas = (number | null)[];

export function toDeltas(values: Iterable<number | undefined>): Deltas {
  let last = 0;
  return Array.from(values, (value) => {
    if (value === undefined || !Number.isFinite(value)) return null;
    const delta = value - last;
    last = value;
    return delta;
  });
}

/** NaN where there is no value. */
export function fromDeltas(deltas: Deltas): Float64Array {
  const values = new Float64Array(deltas.length);
  let last = 0;
  for (const [i, delta] of deltas.entries()) {
    last += delta ?? 0;
    values[i] = delta === null ? Number.NaN : last;
  }
  return values;
}

/** Each word once; 0 stands for no word. */
export class StringTable {
  readonly list: string[] = [''];
  readonly #index = new Map<string, number>([['', 0]]);

  of(word: string | undefined): number {
    const known = this.#index.get(word ?? '');
    if (known !== undefined) return known;
    const index = this.list.length;
    this.list.push(word ?? '');
    this.#index.set(word ?? '', index);
    return index;
  }
}

/** `0x...` strings as differences to the smallest; a value that is not written so, or is too far away, stays a string. */
export interface Hexes {
  base: string;
  deltas: Deltas;
  odd: Record<number, string>;
}

export const HEX = /^0x(?:0|[1-9a-f][0-9a-f]{0,15})$/;

const FAR = BigInt(Number.MAX_SAFE_INTEGER);

/** `safe` escapes values that are not numbers. */
export function toHexes(values: readonly (string | undefined)[], safe: (text: string) => string): Hexes {
  const numbers = values.map((value) => (value !== undefined && HEX.test(value) ? BigInt(value) : undefined));
  const from =
    numbers.reduce<bigint | undefined>(
      (least, one) => (one !== undefined && (least === undefined || one < least) ? one : least),
      undefined,
    ) ?? 0n;
  const odd: Record<number, string> = {};
  const offsets = values.map((value, i) => {
    const number = numbers[i];
    const offset = number === undefined ? undefined : number - from;
    if (offset !== undefined && offset <= FAR) return Number(offset);
    if (value !== undefined) odd[i] = safe(value);
    return undefined;
  });
  return { base: `0x${from.toString(16)}`, deltas: toDeltas(offsets), odd };
}

export class HexColumn {
  /** offsets from the base: what to sort by. NaN where there is no number */
  readonly offsets: Float64Array;
  readonly #base: bigint;
  readonly #odd: Readonly<Record<number, string>>;

  constructor({ base, deltas, odd }: Hexes) {
    this.#base = BigInt(base);
    this.#odd = odd;
    this.offsets = fromDeltas(deltas);
  }

  at(i: number): string | undefined {
    const offset = this.offsets[i] ?? Number.NaN;
    return Number.isNaN(offset) ? this.#odd[i] : `0x${(this.#base + BigInt(offset)).toString(16)}`;
  }
}
