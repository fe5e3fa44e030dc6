// Findings and similar objects have columns for the fields used in SQL, and the other fields as JSON. A field added to
// reports later is thus kept without a new schema.

/** The fields that are not in `columns`, as JSON; null when there are none. */
export function rest(value: object, columns: readonly string[]): string | null {
  const left = Object.entries(value).filter(([key, v]) => v !== undefined && !columns.includes(key));
  return left.length === 0 ? null : JSON.stringify(Object.fromEntries(left));
}

/** An object without its null fields. */
export function present<T extends object>(value: { [K in keyof T]: T[K] | null | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== null && v !== undefined)) as T;
}

export const orNull = <T>(value: T | undefined): T | null => (value === undefined ? null : value);

/** `0xffff...` as a signed 64-bit number for a column. */
export function fromHex(text: string | undefined): bigint | null {
  return text !== undefined && /^0x[0-9a-f]{1,16}$/i.test(text) ? BigInt.asIntN(64, BigInt(text)) : null;
}

/** ... and back. */
export function hexOf(value: unknown): string | undefined {
  return typeof value === 'bigint' ? `0x${BigInt.asUintN(64, value).toString(16)}` : undefined;
}
