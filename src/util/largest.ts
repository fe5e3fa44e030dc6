// Why: `Math.max(...values)` puts every value on the stack, which overflows with some 120,000 values.

/** The largest of `least` and the values. */
export function largest(least: number, values: Iterable<number>): number {
  let most = least;
  for (const value of values) if (value > most) most = value;
  return most;
}
