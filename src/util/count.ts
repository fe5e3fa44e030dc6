// Why: numbers in sentences are written in one way everywhere, whoever prints them: digits in groups, nouns in number.

/** `1 line`, `1,299 lines`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}

export function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}
